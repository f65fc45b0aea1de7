/** What a format shows otherwise than the page is told, and is no error. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { project, repro, write } from '../project.ts'

it('is told at its place, while the build is done', async () => {
  write({ 'index.md': `---\ntitle: T\n---\n\n${'> '.repeat(12)}deep\n` })
  const built = await repro('build', 'index.md', '--to', 'typst')
  expect(built, built.err).toMatchObject({ exitCode: 0 })
  expect(built.err).toMatch(/^index\.md:5:1 warning typst: more than 8 quotes and lists within each other/m)
  expect(readFileSync(join(project, built.out.trim()), 'utf8')).toContain('deep')
})
