/** Names that figures give to each of their records: a column of the same name would be lost in them. */

/** Name -> why no column can have it. */
export const drawnNames: ReadonlyMap<string, string> = new Map([
  ['environment', 'figures name the machine so'],
  ['pattern', 'figures name the pattern so, or the file'],
  ['patternLabel', 'figures name the pattern so, or the file'],
  ['patternIndex', 'figures number the patterns so, or the files'],
  ['origin', 'figures name the origin so'],
])
