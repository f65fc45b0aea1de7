/** Errors and warnings in a document: messages of its vfile, with place and a stable rule id. */

import type { VFile } from 'vfile'
import type { Place } from './block.ts'

/** Places of a file's errors: `line:column`. */
const errorPlaces = new WeakMap<VFile, Set<string>>()

/** Reports an error, which blocks the build. */
export function fail(file: VFile, ruleId: string, place: Place, reason: string): void {
  const message = file.message(reason, { place: { ...place }, ruleId, source: 'repro' })
  message.fatal = true
  const places = errorPlaces.get(file) ?? new Set()
  errorPlaces.set(file, places.add(`${place.line}:${place.column}`))
}

/** Reports a warning: valid, but probably unintended. */
export function warn(file: VFile, ruleId: string, place: Place, reason: string): void {
  file.message(reason, { place: { ...place }, ruleId, source: 'repro' })
}

/** Whether there is already an error at this place: another would repeat it. */
export function hasErrorAt(file: VFile, { line, column }: Place): boolean {
  return errorPlaces.get(file)?.has(`${line}:${column}`) ?? false
}

/** Reports an error, unless there is one at this place. */
export function failOnce(file: VFile, ruleId: string, place: Place, reason: string): void {
  if (!hasErrorAt(file, place)) fail(file, ruleId, place, reason)
}

/** Whether the file has errors. */
export function hasErrors(file: VFile): boolean {
  return file.messages.some((message) => message.fatal === true)
}

/** Sorts messages by place, then by rule and text. */
export function sortMessages(file: VFile): void {
  file.messages.sort(
    (a, b) =>
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      compare(a.ruleId ?? '', b.ruleId ?? '') ||
      compare(a.reason, b.reason),
  )
}

/** Compares by code unit, so that the order does not depend on the locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
