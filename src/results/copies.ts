/**
 * Finds values that were copied with a change: of rows that agree in one measure though others were altered,
 * of rows that a constant was added to, of whole boots. Each measure is looked at by itself, as copies rarely
 * change all of them in the same way.
 *
 * Differences of independent values of a fine measure hardly ever agree, and those of copies all do. How
 * often they agree by chance is taken from the differences next to the one in question: how close together
 * these lie, and how often each of them occurs. Values in clumps, of a coarse clock, or from a few ways that
 * an emulator takes have many equal differences around, too, and are no copies.
 */

/** A value of a measure, where it comes from, in order. */
export interface Value {
  readonly value: number
  readonly boot: number
}

export interface Copies {
  /** Pairs of rows. */
  readonly pairs: number
  /** Between the values of each pair, in the unit of the column; 0 if they are equal. */
  readonly difference: number
}

/** Logarithms (base 10) of probabilities below which chance explains nothing. */
const mostUnlikely = { equal: -10, shifted: -8, boots: -10 }

/** Distinct values; below that, they may be a few typical outcomes. */
const fewestDistinct = 15

/** Values that are compared with each other. Of more, parts are, evenly spread. */
const mostCompared = 300
const mostParts = 5

/** Other differences that show how close together they lie, and how often each occurs. */
const nearest = 6
const neighbours = 20

/** Returns what was copied in a measure of one operation; undefined if chance explains its differences. */
export function copiesIn(values: readonly Value[]): Copies | undefined {
  const digits = values.reduce(
    (most, { value }) => Math.max(most, /\.(\d+)/.exec(String(value))?.[1]?.length ?? 0),
    0,
  )
  const scale = 10 ** Math.min(digits, 9)
  const whole = values.map(({ value, boot }) => ({ value: Math.round(value * scale), boot }))
  // Larger ones have no steps any more.
  if (!whole.every(({ value }) => Number.isSafeInteger(value))) return undefined
  const parts = Math.min(mostParts, Math.ceil(whole.length / mostCompared))
  for (let part = 0; part < parts; part += 1) {
    const last = Math.max(0, whole.length - mostCompared)
    const start = parts === 1 ? 0 : Math.round((part * last) / (parts - 1))
    const some = whole.slice(start, start + mostCompared)
    const found = equalOrShifted(some.map(({ value }) => value)) ?? alignedBoots(some)
    if (found !== undefined) return { ...found, difference: found.difference / scale }
  }
  return undefined
}

/** Number of pairs by difference, with the differences in order. */
interface Differences {
  readonly sizes: readonly number[]
  readonly counts: readonly number[]
}

/** @param values whole numbers */
function equalOrShifted(values: readonly number[]): Copies | undefined {
  const times = new Map<number, number>()
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1)
  const distinct = [...times.keys()].sort((a, b) => a - b)
  if (distinct.length < fewestDistinct) return undefined
  const first = distinct[0] as number
  const step = distinct.reduce((divisor, value) => commonDivisor(divisor, value - first), 0)
  const differences = differencesOf(distinct)
  const all = (distinct.length * (distinct.length - 1)) / 2
  const pairs = (values.length * (values.length - 1)) / 2
  // A value that is usual, such as 0, counts once, however often it occurs.
  const repeated = [...times.values()].filter((count) => count > 1).length
  const atZero = expectedAt(differences, 0, step) * (pairs / all)
  if (logTail(Math.max(atZero, multiplicity(differences, 0)), repeated) < mostUnlikely.equal)
    return { pairs: repeated, difference: 0 }
  const tried = Math.log10(differences.sizes.length)
  for (const [index, count] of differences.counts.entries()) {
    // Chance must explain the count that is expected at least: 1.
    if (logTail(1, count) + tried >= mostUnlikely.shifted) continue
    const size = differences.sizes[index] as number
    const expected = Math.max(expectedAt(differences, size, step), multiplicity(differences, size))
    if (logTail(expected, count) + tried < mostUnlikely.shifted) return { pairs: count, difference: size }
  }
  return undefined
}

function commonDivisor(one: number, other: number): number {
  let [a, b] = [one, other]
  while (b > 0) [a, b] = [b, a % b]
  return a
}

