import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { project, repro, write } from '../project.ts'

const figure = (id: string) => `
\`\`\`yaml figure
id: ${id}
spec: figures/f.vl.json
caption: C
alt: A
data: {rows: data/rows.csv}
\`\`\`
`
const paper = (...ids: readonly string[]) => `---\ntitle: T\n---\n${ids.map(figure).join('')}`
const spec = {
  data: { name: 'rows' },
  mark: 'point',
  encoding: { x: { field: 'v', type: 'quantitative' } },
}
const files = {
  'paper/index.md': paper('fig-a', 'fig-b'),
  'figures/f.vl.json': JSON.stringify(spec),
  'data/rows.csv': 'v\n1\n2\n',
}
/** Lists inodes: a rewritten file has another one. */
const drawings = () =>
  readdirSync(join(project, '.repro/render-cache')).map((name) => [
    name,
    statSync(join(project, '.repro/render-cache', name)).ino,
  ])
const read = (path: string) => readFileSync(join(project, path), 'utf8')

it('a build writes the formats that it is asked for, and draws figures once for all of them', async () => {
  write(files)
  expect(await repro('build')).toMatchObject({ exitCode: 0, out: '_build/index.html\n' })
  expect(existsSync(join(project, '_build/index.md'))).toBe(false)
  const before = drawings()
  expect(before).toHaveLength(2)
  expect(await repro('build', '--to', 'markdown')).toMatchObject({ exitCode: 0, out: '_build/index.md\n' })
  expect(drawings()).toEqual(before)
  expect(read('_build/index.md')).toContain('![A](index/fig-a.svg)')
  expect(read('_build/index/fig-a.svg')).toMatch(/^<svg /)
  // The page is still up to date.
  expect((await repro('build')).out).toBe('_build/index.html (nothing to do)\n')
  const both = await repro('build', '--to', 'html,markdown')
  expect(both.out).toBe('_build/index.html\n_build/index.md\n')
}, 120_000)

it('a format that was not written, or of something older, is no reason to have nothing to do', async () => {
  write(files)
  await repro('build', '--to', 'markdown')
  expect((await repro('build')).out).toBe('_build/index.html\n')
  write({ 'paper/index.md': paper('fig-a') })
  await repro('build', '--to', 'markdown')
  expect((await repro('build')).out).toBe('_build/index.html\n')
  // Files that the Markdown no longer shows are deleted.
  expect(readdirSync(join(project, '_build/index'))).toEqual(['fig-a.svg'])
}, 120_000)

it('a format that is not asked for stays known: stale until it is written again, which cleans up', async () => {
  write({ ...files, 'd.md': paper('fig-a', 'fig-b') })
  const status = async () => (await repro('status', 'd.md')).out.match(/^.* page.*$/gm)
  await repro('build', '--to', 'html,markdown', 'd.md')
  expect(await status()).toEqual(['fresh    page', 'fresh    page.markdown'])
  expect(readdirSync(join(project, '_build/+d')).sort()).toEqual(['fig-a.svg', 'fig-b.svg'])

  write({ 'd.md': paper('fig-a') })
  expect((await repro('build', 'd.md')).out).toBe('_build/+d.html\n')
  expect(await status()).toEqual([
    'fresh    page',
    'stale    page.markdown: rendered fig-b removed, document changed',
  ])
  expect(existsSync(join(project, '_build/+d.md'))).toBe(true)
  expect((await repro('build', '--to', 'markdown', 'd.md')).out).toBe('_build/+d.md\n')
  expect(await status()).toEqual(['fresh    page', 'fresh    page.markdown'])
  expect(readdirSync(join(project, '_build/+d'))).toEqual(['fig-a.svg'])

  rmSync(join(project, '_build/+d.md'))
  expect(await status()).toEqual(['fresh    page', 'stale    page.markdown: _build/+d.md is missing'])
  write({ '_build/+d.html': 'edited' })
  expect((await status())?.[0]).toBe('stale    page: _build/+d.html changed since it was written')
  expect((await repro('explain', 'page.markdown', 'd.md')).out).toContain('page.markdown is stale')
}, 120_000)

it('an unknown format is an error with the nearest name, before anything runs', async () => {
  write(files)
  expect(await repro('build', '--to', 'html,markdwon')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('--to: unknown name: markdwon (did you mean markdown?)'),
  })
  expect(existsSync(join(project, '_build'))).toBe(false)
})
