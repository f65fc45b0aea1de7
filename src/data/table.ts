/** The cells of a file, column by column, before anybody says what they are. */

/** Text, a number of a format that has numbers, or nothing. */
export type Cell = string | number | null

export interface CellTable {
  readonly names: readonly string[]
  /** By column, then by row; as many for each column. */
  readonly cells: readonly (readonly Cell[])[]
  /** Numbers are written as text, too, as in CSV. */
  readonly isText: boolean
  /** Columns with lists, mappings or bytes, by name; their cells are absent. */
  readonly nested: ReadonlySet<string>
  /** Columns that the file does not name. */
  readonly unnamed?: ReadonlySet<string>
  /** Says where a row stands: `line 7`, or `row 6` of a format without lines. */
  readonly rowPlace: (row: number) => string
}

/** How a file is divided; only CSV and TSV ask. */
export interface Layout {
  readonly delimiter?: string | undefined
}

/** What data may have, so that a stranger's file takes neither all memory nor all day. */
export const limits = {
  rows: 1_000_000,
  columns: 1000,
  cells: 5_000_000,
  /** Characters of a cell. */
  field: 100_000,
  /** Processor time and memory of the process that reads Parquet. */
  seconds: 10,
  memoryMb: 1024,
  /** Bytes that a Parquet file may say that it has when unpacked. */
  unpackedBytes: 512 * 2 ** 20,
} as const

/** Thrown for a file that is no data; the message has the place in it, and not its name. */
export class DataError extends Error {
  override readonly name = 'DataError'
}

/** Throws a DataError for more rows, columns or cells than are read. */
export function requireSize(rows: number, columns: number): void {
  const advice = 'leave out what no table, figure or claim reads'
  if (columns > limits.columns)
    throw new DataError(`${columns} columns: at most ${limits.columns} are read; ${advice}`)
  if (rows > limits.rows) throw new DataError(`more than ${limits.rows} rows: no more are read; ${advice}`)
  if (rows * columns > limits.cells)
    throw new DataError(`more than ${limits.cells} cells (${columns} columns): no more are read; ${advice}`)
}

/** Throws a DataError for a text that is too long to be a value. */
export function requireShort(text: string, place: string): void {
  if (text.length > limits.field)
    throw new DataError(`${place}: ${text.length} characters: a value has at most ${limits.field}`)
}
