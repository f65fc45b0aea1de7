/** Formats text in columns. */

/** Formats rows with columns as wide as needed: the first `left` flush left, the others flush right. */
export function columns(rows: readonly (readonly string[])[], left = 1): string {
  const widths = (rows[0] ?? []).map((_, i) =>
    rows.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), 0),
  )
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i < left ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}

const lineWidth = 80
const widestTerm = 28

/** Formats terms and explanations in 80 columns: side by side, or stacked if a term is too wide. */
export function termList(rows: readonly (readonly [term: string, text: string])[]): string {
  const widest = Math.max(0, ...rows.map(([term]) => term.length))
  const isBeside = widest <= widestTerm
  const indent = isBeside ? widest + 4 : 6
  return rows
    .flatMap(([term, text]) => {
      const lines = wrapped(text, lineWidth - indent).map((line) => ' '.repeat(indent) + line)
      if (!isBeside) return [`  ${term}`, ...lines]
      return [`  ${term}`.padEnd(indent) + (lines[0] ?? '').slice(indent), ...lines.slice(1)]
    })
    .join('\n')
}

export function paragraph(text: string): string {
  return wrapped(text, lineWidth).join('\n')
}

/** Wraps text at `width` characters; longer words get their own line. Code in backquotes stays whole. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.replace(/\s+/g, ' ').match(/(?:`[^`]*`|\S)+/g) ?? []) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
