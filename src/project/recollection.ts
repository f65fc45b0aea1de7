/**
 * What a build leaves for the next one of the same document, in .repro/texts/: the Markdown of its pieces as trees, its
 * formulas and works, and the parts of its page, which take longer to make than all else if a word changed. They are
 * functions of texts alone, so they are used for equal texts, by the same program. Only a file with this machine's seal
 * is read.
 */

import { fileURLToPath } from 'node:url'
import type { Files } from '../files/tracked.ts'
import { beginRecalling, endRecalling } from '../text/memory.ts'
import { flat, type Place } from './manifest.ts'
import { libraryVersions } from './program.ts'
import { sealedText } from './sealedtext.ts'

/** Begins to recall. Returns what ends that, and leaves what was asked for. */
export function openRecollection({ project, document, seal }: Place, files: Files): () => Promise<void> {
  const program = programName(files)
  // Run from its source, the program may change without its name.
  if (program === undefined) return async () => {}
  const { read, write } = sealedText(
    { project, seal },
    { kind: 'texts', path: `.repro/texts/${flat(document)}` },
  )
  // A line for the program, and two for each result: JSON has no line ends.
  const [by, ...lines] = read()?.split('\n') ?? []
  const before = new Map<string, string>()
  if (by === program)
    for (let at = 0; at + 1 < lines.length; at += 2)
      before.set(JSON.parse(lines[at] ?? '') as string, lines[at + 1] ?? '')
  beginRecalling(before)
  return async () => {
    const results = endRecalling()
    if (results === undefined) return
    const kept = [...results].map(([key, json]) => `${JSON.stringify(key)}\n${json}`)
    await write([program, ...kept].join('\n'))
  }
}

/** The bundle is named by its content. */
function programName(files: Files): string | undefined {
  const file = fileURLToPath(import.meta.url)
  return file.endsWith('.ts') ? undefined : JSON.stringify([file, process.version, ...libraryVersions(files)])
}
