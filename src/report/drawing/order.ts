/** What the drawing process is asked to draw. */

export type Records = readonly Readonly<Record<string, unknown>>[]

export interface Order {
  /** The Vega-Lite specification, as the text of its file. */
  readonly spec: string
  /** By dataset name: records, or the text of a CSV file. */
  readonly data: Readonly<Record<string, Records | string>>
  /** Texts of the figure -> their replacements, whose width counts. */
  readonly texts?: Readonly<Record<string, string>>
  /** Titles of fields for axes, legends and values, where the specification has none: `pause time (µs)`. */
  readonly titles?: Readonly<Record<string, string>>
  readonly width?: number
  readonly height?: number
  readonly subtitle?: string
}
