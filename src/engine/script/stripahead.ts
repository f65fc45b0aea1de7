/**
 * Strips types of a boot's scripts in the build, where Node does not: the compiler, which takes longer to load than
 * most scripts to run, is then loaded once, and not by the process of each boot.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inlineModule } from './inline.ts'
import type { BootOrder } from './message.ts'
import { keptStripped, openStrip, stripsTypes } from './typescript.ts'

/** `inputs` are names of the cell's; of those before a first run, the imports that a parser found are among them. */
export function stripAhead({ script, program, project, cache }: BootOrder, inputs: readonly string[]): void {
  if (program !== undefined || stripsTypes) return
  const strip = openStrip(keptStripped(cache))
  const attempt = (source: () => string, name: string) => {
    try {
      strip(source(), name)
    } catch {
      // The boot says so in its place.
    }
  }
  if (script.type === 'inline') {
    const { source, firstLine, document } = script
    attempt(() => inlineModule(source, firstLine), document)
  }
  const imported = inputs.flatMap((input) => (input.startsWith('file ') ? join(project, input.slice(5)) : []))
  for (const file of script.type === 'file' ? [script.file, ...imported] : imported)
    if (/\.[cm]?ts$/.test(file)) attempt(() => readFileSync(file, 'utf8'), file)
}
