/**
 * Searches artificial data for rows that meet a test and for rows that break each of its numbers. A test that
 * no rows break says nothing about the results; one that no rows meet can never be reproduced.
 */

import { expressionsOf, type Test } from '../document/claim.ts'
import { QueryError } from '../query/error.ts'
import { references } from '../query/expression.ts'
import type { Results } from '../query/query.ts'
import { median } from '../stats/order.ts'
import { randomNumbers } from '../stats/random.ts'
import { type Frame, type FrameOptions, frameOf, type Setting, type Slot } from './artificial.ts'
import { measure } from './measure.ts'
import { decide, type Region } from './region.ts'

/** What is wrong with a test, by the sets of rows that were tried. */
export type Finding = {
  /** Index of the number, of those that the test measures. */
  readonly part: number
  readonly parts: number
  /** Smallest and largest value of the number. */
  readonly low: number
  readonly high: number
  readonly unit: string
  readonly tried: number
  /** Whether any cell has a record; otherwise, what its rows look like is implied by the document's paths. */
  readonly isRecorded: boolean
} & (
  | { readonly type: 'always' }
  /** No value lies on this side of a tolerance. */
  | { readonly type: 'one-sided'; readonly side: 'low' | 'high' }
  | { readonly type: 'never' }
)

/** A number of the test, for one set of rows. */
interface Found {
  readonly value: number
  readonly unit: string
  readonly region: Region
  /** `end`: at an end that does not belong to the region, as rounding may bring about. */
  readonly where: 'low' | 'inside' | 'high' | 'end'
}

interface World {
  readonly settings: readonly Setting[]
  /** Logarithm of the size that each slot's factor is counted from. */
  readonly base: readonly number[]
}

/**
 * Factors on recorded sizes, and on sizes by which cells do not differ: rows that are further off than this
 * do not show that a test can be broken. A little more than ten, so that tenfold values are among them.
 */
const usual = Math.log(10.5)
/** Shares of rows may be any: their numbers differ by up to this factor. */
const counts = Math.log(1000)
/** For rows that meet a test. */
const extreme = Math.log(1e6)
/** On sizes that no record shows, times from below a nanosecond to hours. */
const unknown = Math.log(1e9)

const randomWorlds = 60
const steps = 250
/** To meet a test with all of its numbers at once, which is harder than to break one of them. */
const stepsToMeet = 4000

/** Returns undefined if nothing is wrong, or the test cannot be evaluated. Deterministic. */
export function examine(
  test: Test,
  sources: Omit<Results, 'runs'>,
  options: FrameOptions,
): Finding | undefined {
  try {
    const frame = frameOf(expressionsOf(test).flatMap(references), sources, options)
    const isRecorded = frame.slots.some(({ cell }) => options.recorded(cell) !== undefined)
    return search(test, frame, isRecorded)
  } catch (error) {
    // Reported by the check of expressions.
    if (error instanceof QueryError) return undefined
    throw error
  }
}

/** Whether a number lies where it is wanted, and the distance if not. */
type Goal = (found: readonly Found[], scales: readonly number[]) => number

