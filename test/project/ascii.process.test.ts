import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { project, repro, write } from '../project.ts'
import { source } from '../source.ts'

it('the programs are ASCII, as they are read byte by byte', () => {
  const names = readdirSync(source('dist')).filter((name) => name.endsWith('.cjs'))
  expect(names.length).toBeGreaterThan(3)
  for (const name of names) {
    const bytes = readFileSync(source(`dist/${name}`))
    expect([name, bytes.every((byte) => byte < 0x80)]).toEqual([name, true])
  }
})

it('still know signs beyond ASCII in their regular expressions', async () => {
  write({
    'paper/index.md':
      '---\ntitle: 論文\nlang: ja\nbibliography: paper/references.bib\n---\n\n測定は 3.5時間 かかった [@one2020]。\n',
    'paper/references.bib':
      '@article{one2020, author = {A. One}, title = {On One}, journal = {J}, pages = {164–177}, year = {2020}}\n',
  })
  const { err } = await repro('build')
  // A unit in Japanese makes the number one of the kind that needs a source: only the citation allows it here.
  expect(err).not.toContain('3.5')
  expect(readFileSync(join(project, '_build/index.html'), 'utf8')).toContain('164–177')
})
