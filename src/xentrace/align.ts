import { TraceError } from './record.ts'
import { overlaps, type Span } from './spans.ts'
import type { Bracket } from './stamps.ts'
import { firstAtOrAfter } from './timeline.ts'

/** CNTPCT = CNTVCT + offset for one domain, in integer ticks. */
export interface Alignment {
  readonly offset: number
  /** Largest possible error of `offset`. */
  readonly halfWidth: number
  /** Brackets that support it. */
  readonly brackets: number
  /** Brackets that could not be checked: before or after the capture, or where records were lost. */
  readonly skipped: number
}

/** The time that a capture covers and its gaps, in ticks of CNTPCT. */
export interface Coverage {
  readonly first: number
  readonly last: number
  /** Ascending and disjoint. */
  readonly gaps: readonly Span[]
}

const everywhere: Coverage = { first: Number.NEGATIVE_INFINITY, last: Number.POSITIVE_INFINITY, gaps: [] }
const LEAST_BRACKETS = 3

interface Candidate {
  readonly low: number
  readonly high: number
  readonly brackets: number
}

/**
 * Finds the offset between a domain's CNTVCT and the CNTPCT of a capture by bracketing: the program yields
 * between two stamps, so the time of the YIELD record lies between both stamps plus the offset, and the
 * offset in [yield - after, yield - before]. A domain yields for other reasons too (Xen traps WFE), so every
 * yield inside one bracket is a candidate; the right one agrees with all other brackets.
 *
 * @param brackets stamps around each yield, in ticks of the domain's CNTVCT
 * @param yields times of the domain's YIELD records in ticks of CNTPCT, ascending
 * @throws TraceError if no offset, or more than one, agrees with all brackets, or fewer than three remain
 */
export function align(
  brackets: readonly Bracket[],
  yields: readonly number[],
  coverage: Coverage = everywhere,
): Alignment {
  if (brackets.length < LEAST_BRACKETS) {
    throw new TraceError(`${brackets.length} calibration brackets, at least ${LEAST_BRACKETS} are needed`)
  }
  const narrowFirst = brackets.toSorted((a, b) => a.after - a.before - (b.after - b.before))
  const found = candidates(narrowFirst, yields, coverage)
  const best = found[0]
  if (best === undefined) {
    throw new TraceError(
      `no single offset puts one of the ${yields.length} YIELD records into each of the ${brackets.length} ` +
        `calibration brackets (at least ${LEAST_BRACKETS} inside the capture)`,
    )
  }
  const rival = found[1]
  if (rival !== undefined) {
    throw new TraceError(
      `the offset is ambiguous: ${best.low}..${best.high} and ${rival.low}..${rival.high} ticks agree with ` +
        `${best.brackets} and ${rival.brackets} of the ${brackets.length} calibration brackets`,
    )
  }
  const offset = Math.floor((best.low + best.high) / 2)
  return {
    offset,
    halfWidth: best.high - offset,
    brackets: best.brackets,
    skipped: brackets.length - best.brackets,
  }
}

/** Returns disjoint ranges of offsets that agree with all brackets, the one with most support first. */
function candidates(
  brackets: readonly Bracket[],
  yields: readonly number[],
  coverage: Coverage,
): readonly Candidate[] {
  let found: readonly Candidate[] = []
  let most = 0
  for (const [seed, bracket] of brackets.entries()) {
    // A candidate not found yet skips all seeds so far. With less than half the support of the best (its
    // other brackets would all have to be lost) it would count as a coincidence.
    if (brackets.length - seed < Math.max(LEAST_BRACKETS, most / 2)) break
    for (const time of yields) {
      const start = { low: time - bracket.after, high: time - bracket.before, brackets: 1 }
      if (uncovered(bracket, start, coverage)) continue
      let alive: readonly Candidate[] = [start]
      for (let i = 0; i < brackets.length && alive.length > 0; i++) {
        if (i !== seed) alive = narrow(alive, brackets[i] as Bracket, i < seed ? [] : yields, coverage)
      }
      const enough = alive.filter((candidate) => candidate.brackets >= LEAST_BRACKETS)
      if (enough.length === 0) continue
      found = join([...found, ...enough])
      most = Math.max(most, ...enough.map((candidate) => candidate.brackets))
    }
  }
  return found
    .filter((candidate) => candidate.brackets * 2 >= most)
    .toSorted((a, b) => b.brackets - a.brackets || a.low - b.low)
}

/** Narrows each candidate to the parts that put a yield into the bracket, if that can be checked. */
function narrow(
  alive: readonly Candidate[],
  { before, after }: Bracket,
  yields: readonly number[],
  coverage: Coverage,
): readonly Candidate[] {
  const left: Candidate[] = []
  for (const candidate of alive) {
    if (uncovered({ before, after }, candidate, coverage)) {
      left.push(candidate)
      continue
    }
    for (let i = firstAtOrAfter(yields, candidate.low + before); i < yields.length; i++) {
      const time = yields[i] as number
      if (time > candidate.high + after) break
      const low = Math.max(candidate.low, time - after)
      const high = Math.min(candidate.high, time - before)
      if (low <= high) left.push({ low, high, brackets: candidate.brackets + 1 })
    }
  }
  return left.length < 2 ? left : join(left)
}

/** Returns true if some offset of the candidate puts the bracket where records may be missing. */
function uncovered({ before, after }: Bracket, { low, high }: Candidate, coverage: Coverage): boolean {
  const from = low + before
  const to = high + after
  return from < coverage.first || to > coverage.last || overlaps(coverage.gaps, from, to)
}

/** Joins overlapping candidates: their union admits exactly the same offsets. */
function join(list: readonly Candidate[]): readonly Candidate[] {
  const joined: Candidate[] = []
  for (const candidate of list.toSorted((a, b) => a.low - b.low || a.high - b.high)) {
    const last = joined.at(-1)
    if (last === undefined || candidate.low > last.high) joined.push(candidate)
    else {
      joined[joined.length - 1] = {
        low: last.low,
        high: Math.max(last.high, candidate.high),
        brackets: Math.max(last.brackets, candidate.brackets),
      }
    }
  }
  return joined
}
