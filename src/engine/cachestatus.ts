/** Cache status of cells, with reasons. Pure. */

import { keyOf } from '../results/key.ts'
import { type Inputs, inputOf, type Run } from '../results/run.ts'

export type CacheStatus =
  | { readonly type: 'recorded'; readonly run: Run }
  | { readonly type: 'cached'; readonly run: Run }
  /** A run exists, but its inputs differ. */
  | { readonly type: 'stale'; readonly run: Run; readonly reason: string }
  /** `before` is the newest local run, with different inputs. */
  | { readonly type: 'missing'; readonly reason: string; readonly before?: Run }
  /** The recorded run is unreadable or inconsistent. */
  | { readonly type: 'damaged'; readonly reason: string }

/** Inputs that a run may have, given the files that it read. The first are those of a new run. */
export type AcceptedInputs = readonly ((run: Pick<Run, 'inputs'>) => Inputs)[]

/** Fields that decide whether a run matches. */
type Header = Pick<Run, 'experiment' | 'environment' | 'pattern' | 'inputs' | 'key'>

/**
 * Prefers a matching record, which others see. `cached` returns the newest local run, that `matches` if
 * given.
 */
export function cacheStatusOf(
  accepted: AcceptedInputs,
  recorded: Run | undefined,
  cached: (matches?: (run: Header) => boolean) => Run | undefined,
): CacheStatus {
  const stale = recorded && staleReason(recorded, accepted)
  if (recorded && stale === undefined) return { type: 'recorded', run: recorded }
  const run = cached((run) => matches(run, accepted))
  if (run) return { type: 'cached', run }
  if (recorded) return { type: 'stale', run: recorded, reason: stale ?? '' }
  const before = cached()
  if (before)
    return { type: 'missing', reason: `${staleReason(before, accepted) ?? ''} since it was run here`, before }
  return { type: 'missing', reason: 'never run' }
}

export function matches(run: Header, accepted: AcceptedInputs): boolean {
  // The key also covers the program's version.
  if (run.key !== ownKey(run)) return false
  return accepted.some((inputs) => areEqual({ boots: 1, ...run.inputs }, { boots: 1, ...inputs(run) }))
}

function areEqual(before: Inputs, now: Inputs): boolean {
  const names = Object.keys(before)
  if (names.length !== Object.keys(now).length) return false
  return names.every((name) => Object.hasOwn(now, name) && before[name] === now[name])
}

/** By the run's inputs, which are not changed once read. */
const ownKeys = new WeakMap<Inputs, string>()

function ownKey(run: Header): string {
  const key = ownKeys.get(run.inputs) ?? keyOf(run, run.inputs)
  ownKeys.set(run.inputs, key)
  return key
}

/** Reason why a run does not match; undefined if it does. */
export function staleReason(run: Run, accepted: AcceptedInputs): string | undefined {
  if (matches(run, accepted)) return undefined
  const changes = cellChanges(run.inputs, accepted[0]?.(run) ?? {})
  return changes.length > 0 ? summaryOfChanges(changes) : 'made by another version of repro'
}

type Value = Inputs[string] | undefined

/** One changed input; a side is undefined if the input did not exist. */
export interface Change {
  readonly input: string
  readonly before: Value
  readonly now: Value
}

/** Changes between cell inputs, which omit `boots` for a single boot. */
export function cellChanges(before: Inputs, now: Inputs): readonly Change[] {
  return changesOf({ boots: 1, ...before }, { boots: 1, ...now })
}

/** Sorted by name. */
export function changesOf(before: Inputs, now: Inputs): readonly Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].sort().flatMap((input) => {
    const change = { input, before: inputOf(before, input), now: inputOf(now, input) }
    return change.before === change.now ? [] : [change]
  })
}

/** Lists changes, files last, only the first if many: `script changed, trials 20 -> 50, and 6 more`. */
export function summaryOfChanges(changes: readonly Change[]): string {
  const isFile = ({ input }: Change) => /^(file|data|folder|packages|environment) /.test(input)
  const sorted = changes.toSorted((a, b) => Number(isFile(a)) - Number(isFile(b)))
  const shown = sorted.slice(0, sorted.length > mostChanges ? mostChanges - 1 : mostChanges).map(changeText)
  const more = sorted.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more changes (see repro explain)`] : [])].join(', ')
}

const mostChanges = 5

/** Formats a change: `trials 20 -> 50`, `dom0.cpuLoad 0 -> 4`, `experiments/board/loop.c changed`. */
export function changeText({ input, before, now }: Change): string {
  const name = input.replace(/^(parameter|file|data|folder) /, '')
  if (isDigest(before) && isDigest(now)) return `${name} changed`
  if (before === undefined) return isDigest(now) ? `${name} added` : `${name} none -> ${now}`
  if (now === undefined) return isDigest(before) ? `${name} removed` : `${name} ${before} -> none`
  return `${name} ${shown(before)} -> ${shown(now)}`
}

function isDigest(value: Value): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function shown(value: Value): string {
  return isDigest(value) ? String(value).slice(0, 12) : String(value)
}
