/** What is wrong in a document: messages of its vfile, with place and a stable rule id. */

import type { VFile } from 'vfile'
import type { Place } from './block.ts'

/** A mistake that must be mended before anything runs. */
export function fail(file: VFile, ruleId: string, place: Place, reason: string): void {
  const message = file.message(reason, { place: { ...place }, ruleId, source: 'repro' })
  message.fatal = true
}

/** Something that works, but hardly as meant. */
export function warn(file: VFile, ruleId: string, place: Place, reason: string): void {
  file.message(reason, { place: { ...place }, ruleId, source: 'repro' })
}

/** Places of errors, as far as they have been counted. */
const errorPlaces = new WeakMap<VFile, { count: number; readonly places: Set<string> }>()

/** Whether there is an error at this very place: another one would say the same in other words. */
export function hasErrorAt(file: VFile, place: Place): boolean {
  const known = errorPlaces.get(file) ?? { count: 0, places: new Set() }
  errorPlaces.set(file, known)
  for (const { fatal, line, column } of file.messages.slice(known.count))
    if (fatal === true) known.places.add(`${line}:${column}`)
  known.count = file.messages.length
  return known.places.has(`${place.line}:${place.column}`)
}

/** Whether anything must be mended. */
export function hasErrors(file: VFile): boolean {
  return file.messages.some((message) => message.fatal === true)
}

/** Orders messages as one reads the document; those of one place by rule and words. */
export function sortMessages(file: VFile): void {
  errorPlaces.delete(file)
  file.messages.sort(
    (a, b) =>
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      compare(a.ruleId ?? '', b.ruleId ?? '') ||
      compare(a.reason, b.reason),
  )
}

/** By code unit, not by the machine's locale: the same order everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
