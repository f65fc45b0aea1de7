/**
 * What a build leaves for the next one of the same document, in .repro/texts/: the Markdown of its pieces as trees, its
 * formulas and works, and the parts of its page, which take longer to make than all else if a word changed. They are
 * functions of texts alone, so they are used for equal texts, by the same program. Only a file with this machine's seal
 * is read.
 */

import type { Files } from '../files/tracked.ts'
import { beginRecalling, endRecalling } from '../text/memory.ts'
import { flat } from './manifest.ts'
import { programOf } from './program.ts'
import { sealedText } from './sealedtext.ts'
import type { Site } from './site.ts'

/** Begins to recall. Returns what ends that, and leaves what was asked for. */
export function openRecollection(site: Site, files: Files): () => Promise<void> {
  // Run from its source, the program has no digest that changes with it.
  if (import.meta.url.endsWith('.ts')) return async () => {}
  const { project, document, seal } = site
  const program = programOf(site, files)
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
