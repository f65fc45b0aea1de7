/** Tables as text: cells divided by commas, semicolons or tabs, with quotes (RFC 4180) and the place of each cell. */

export interface Cell {
  readonly text: string
  /** Both from 1. */
  readonly line: number
  readonly column: number
}

/** The table's text is none; the place is the file's. */
export class TableError extends Error {
  override readonly name = 'TableError'

  constructor(file: string, { line, column }: Omit<Cell, 'text'>, reason: string) {
    super(`${file}:${line}:${column}: ${reason}`)
  }
}

/** Rows without those that are empty. Throws a TableError for a quote that does not end. */
export function readCells(file: string, text: string, delimiter: string): readonly (readonly Cell[])[] {
  const rows: Cell[][] = []
  const plain = new RegExp(`[^\\r\\n${delimiter}]*`, 'y')
  let [position, line, lineStart] = [0, 1, 0]
  let row: Cell[] = []
  const endRow = () => {
    if (row.some((cell) => cell.text.trim() !== '')) rows.push(row)
    row = []
  }
  while (position <= text.length) {
    const place = { line, column: position - lineStart + 1 }
    let cell = ''
    if (text[position] === '"') {
      let end = position
      do {
        const next = text.indexOf('"', end + 1)
        if (next < 0) throw new TableError(file, place, 'this " has no other')
        cell += text.slice(end + 1, next)
        end = next + 1
        if (text[end] === '"') cell += '"'
      } while (text[end] === '"')
      for (const { index, 0: found } of text.slice(position, end).matchAll(/\r\n|\r|\n/g)) {
        line += 1
        lineStart = position + index + found.length
      }
      position = end
    }
    plain.lastIndex = position
    const rest = plain.exec(text)?.[0] ?? ''
    row.push({ text: cell + rest, ...place })
    position += rest.length
    if (text[position] === delimiter) position += 1
    else {
      endRow()
      position += text.startsWith('\r\n', position) ? 2 : 1
      line += 1
      lineStart = position
    }
  }
  return rows
}