function differencesOf(ordered: readonly number[]): Differences {
  const all = new Float64Array((ordered.length * (ordered.length - 1)) / 2)
  let filled = 0
  for (let index = 0; index < ordered.length; index += 1) {
    for (let other = index + 1; other < ordered.length; other += 1)
      all[filled++] = (ordered[other] as number) - (ordered[index] as number)
  }
  const [sizes, counts]: [number[], number[]] = [[], []]
  for (const size of all.sort()) {
    if (size === sizes.at(-1)) counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1
    else {
      sizes.push(size)
      counts.push(1)
    }
  }
  return { sizes, counts }
}

/** Returns the first index whose size is not below this one. */
function placeOf({ sizes }: Differences, size: number): number {
  let [low, high] = [0, sizes.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((sizes[middle] as number) < size) low = middle + 1
    else high = middle
  }
  return low
}

/** Returns how many pairs would have this difference if they lay as close as the nearest others. */
function expectedAt(differences: Differences, size: number, step: number): number {
  const { sizes, counts } = differences
  const place = placeOf(differences, size)
  let [before, after, found, reach] = [place - 1, place + (sizes[place] === size ? 1 : 0), 0, step]
  while (found < nearest && (before >= 0 || after < sizes.length)) {
    const down = before < 0 ? Number.POSITIVE_INFINITY : size - (sizes[before] as number)
    const up = after >= sizes.length ? Number.POSITIVE_INFINITY : (sizes[after] as number) - size
    reach = Math.min(down, up)
    if (down <= up) found += counts[before--] as number
    else found += counts[after++] as number
  }
  // Differences have no sign, so that there are none below 0.
  return (found * step) / (Math.min(reach, size) + reach)
}

/** Returns how often the differences next to this one occur, on average. */
function multiplicity(differences: Differences, size: number): number {
  const { sizes, counts } = differences
  const place = placeOf(differences, size)
  const from = Math.max(0, place - neighbours / 2)
  const others = counts.slice(from, place + neighbours / 2 + 1).filter((_, at) => sizes[from + at] !== size)
  return others.reduce((sum, count) => sum + count, 0) / Math.max(1, others.length)
}

/**
 * Two boots whose trials differ by the same, one by one, in their order. Chance is taken from trials that do
 * not have the same place.
 */
function alignedBoots(values: readonly Value[]): Copies | undefined {
  const boots = [...Map.groupBy(values, ({ boot }) => boot).values()].map((own) =>
    own.map(({ value }) => value),
  )
  const couples = boots.flatMap((one, index) => boots.slice(index + 1).map((other) => [one, other] as const))
  if (couples.length === 0) return undefined
  const chance = chanceApart(couples)
  for (const [one, other] of couples) {
    // Trials that take one of a few ways count once each.
    const aligned = new Map<number, Set<number>>()
    const places = Math.min(one.length, other.length)
    for (let place = 0; place < places; place += 1) {
      const from = one[place] as number
      const size = (other[place] as number) - from
      aligned.set(size, (aligned.get(size) ?? new Set()).add(from))
    }
    const [size, { size: count }] = [...aligned].reduce((a, b) => (b[1].size > a[1].size ? b : a), [
      0,
      new Set<number>(),
    ] as const)
    const logChance = logChoices(places, count) + count * Math.log10(chance) + Math.log10(couples.length)
    if (count > 1 && logChance < mostUnlikely.boots) return { pairs: count, difference: Math.abs(size) }
  }
  return undefined
}

/** Returns the share of the commonest difference among trials that do not have the same place. */
function chanceApart(couples: readonly (readonly [readonly number[], readonly number[]])[]): number {
  const counts = new Map<number, number>()
  let [all, most] = [1, 1]
  for (const [one, other] of couples) {
    for (const [place, a] of one.entries()) {
      for (const [at, b] of other.entries()) {
        if (at === place) continue
        const size = b - a
        const count = (counts.get(size) ?? 0) + 1
        counts.set(size, count)
        all += 1
        most = Math.max(most, count)
      }
    }
  }
  return most / all
}

/** Returns the logarithm (base 10) of the number of ways to choose `count` of `all`. */
function logChoices(all: number, count: number): number {
  let sum = 0
  for (let index = 1; index <= count; index += 1) sum += Math.log10((all - count + index) / index)
  return sum
}

/** Bounds the logarithm (base 10) of the probability of at least `count` events where `mean` are expected. */
export function logTail(mean: number, count: number): number {
  if (count <= mean || count === 0) return 0
  let logFactorial = 0
  for (let factor = 2; factor <= count; factor += 1) logFactorial += Math.log(factor)
  const first = count * Math.log(mean) - mean - logFactorial
  return (first - Math.log(1 - mean / (count + 1))) / Math.LN10
}
