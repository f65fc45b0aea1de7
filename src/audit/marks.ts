/** Decimal marks: which of point and comma a column uses, from its unambiguous numbers. */

export type Mark = '.' | ','

/** A column's decimal mark. Numbers such as 1,234 that nothing decides are `guessed`, or `mixed` if both occur. */
export interface Marking {
  readonly mark: Mark
  readonly basis: 'certain' | 'guessed' | 'mixed'
}

/** A number's certain mark; `comma?` for 1,234 and `point?` for 1.234, where it may divide thousands. */
export type Sign = Mark | 'comma?' | 'point?'

/** Returns the sign of a number's decimal mark; undefined if it has none, or is no number. */
export function markIn(text: string): Sign | undefined {
  const number = text.replace(/^[-−–+±]\s*/, '').replace(/(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3})/g, '')
  if (!/^[\d.,]*\d[\d.,]*(?:[eE][-+]?\d+)?$/.test(number)) return undefined
  const [points, commas] = [number.split('.').length - 1, number.split(',').length - 1]
  if (points > 0 && commas > 0) return number.lastIndexOf('.') > number.lastIndexOf(',') ? '.' : ','
  if (points + commas === 0) return undefined
  const [mark, other]: readonly [Mark, Mark] = points > 0 ? ['.', ','] : [',', '.']
  if (points + commas > 1) return other
  const isBare = text.endsWith(number)
  return isBare && /^[1-9]\d{0,2}[.,]\d{3}$/.test(number) ? (points > 0 ? 'point?' : 'comma?') : mark
}

/**
 * Returns the decimal mark of each column of numbers, given as texts. Other columns of the table decide where
 * a column does not; if nothing does, semicolons between cells are a sign of decimal commas.
 */
export function markings(
  columns: ReadonlyMap<number, readonly string[]>,
  delimiter: string,
): ReadonlyMap<number, Marking> {
  const seen = new Map([...columns].map(([index, texts]) => [index, new Set(texts.map(markIn))]))
  const certain = new Set([...seen.values()].flatMap((marks) => [...marks]))
  return new Map([...seen].map(([index, marks]) => [index, markingOf(marks)]))

  function markingOf(marks: ReadonlySet<Sign | undefined>): Marking {
    for (const own of [marks, certain]) {
      if (own.has('.') && own.has(',')) return { mark: '.', basis: 'mixed' }
      if (own.has('.')) return { mark: '.', basis: 'certain' }
      if (own.has(',')) return { mark: ',', basis: 'certain' }
    }
    const [comma, point] = [marks.has('comma?'), marks.has('point?')]
    if (comma && point) return { mark: '.', basis: 'mixed' }
    const basis = comma || (point && delimiter === ';') ? 'guessed' : 'certain'
    return { mark: delimiter === ';' && !point ? ',' : '.', basis }
  }
}
