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

/** Decimal marks by column, and what is left open. */
export interface Markings {
  readonly columns: ReadonlyMap<number, Marking>
  /** True if one column, or one column and another, use both marks for sure: then no number tells others. */
  readonly isMixed: boolean
  /** The mark under which 1,234 or 1.234 divides thousands, if a column has it beside whole numbers. */
  readonly besideWhole?: Mark
}

/**
 * Returns the decimal mark of each column that has one for sure: by its own numbers, then by those of other
 * columns. `given` decides where these do not. A file with commas between cells has decimal points.
 */
export function markings(
  columns: ReadonlyMap<number, Texts>,
  delimiter: string,
  given: Mark | undefined,
): Markings {
  const seen = new Map(
    [...columns].map(([index, { texts, areSizes }]) => [
      index,
      new Set(texts.map(signOf).map((sign) => (areSizes ? sizeSign(sign) : sign))),
    ]),
  )
  const all = new Set([...seen.values()].flatMap((signs) => [...signs]))
  const isMixed = all.has('.') && all.has(',')
  const thousands = new Set(
    [...seen.values()].flatMap((signs): readonly Mark[] =>
      signs.has('whole')
        ? [...(signs.has('comma?') ? (['.'] as const) : []), ...(signs.has('point?') ? ([','] as const) : [])]
        : [],
    ),
  )
  const [besideWhole, second] = thousands
  return {
    columns: new Map([...seen].map(([index, signs]) => [index, markingOf(signs)])),
    isMixed,
    ...(besideWhole === undefined || second !== undefined ? {} : { besideWhole }),
  }

  function markingOf(signs: ReadonlySet<Sign>): Marking {
    for (const own of [signs, all]) {
      if (own.has('.') && own.has(',')) return given
      if (own.has('.')) return '.'
      if (own.has(',')) return ','
    }
    if (given !== undefined) return given
    const isPointed = delimiter === ',' && signs.has('point?') && !all.has('comma?')
    return isPointed ? '.' : undefined
  }
}

export function otherMark(mark: Mark): Mark {
  return mark === '.' ? ',' : '.'
}

function sizeSign(sign: Sign): Sign {
  if (sign === 'comma?') return '.'
  return sign === 'point?' ? ',' : 'none'
}