function search(test: Test, frame: Frame, isRecorded: boolean): Finding | undefined {
  const random = randomNumbers('search')
  const [near, far] = isRecorded ? [usual, extreme] : [unknown, unknown]
  const groups = groupsOf(frame)
  const tried: { readonly world: World; readonly found: readonly Found[]; readonly isUsual: boolean }[] = []
  const attempt = (world: World, isUsual: boolean): readonly Found[] | undefined => {
    const results = frame.results(world.settings)
    const found = results && numbersIn(test, results)
    if (found !== undefined) tried.push({ world, found, isUsual })
    return found
  }
  const isMet = () => tried.some(({ found }) => found.every(({ where }) => where === 'inside'))
  const needsBoth = hasTolerance(test)
  // What was published is a plausible size, too, however far off the record is.
  const reaches = (part: number, side: 'low' | 'high') =>
    tried.some(({ found, isUsual }) => {
      const one = found[part]
      return one?.where === side && (isUsual || (needsBoth && isNearCenter(one)))
    })
  const isBroken = (part: number) => reaches(part, 'low') || reaches(part, 'high')
  const isDone = () =>
    isMet() &&
    (tried[0]?.found ?? []).every((_, part) =>
      needsBoth ? reaches(part, 'low') && reaches(part, 'high') : isBroken(part),
    )
  // Where no sizes are known, all are the same anyway.
  const alike = alikeSizes(frame)
  const bases = isRecorded ? [ownSizes(frame), ...alike] : [ownSizes(frame)]
  attempt(evenly(bases[0] as Sizes, 0), false)
  for (const base of bases) attempt(evenly(base, 0.05), true)
  for (const step of ladders)
    for (const base of bases) if (!isDone()) attempt(ladder(frame, step, near, base), true)
  // A test of many cells may hold only where they and measures are alike, which chance does not find.
  for (const step of [0, ...ladders])
    if (!isMet()) attempt(ladder(frame, step, unknown, alike.at(-1) ?? []), false)
  for (let index = 0; index < randomWorlds && !isDone(); index += 1) {
    const isUsual = index % 4 !== 3
    const base = bases[isUsual ? index % bases.length : 0] as Sizes
    attempt(randomWorld(frame.slots, groups, isUsual ? near : far, base, random), isUsual)
  }
  const parts = tried[0]?.found.length ?? 0
  if (parts === 0) return undefined
  const climb = (goal: Goal, limit: number, isUsual: boolean, base?: Sizes, most = steps) => {
    const scales = scalesOf(tried.map(({ found }) => found))
    const known = tried.filter((one) => (one.isUsual || !isUsual) && (!base || one.world.base === base))
    const [start] = known
      .map(({ world, found }) => ({ world, distance: goal(found, scales) }))
      .sort((a, b) => a.distance - b.distance)
    if (start === undefined) return
    let best = start
    for (let step = 0; step < most && best.distance > 0; step += 1) {
      const world = moved(best.world, frame.slots, groups, limit, isUsual, random)
      const found = attempt(world, isUsual)
      const distance = found === undefined ? Number.POSITIVE_INFINITY : goal(found, scales)
      if (distance <= best.distance) best = { world, distance }
    }
  }
  for (let part = 0; part < parts; part += 1) {
    for (const side of ['low', 'high'] as const) {
      const isBounded = tried.some(({ found }) => Number.isFinite(found[part]?.region[side]))
      const isOpen = () => isBounded && !(needsBoth ? reaches(part, side) : isBroken(part))
      for (const base of bases) if (isOpen()) climb(towards(part, side), near, true, base)
      if (needsBoth && isOpen()) climb(justBeyond(part, side), far, false)
    }
  }
  if (!isMet()) climb(inside, far, false, undefined, stepsToMeet)
  const about = (part: number, worlds = tried) => {
    const values = worlds.flatMap(({ found }) => found[part]?.value ?? [])
    return {
      ...{ part, parts, isRecorded, tried: worlds.length, unit: tried[0]?.found[part]?.unit ?? '' },
      ...{ low: Math.min(...values), high: Math.max(...values) },
    }
  }
  const usualOnes = tried.filter(({ isUsual }) => isUsual)
  const numbers = Array.from({ length: parts }, (_, part) => part)
  const isEver = (part: number) => tried.some(({ found }) => found[part]?.where === 'inside')
  const unbroken = numbers.find((part) => isEver(part) && !isBroken(part))
  if (unbroken !== undefined) return { type: 'always', ...about(unbroken, usualOnes) }
  if (!isMet()) {
    const unmet = numbers.find((part) => !isEver(part))
    return { type: 'never', ...about(unmet ?? -1) }
  }
  for (const side of needsBoth ? (['low', 'high'] as const) : []) {
    const part = numbers.find((one) => !reaches(one, side))
    if (part !== undefined) return { type: 'one-sided', side, ...about(part, usualOnes) }
  }
  return undefined
}

