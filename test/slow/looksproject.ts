/** The small report of test/fixtures/looks/, which has every part, in two languages. */

import { cpSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'vitest'
import { checkout, repro } from './project.ts'

export const editions = [
  { document: 'paper/index.md', lang: 'en' },
  { document: 'paper/index.ja.md', lang: 'ja' },
] as const

/** Builds both in a new folder, which the caller deletes. Returns the addresses of the pages by language. */
export async function buildLooks(): Promise<{
  readonly project: string
  readonly pages: ReadonlyMap<string, string>
}> {
  const project = await mkdtemp(join(tmpdir(), 'repro-looks-'))
  cpSync(join(checkout, 'test/fixtures/looks'), project, { recursive: true })
  const pages = new Map<string, string>()
  for (const { document, lang } of editions) {
    const { out, err, exitCode } = await repro(project, 'build', document)
    expect(exitCode, err).toBe(0)
    pages.set(lang, pathToFileURL(join(project, out.trim())).href)
  }
  return { project, pages }
}
