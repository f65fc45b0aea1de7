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
  readonly where: 'low' | 'inside' | 'high'
}

type World = readonly Setting[]

/** Factors on recorded sizes: rows that are further off than this do not show that a test can be broken. */
const usual = Math.log(1000)
/** For rows that meet a test. */
const extreme = Math.log(1e6)
/** On sizes that no record shows, times from below a nanosecond to hours. */
const unknown = Math.log(1e9)

const randomWorlds = 60
const steps = 250

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
    const found = numbersIn(test, frame.results(world))
    if (found !== undefined) tried.push({ world, found, isUsual })
    return found
  }
  const isMet = () => tried.some(({ found }) => found.every(({ where }) => where === 'inside'))
  const reaches = (part: number, side: 'low' | 'high') =>
    tried.some(({ found, isUsual }) => isUsual && found[part]?.where === side)
  const isBroken = (part: number) => reaches(part, 'low') || reaches(part, 'high')
  const needsBoth = hasTolerance(test)
  const isDone = () =>
    isMet() &&
    (tried[0]?.found ?? []).every((_, part) =>
      needsBoth ? reaches(part, 'low') && reaches(part, 'high') : isBroken(part),
    )
  attempt(
    frame.slots.map(() => plain),
    false,
  )
  attempt(
    frame.slots.map(() => ({ ...plain, spread: 0.05 })),
    true,
  )
  for (const step of ladders) if (!isDone()) attempt(ladder(frame, step, near), true)
  // A test of many cells may hold only where they are alike, which chance does not find.
  for (const step of [0, ...ladders]) if (!isMet()) attempt(evenLadder(frame, step), false)
  for (let index = 0; index < randomWorlds && !isDone(); index += 1) {
    const isUsual = index % 4 !== 3
    attempt(randomWorld(frame.slots, groups, isUsual ? near : far, random), isUsual)
  }
  const parts = tried[0]?.found.length ?? 0
  if (parts === 0) return undefined
  const climb = (goal: Goal, limit: number, isUsual: boolean) => {
    const scales = scalesOf(tried.map(({ found }) => found))
    const known = isUsual ? tried.filter((one) => one.isUsual) : tried
    const [start] = known
      .map(({ world, found }) => ({ world, distance: goal(found, scales) }))
      .sort((a, b) => a.distance - b.distance)
    if (start === undefined) return
    let best = start
    for (let step = 0; step < steps && best.distance > 0; step += 1) {
      const world = moved(best.world, frame.slots, groups, limit, isUsual, random)
      const found = attempt(world, isUsual)
      const distance = found === undefined ? Number.POSITIVE_INFINITY : goal(found, scales)
      if (distance <= best.distance) best = { world, distance }
    }
  }
  for (let part = 0; part < parts; part += 1) {
    for (const side of ['low', 'high'] as const) {
      const isBounded = tried.some(({ found }) => Number.isFinite(found[part]?.region[side]))
      if (isBounded && !(needsBoth ? reaches(part, side) : isBroken(part)))
        climb(towards(part, side), near, true)
    }
  }
  if (!isMet()) climb(inside, far, false)
  const about = (part: number, worlds = tried) => {
    const values = worlds.flatMap(({ found }) => found[part]?.value ?? [])
    return {
      ...{ part, parts, tried: worlds.length, unit: tried[0]?.found[part]?.unit ?? '' },
      ...{ low: Math.min(...values), high: Math.max(...values) },
    }
  }
  const usualOnes = tried.filter(({ isUsual }) => isUsual)
  const numbers = Array.from({ length: parts }, (_, part) => part)
  const unbroken = numbers.find((part) => !isBroken(part))
  if (unbroken !== undefined) return { type: 'always', ...about(unbroken, usualOnes) }
  if (!isMet()) {
    const unmet = numbers.find((part) => tried.every(({ found }) => found[part]?.where !== 'inside'))
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
      const where = type === 'inside' ? 'inside' : value <= region.low ? 'low' : 'high'
      return { value, unit, region, where }
    })
  } catch (error) {
    // Such as a mean of no values, or a quotient by 0.
    if (error instanceof QueryError || error instanceof RangeError) return undefined
    throw error
  }
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
    const away = where === 'low' ? region.low - value : value - region.high
    return sum + distance(away, scales[part])
  }, 0)

function towards(part: number, side: 'low' | 'high'): Goal {
  return (found, scales) => {
    const { value, region, where } = found[part] as Found
    if (where === side) return 0
    return distance(side === 'low' ? value - region.low : region.high - value, scales[part])
  }
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

/** Rows that rise or fall from each path to the next. */
function ladder({ slots, leaves }: Frame, step: number, limit: number): World {
  return slots.map((_, index) => {
    const rung = leaves.findIndex((leaf) => leaf.includes(index))
    return { ...plain, spread: 0.001, log: clamped(step * (rung - leaves.length / 2), limit) }
  })
}

/** A ladder on which cells do not differ: from one typical size instead of each slot's own. */
function evenLadder(frame: Frame, step: number): World {
  const sizes = frame.slots.flatMap(({ measure, size }) => (measure === undefined ? [] : size))
  const typical = sizes.length === 0 ? 1 : median(sizes)
  return ladder(frame, step, unknown).map((setting, index) => {
    const { measure, size } = frame.slots[index] as Slot
    return measure === undefined ? setting : { ...setting, log: setting.log + Math.log(typical / size) }
  })
}

const spreads = [1e-6, 0.02, 0.3, 1.5]

/** Scales some groups by factors of one magnitude, small or large. */
function randomWorld(slots: readonly Slot[], groups: Groups, limit: number, random: () => number): World {
  const reach = limit * random()
  const share = random()
  const logs = slots.map(() => 0)
  for (const group of groups.flat()) {
    if (random() > share) continue
    const log = reach * (2 * random() - 1)
    for (const index of group) logs[index] = clamped((logs[index] as number) + log, reach)
  }
  const isEven = random() < 0.5
  const spread = pick(spreads, random)
  const isWhole = random() < 0.5
  const isCommon = random() < 0.4
  return slots.map(({ isSigned }, index) => ({
    log: logs[index] as number,
    spread: isEven ? spread : pick(spreads, random),
    common: isCommon ? 1 : 2 * random() - 1,
    sign: isSigned && random() < 0.5 ? -1 : 1,
    kept: isWhole ? 1 : random(),
  }))
}

function moved(
  world: World,
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
  return world.map((setting, index) => {
    if (!group.has(index)) return setting
    if (what < 0.7) return { ...setting, log: clamped(setting.log + step, limit) }
    if (what < 0.8) return { ...setting, spread }
    if (what < 0.87) return { ...setting, common: 2 * value - 1 }
    if (what < 0.94) return { ...setting, kept: value < 0.3 ? 1 : value }
    return { ...setting, sign: slots[index]?.isSigned && value < 0.5 ? -1 : 1 }
  })
}

function clamped(log: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, log))
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T
}