function hasTolerance(test: Test): boolean {
  switch (test.type) {
    case 'absolute':
    case 'relative':
    case 'agreement':
      return true
    case 'direction':
      return test.direction === 'same'
    case 'all':
      return test.tests.every(hasTolerance)
    case 'interval':
    case 'ordering':
      return false
  }
}

/** Judges by the values alone: their intervals depend on how many trials there are. */
function numbersIn(test: Test, results: Results): readonly Found[] | undefined {
  try {
    return measure({ id: 'artificial', test }, results, 0).map(({ value, unit, region }) => {
      const estimate = { value, interval: { low: value, high: value }, level: 0.95, trials: 1000 }
      const { type } = decide({ ...estimate, per: 'boot' }, region)
      return { value, unit, region, where: type === 'inside' ? 'inside' : outside(value, region) }
    })
  } catch (error) {
    // Such as a mean of no values, or a quotient by 0.
    if (error instanceof QueryError || error instanceof RangeError) return undefined
    throw error
  }
}

function outside(value: number, { low, high }: Region): Exclude<Found['where'], 'inside'> {
  return value < low ? 'low' : value > high ? 'high' : 'end'
}

/** Typical sizes of each number and its limits, for distances. */
function scalesOf(tried: readonly (readonly Found[])[]): readonly number[] {
  return (tried[0] ?? []).map((_, part) => {
    const sizes = tried.flatMap((found) => {
      const { value, region } = found[part] as Found
      return [value, region.low, region.high].map(Math.abs).filter((one) => Number.isFinite(one) && one > 0)
    })
    return sizes.length === 0 ? 1 : median(sizes)
  })
}

const inside: Goal = (found, scales) =>
  found.reduce((sum, { value, region, where }, part) => {
    if (where === 'inside') return sum
    const away = where === 'end' ? 0 : where === 'low' ? region.low - value : value - region.high
    return sum + distance(away, scales[part])
  }, 0)

function towards(part: number, side: 'low' | 'high'): Goal {
  return (found, scales) => {
    const { value, region, where } = found[part] as Found
    if (where === side) return 0
    return distance(side === 'low' ? value - region.low : region.high - value, scales[part])
  }
}

/** Outside on one side, but within a factor of ten of the middle. */
function justBeyond(part: number, side: 'low' | 'high'): Goal {
  const beyond = towards(part, side)
  return (found, scales) => {
    const one = found[part] as Found
    if (one.where !== side || isNearCenter(one)) return beyond(found, scales)
    const { low, high } = one.region
    return distance(Math.abs(one.value - (low + high) / 2), scales[part])
  }
}

function isNearCenter({ value, region: { low, high } }: Found): boolean {
  const share = Math.abs(Math.log(value / ((low + high) / 2)))
  return share <= usual
}

/** Grows without end, but slowly; above 0 even at a limit. */
function distance(away: number, scale = 1): number {
  return 1e-9 + Math.log1p(Math.max(0, away) / scale)
}

type Groups = readonly (readonly (readonly number[])[])[]

const plain: Setting = { log: 0, spread: 0, common: 1, sign: 1, kept: 1 }

/**
 * Indices of slots that a search moves together: kinds of groups (of a path, measure or cell), and each
 * alone.
 */
function groupsOf({ slots, leaves }: Frame): Groups {
  const indices = [...slots.keys()]
  const by = (key: (slot: Slot) => string) => [
    ...Map.groupBy(indices, (index) => key(slots[index] as Slot)).values(),
  ]
  return [
    leaves,
    by(({ measure = '' }) => measure),
    by(({ cell }) => cell),
    by(({ cell, measure = '' }) => `${cell} ${measure}`),
    indices.map((index) => [index]),
  ]
}

/** Steps between the logarithms of what a test reads, in its order. */
const ladders = [0.1, -0.1, 1, -1]

type Sizes = World['base']

