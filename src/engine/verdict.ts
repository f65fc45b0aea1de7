/** Verdicts: whether a cell's result is there, and in words why not. Pure. */

import { type Inputs, inputOf, type Run } from '../results/run.ts'

export type Verdict =
  | { readonly type: 'recorded'; readonly run: Run }
  | { readonly type: 'cached'; readonly run: Run }
  /** There is a run, but made from something else. */
  | { readonly type: 'stale'; readonly run: Run; readonly reason: string }
  /** `before` is the newest run made here from something else. */
  | { readonly type: 'missing'; readonly reason: string; readonly before?: Run }
  /** There is a recorded run that cannot be read, or is not what it says. */
  | { readonly type: 'damaged'; readonly reason: string }

/** What a cell asks for. */
export interface Wanted {
  readonly inputs: Inputs
  /** Keys of runs that answer it. */
  readonly keys: readonly string[]
}

/** Runs made here. */
export interface Here {
  /** The newest that has the inputs that are wanted. */
  readonly fitting: () => Run | undefined
  readonly newest: () => Run | undefined
}

/** A recorded run that fits wins over one made here, which is then not even read: it is what others see. */
export function verdictOf(wanted: Wanted, recorded: Run | undefined, here: Here): Verdict {
  if (recorded && wanted.keys.includes(recorded.key)) return { type: 'recorded', run: recorded }
  const cached = here.fitting()
  if (cached) return { type: 'cached', run: cached }
  if (recorded) return { type: 'stale', run: recorded, reason: difference(recorded, wanted) }
  const before = here.newest()
  if (before)
    return { type: 'missing', reason: `${difference(before, wanted)} since it was run here`, before }
  return { type: 'missing', reason: 'never run' }
}

/** Why a run with another key does not answer. */
export function difference(run: Run, wanted: Wanted): string {
  const changes = cellChanges(run.inputs, wanted.inputs)
  return changes.length > 0 ? listed(changes) : 'made by another version of repro'
}

type Value = Inputs[string] | undefined

/** One input that is not what it was; undefined where there was, or is, none. */
export interface Change {
  readonly input: string
  readonly before: Value
  readonly now: Value
}

/** Between inputs of cells, which name boots only where there are several. */
export function cellChanges(before: Inputs, now: Inputs): readonly Change[] {
  return changesOf({ boots: 1, ...before }, { boots: 1, ...now })
}

/** In the order of the names. */
export function changesOf(before: Inputs, now: Inputs): readonly Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].sort().flatMap((input) => {
    const change = { input, before: inputOf(before, input), now: inputOf(now, input) }
    return change.before === change.now ? [] : [change]
  })
}

/** The changes in words; of many the first, those of files last: `script changed, trials 20 -> 50, and 6 more changes`. */
export function listed(changes: readonly Change[]): string {
  const sorted = changes.toSorted((a, b) => Number(isFile(a)) - Number(isFile(b)))
  const shown = sorted.slice(0, sorted.length > mostChanges ? mostChanges - 1 : mostChanges).map(inWords)
  const more = sorted.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more changes (see repro explain)`] : [])].join(', ')
}

const mostChanges = 5

function isFile({ input }: Change): boolean {
  return /^(file|packages|environment) /.test(input)
}

/** `trials 20 -> 50`, `dom0.cpuLoad 0 -> 4`, `experiments/board/loop.c changed`. */
export function inWords({ input, before, now }: Change): string {
  const name = input.replace(/^(parameter|file) /, '')
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
