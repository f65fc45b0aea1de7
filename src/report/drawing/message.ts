/** Messages between a build and its drawing process, and the limits of one drawing. */

export type Records = readonly Readonly<Record<string, unknown>>[]

export interface Order {
  /** The Vega-Lite specification, as the text of its file. */
  readonly spec: string
  /** By dataset name: records, or the text of a CSV file. */
  readonly data: Readonly<Record<string, Records | string>>
  /** Texts of the figure -> their replacements, whose width counts. */
  readonly texts?: Readonly<Record<string, string>>
  readonly width?: number
  readonly height?: number
  readonly subtitle?: string
}

export type Answer =
  | { readonly type: 'ready' }
  | { readonly type: 'drawn'; readonly svg: string }
  /** `isMistake`: the fault of the specification or its data, not of this program. */
  | { readonly type: 'refused'; readonly message: string; readonly isMistake: boolean }

export interface Limits {
  readonly seconds: number
  readonly memoryMb: number
  /** Megabytes (10^6 characters) of the SVG. */
  readonly svgMb: number
  /** Pixels of the drawing's width and of its height. */
  readonly pixels: number
}

export const limits: Limits = { seconds: 30, memoryMb: 1024, svgMb: 16, pixels: 16_384 }

/** Advice at a limit. */
export const advice = 'aggregate, bin, sample or filter the data'
