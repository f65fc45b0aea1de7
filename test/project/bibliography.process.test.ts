import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { project, repro, write } from '../project.ts'

const paper = (body: string) => `---\ntitle: T\nbibliography: paper/references.bib\n---\n\n${body}\n`
const bib = '@book{xen2003, title = {Xen}}\n'

it('a citation without an entry: exit code 2, the place and the nearest key, from check and build alike', async () => {
  write({ 'paper/index.md': paper('As in [@xen2003; @xen203].'), 'paper/references.bib': bib })
  for (const command of ['check', 'build']) {
    expect(await repro(command)).toMatchObject({
      exitCode: 2,
      err: 'paper/index.md:6:18 error unknown entry of paper/references.bib: @xen203 (did you mean xen2003?) [unknown-entry]\n',
    })
  }
})

it('a mistake in the bibliography has its place there', async () => {
  const text = `${bib}@book{b, title = {B}}\n@book{ xen2003, title = {Again}}\n`
  write({ 'paper/index.md': paper('As in [@xen2003; @b].'), 'paper/references.bib': text })
  expect((await repro('check')).err).toBe(
    'paper/index.md:3:15 error paper/references.bib:3:8: the key xen2003 is already used at line 1 [bibliography]\n',
  )
  write({ 'paper/references.bib': '@book{xen2003,\n title {Xen}}\n@book{b,}\n' })
  expect((await repro('check')).err).toBe(
    'paper/index.md:3:15 error paper/references.bib:2:8: expected = after title, found { [bibliography]\n',
  )
})

it('a changed bibliography makes the page stale, and a build renders it anew', async () => {
  write({ 'paper/index.md': paper('As in [@xen2003].'), 'paper/references.bib': bib })
  expect(await repro('build')).toMatchObject({ exitCode: 0, err: '' })
  expect((await repro('build')).out).toBe('_build/index.html (nothing to do)\n')
  write({ 'paper/references.bib': bib.replace('Xen', 'Xen itself') })
  expect((await repro('status')).out).toContain('paper/references.bib changed')
  await repro('build')
  expect(readFileSync(join(project, '_build/index.html'), 'utf8')).toContain('<cite>Xen itself</cite>')
}, 120_000)
