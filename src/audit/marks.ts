/** Decimal marks: which of point and comma a column uses, from its unambiguous numbers. */

export type Mark = '.' | ','

/** A column's decimal mark; undefined if numbers such as 1,234 may be either, as nothing else tells. */
export type Marking = Mark | undefined

/** A number's certain mark; `comma?` for 1,234 and `point?` for 1.234, where it may divide thousands. */
export type Sign = Mark | 'comma?' | 'point?' | 'whole' | 'none'

/** Returns the sign of a number's decimal mark; `whole` for digits alone, `none` for other texts. */
export function signOf(text: string): Sign {
  const number = text.replace(/^[-−–+±]\s*/, '').replace(/(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3})/g, '')
  if (!/^[\d.,]*\d[\d.,]*(?:[eE][-+]?\d+)?$/.test(number)) return 'none'
  const [points, commas] = [number.split('.').length - 1, number.split(',').length - 1]
  if (points > 0 && commas > 0) return number.lastIndexOf('.') > number.lastIndexOf(',') ? '.' : ','
  if (points + commas === 0) return 'whole'
  const [mark, other]: readonly [Mark, Mark] = points > 0 ? ['.', ','] : [',', '.']
  if (points + commas > 1) return other
  const isBare = text.endsWith(number)
  return isBare && /^[1-9]\d{0,2}[.,]\d{3}$/.test(number) ? (points > 0 ? 'point?' : 'comma?') : mark
}

/**
 * The texts of a column's numbers. Sizes are whole: a mark before three of their digits divides thousands.
 */
export interface Texts {
  readonly texts: readonly string[]
  readonly areSizes: boolean
}

/**
 * Returns the decimal mark of each column. Other columns of the table decide where a column does not, and
 * `given` where nothing does.
 */
export function markings(
  columns: ReadonlyMap<number, Texts>,
  delimiter: string,
  given: Mark | undefined,
): ReadonlyMap<number, Marking> {
  const seen = new Map(
    [...columns].map(([index, { texts, areSizes }]) => [
      index,
      new Set(texts.map(signOf).map((sign) => (areSizes ? sizeSign(sign) : sign))),
    ]),
  )
  const all = new Set([...seen.values()].flatMap((signs) => [...signs]))
  return new Map([...seen].map(([index, signs]) => [index, markingOf(signs)]))

  function markingOf(signs: ReadonlySet<Sign>): Marking {
    for (const own of [signs, all]) {
      if (own.has('.') && own.has(',')) return given
      if (own.has('.')) return '.'
      if (own.has(',')) return ','
    }
    const [comma, point] = [signs.has('comma?'), signs.has('point?')]
    if (comma && point) return given
    // Among numbers without decimals, these marks divide thousands.
    if (comma) return all.has('whole') ? '.' : given
    if (point && delimiter !== ',') return all.has('whole') ? ',' : given
    return '.'
  }
}

function sizeSign(sign: Sign): Sign {
  if (sign === 'comma?') return '.'
  return sign === 'point?' ? ',' : 'none'
}
