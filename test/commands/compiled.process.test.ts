import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ownCache, project, start, write } from '../project.ts'

const check = () => start(['check'], ownCache()).ended

it('keeps its compiled code, loads none that is damaged, and says nothing of it', async () => {
  write({
    // The libraries of bibliographies are loaded by their names.
    'paper/index.md':
      '---\ntitle: A paper\nbibliography: paper/references.bib\n---\n\nAs shown [@one2020].\n',
    'paper/references.bib':
      '@book{one2020, author = {A. One}, title = {On One}, publisher = {P}, year = {2020}}\n',
  })
  const first = await check()
  expect(first).toMatchObject({ err: '', exitCode: 0 })
  const folder = join(project, 'cache/code')
  const names = readdirSync(folder)
  expect(names).toHaveLength(1)
  const file = join(folder, names[0] ?? '')
  const code = readFileSync(file)
  expect(await check()).toEqual(first)
  expect(readFileSync(file).equals(code)).toBe(true)
  // In the middle, where V8 would not notice.
  const damaged = Buffer.from(code)
  damaged.fill(0, damaged.length / 2, damaged.length / 2 + 4096)
  writeFileSync(file, damaged)
  expect(await check()).toEqual(first)
  expect(readFileSync(file).equals(damaged)).toBe(false)
})
