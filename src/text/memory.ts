/** Results of pure functions, kept while a process lives: a live document often asks for the same ones. */

import { isSame } from './lists.ts'

/**
 * Returns `make`, which is called once for each text of late. What it returns is shared, and must not be changed;
 * what it throws is not kept.
 */
export function remembered<T>(make: (text: string) => T, most = 2000): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined || known.has(text)) return found as T
    const made = make(text)
    // Those of a document that is open come back at once.
    if (known.size >= most) known.clear()
    known.set(text, made)
    return made
  }
}

/**
 * Memoizes a function for its last few inputs. Results are shared and must not change; errors are not kept.
 *
 * @param partsOf returns everything that the result depends on, which is compared by identity
 */
export function recently<Given extends readonly unknown[], T>(
  make: (...given: Given) => T,
  partsOf: (...given: Given) => readonly unknown[],
  most = 2,
): (...given: Given) => T {
  const recent: { readonly from: readonly unknown[]; readonly made: T }[] = []
  return (...given) => {
    const from = partsOf(...given)
    const known = recent.find((one) => isSame(one.from, from))
    if (known) return known.made
    const made = make(...given)
    recent.unshift({ from, made })
    recent.length = Math.min(recent.length, most)
    return made
  }
}

/** Keeps the last result for each object, as long as `parts` stay the same, which are compared by identity. */
export function perObject<T>(): (key: object, parts: readonly unknown[], make: () => T) => T {
  const last = new WeakMap<object, { readonly parts: readonly unknown[]; readonly made: T }>()
  return (key, parts, make) => {
    const known = last.get(key)
    if (known && isSame(known.parts, parts)) return known.made
    const made = make()
    last.set(key, { parts, made })
    return made
  }
}

/** Returns a function that makes a value when it is first called: schemas, say, which a use may not need. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** Results as JSON, by the name of a function and its text: what one process leaves for the next. */
export type Recollection = ReadonlyMap<string, string>

interface Recalling {
  readonly before: Recollection
  /** Of this process: texts of JSON that were there before, and values that are new. */
  readonly asked: Map<string, { readonly json: string } | { readonly value: unknown }>
}

let recalling: Recalling | undefined
let recalledAny = false

/** Whether this process found something that an earlier one left. */
export function hasRecalled(): boolean {
  return recalledAny
}

/** From now on, what an earlier process recalled is not computed again. */
export function beginRecalling(before: Recollection): void {
  recalling = { before, asked: new Map() }
}

/** Ends it. Returns what was asked for since then; undefined if that is what there was before. */
export function endRecalling(): Recollection | undefined {
  const ended = recalling
  recalling = undefined
  if (ended === undefined) return undefined
  const { before, asked } = ended
  if (asked.size === before.size && [...asked.values()].every((one) => 'json' in one)) return undefined
  return new Map(
    [...asked].map(([key, one]) => [key, 'json' in one ? one.json : JSON.stringify(one.value)] as const),
  )
}

const keyOf = (name: string, text: string) => `${name} ${text}`

/** Whether an earlier process left what a function of this name makes of a text. */
export function isRecalled(name: string, text: string): boolean {
  return recalling?.before.has(keyOf(name, text)) === true
}

/** Whether results are recalled, so that it pays to make them one by one. */
export function isRecalling(): boolean {
  return recalling !== undefined
}

/**
 * Returns what an earlier process left, or else what `make` makes, which is JSON that takes longer to make than to read.
 *
 * @param name of a function, which no other has
 * @param text what it is a function of
 */
export function recall<T>(name: string, text: string, make: () => T): T {
  const key = keyOf(name, text)
  const json = recalling?.before.get(key)
  recalledAny ||= json !== undefined
  const value = json === undefined ? make() : (JSON.parse(json) as T)
  recalling?.asked.set(key, json === undefined ? { value } : { json })
  return value
}

/** As `remembered`, over `recall`. */
export function recalled<T>(name: string, make: (text: string) => T, most?: number): (text: string) => T {
  return remembered((text) => recall(name, text, () => make(text)), most)
}

const silent = new Set<string>()
const mostSilent = 20_000

/**
 * Runs a check, unless it found nothing before, here or in an earlier process.
 *
 * @param text all that decides what the check finds
 * @param check returns whether it found something
 */
export function unlessSilent(name: string, text: string, check: () => boolean): void {
  const key = keyOf(name, text)
  if (recalling === undefined && silent.has(key)) return
  let hasRun = false
  const isSilent = recall(name, text, () => {
    hasRun = true
    return !check()
  })
  if (!isSilent && !hasRun) check()
  if (recalling !== undefined || !isSilent) return
  if (silent.size >= mostSilent) silent.clear()
  silent.add(key)
}
