/** Edits by hand that somebody accepted: recorded in the run itself, and said wherever its numbers are. */

import type { Acceptance, EditedFile, Run } from './run.ts'

/** Returns the edits to a run's rows that were accepted, oldest first. */
export function acceptedEdits({
  accepted = [],
  provenance,
}: Pick<Run, 'accepted' | 'provenance'>): readonly Acceptance[] {
  // Earlier versions wrote a text.
  const { accepted: text } = provenance
  if (text === undefined) return accepted
  return [{ author: 'somebody', reason: String(text), date: 'an unknown date', files: [] }, ...accepted]
}

/** Compares the text of a file before an edit, if it is known, with that behind it. */
export function editedLines(before: string | undefined, after: string): Pick<EditedFile, 'lines' | 'gone'> {
  if (before === undefined) return {}
  const left = new Map<string, number>()
  for (const line of before.split('\n')) left.set(line, (left.get(line) ?? 0) + 1)
  const lines: number[] = []
  for (const [index, line] of after.split('\n').entries()) {
    const count = left.get(line) ?? 0
    if (count > 0) left.set(line, count - 1)
    else lines.push(index + 1)
  }
  return { lines, gone: [...left.values()].reduce((sum, count) => sum + count, 0) }
}

/** Describes where the digests of accepted edits do not lead to those of the files; undefined if they do. */
export function brokenChain(
  accepted: readonly Acceptance[],
  digests: ReadonlyMap<string, string>,
): string | undefined {
  const chains = Map.groupBy(
    accepted.flatMap(({ files }) => files),
    ({ file }) => file,
  )
  for (const [file, edits] of chains) {
    const ends = [...edits.slice(1).map(({ before }) => before), digests.get(file)]
    const broken = edits.find(({ after }, index) => after !== ends[index])
    if (broken)
      return `an accepted edit of ${file} led to ${broken.after}, and what follows is ${ends[edits.indexOf(broken)]}`
  }
  return undefined
}
