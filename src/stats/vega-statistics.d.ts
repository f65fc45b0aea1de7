/** The two functions that we use; the package has no types. */
declare module 'vega-statistics' {
  export function cumulativeNormal(value: number): number
  export function quantileNormal(p: number): number
}