/** Sizes as recorded. */
function ownSizes({ slots }: Frame): Sizes {
  return slots.map(() => 0)
}

/** Sizes by which cells do not differ, and by which measures do not differ either. */
function alikeSizes({ slots }: Frame): readonly Sizes[] {
  const measured = slots.filter(({ measure }) => measure !== undefined)
  const typical = (some: readonly Slot[]) => (some.length === 0 ? 1 : median(some.map(({ size }) => size)))
  const groups = Map.groupBy(measured, ({ measure }) => measure)
  const byMeasure = new Map([...groups].map(([measure, some]) => [measure, typical(some)]))
  const all = typical(measured)
  const from = (sizeOf: (slot: Slot) => number) =>
    slots.map((slot) => (slot.measure === undefined ? 0 : Math.log(sizeOf(slot) / slot.size)))
  return [from(({ measure }) => byMeasure.get(measure) ?? 1), from(() => all)]
}

/** Rows of one size and spread. */
function evenly(base: Sizes, spread: number): World {
  return { base, settings: base.map((log) => ({ ...plain, spread, log })) }
}

/** Rows that rise or fall from each path to the next. */
function ladder({ slots, leaves }: Frame, step: number, limit: number, base: Sizes): World {
  const settings = slots.map((_, index) => {
    const rung = leaves.findIndex((leaf) => leaf.includes(index))
    const log = (base[index] as number) + clamped(step * (rung - leaves.length / 2), limit)
    return { ...plain, spread: 0.001, log }
  })
  return { base, settings }
}

const spreads = [1e-6, 0.02, 0.3, 1.5]

/** Scales some groups by factors of one magnitude, small or large. */
function randomWorld(
  slots: readonly Slot[],
  groups: Groups,
  limit: number,
  base: Sizes,
  random: () => number,
): World {
  const reach = limit * random()
  const share = random()
  const logs = slots.map(() => 0)
  for (const group of groups.flat()) {
    if (random() > share) continue
    const log = reach * (2 * random() - 1)
    for (const index of group) logs[index] = clamped((logs[index] as number) + log, reach)
  }
  for (const [index, { measure: name }] of slots.entries()) {
    if (name === undefined && limit < counts) logs[index] = ((logs[index] as number) * counts) / limit
  }
  const isEven = random() < 0.5
  const spread = pick(spreads, random)
  const isWhole = random() < 0.5
  const isCommon = random() < 0.4
  const settings = slots.map(({ isSigned }, index): Setting => ({
    log: (base[index] as number) + (logs[index] as number),
    spread: isEven ? spread : pick(spreads, random),
    common: isCommon ? 1 : 2 * random() - 1,
    sign: isSigned && random() < 0.5 ? -1 : 1,
    kept: isWhole ? 1 : random(),
  }))
  return { base, settings }
}

function moved(
  { settings, base }: World,
  slots: readonly Slot[],
  groups: Groups,
  limit: number,
  isUsual: boolean,
  random: () => number,
): World {
  const group = new Set(pick(pick(groups, random), random))
  // Steps from a millionth to the whole range.
  const step = limit * 10 ** (-6 * random()) * (random() < 0.5 ? -1 : 1)
  const what = random()
  const value = random()
  const spread = pick(isUsual ? spreads : [0, ...spreads], random)
  const changed = settings.map((setting, index): Setting => {
    if (!group.has(index)) return setting
    const size = base[index] as number
    const most = slots[index]?.measure === undefined ? Math.max(limit, counts) : limit
    if (what < 0.7)
      return { ...setting, log: size + clamped(setting.log - size + (step * most) / limit, most) }
    if (what < 0.8) return { ...setting, spread }
    if (what < 0.87) return { ...setting, common: 2 * value - 1 }
    if (what < 0.94) return { ...setting, kept: value < 0.3 ? 1 : value }
    return { ...setting, sign: slots[index]?.isSigned && value < 0.5 ? -1 : 1 }
  })
  return { base, settings: changed }
}

function clamped(log: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, log))
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T
}
