/** A translation and its original, built by the command line: one set of runs, two reports. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { project, repro, write } from '../project.ts'

const script = `import { appendFileSync } from 'node:fs'
appendFileSync('ran', cell.trial + ' ')
export const rows = [{ value: 2 + cell.trial }]`

const original = `---
title: Steps
translations: [paper/index.ja.md]
---

The mean is \`=steps.local.default.value.mean\`.

\`\`\`ts experiment id=steps testbed=local trials=3
${script}
\`\`\`

\`\`\`yaml figure
id: fig-steps
spec: figures/f.vl.json
caption: Steps
alt: Three points
data: {rows: steps}
\`\`\`
`
const translation = `---
title: 段階
lang: ja
translationOf: paper/index.md
---

平均は\`=steps.local.default.value.mean\`である。

\`\`\`yaml experiment
id: steps
labels: {default: 既定}
\`\`\`

\`\`\`yaml figure
id: fig-steps
caption: 段階
alt: 3つの点
texts: {trial: 試行}
\`\`\`
`
const figure = {
  data: { name: 'rows' },
  mark: 'point',
  encoding: {
    x: { field: 'trial', type: 'quantitative' },
    y: { field: 'value', type: 'quantitative' },
    color: { field: 'patternLabel', type: 'nominal' },
  },
}
const both = {
  'paper/index.md': original,
  'paper/index.ja.md': translation,
  'figures/f.vl.json': JSON.stringify(figure),
}
const read = (path: string) => readFileSync(join(project, path), 'utf8')

describe('a translation', () => {
  it('is built from the runs of its original, into a report of its own that leads there and back', async () => {
    write(both)
    expect(await repro('build')).toMatchObject({ exitCode: 0, out: '_build/index.html\n' })
    const english = read('_build/index.html')
    expect(await repro('build', 'paper/index.ja.md')).toEqual({
      exitCode: 0,
      out: '_build/index.ja.html\n',
      err: '',
    })
    const japanese = read('_build/index.ja.html')

    expect(read('ran')).toBe('0 1 2 ') // the second build ran nothing
    expect(read('_build/index.html')).toBe(english)
    expect(english).toMatch(/<a href="index.ja.html" hreflang="ja" lang="ja"[^>]*>日本語</)
    expect(japanese).toMatch(/<a href="index.html" hreflang="en" lang="en"[^>]*>English</)
    expect(japanese).toMatch(/平均は<span class="value" data-origin="local"[^>]*>3\s<sup>ローカル/)
    expect(japanese).toContain('>試行<')
    expect(japanese).toContain('>既定<')
    expect(japanese).toContain('export const rows') // the original's experiment
  }, 120_000)

  it('that was never built is named after a build of its original, which links to it', async () => {
    write(both)
    const line = (option: string) => `npx --no-install repro build paper/index.ja.md${option}\n`
    expect((await repro('build')).err).toContain(
      `the report links to _build/index.ja.html, not built yet: ${line('')}`,
    )
    await repro('build', 'paper/index.ja.md')
    const { err } = await repro('build', '--to', 'html,markdown')
    expect(err).toBe(`the report links to _build/index.ja.md, not built yet: ${line(' --to markdown')}`)
  }, 120_000)

  it('and its original keep each other up to date', async () => {
    write(both)
    await repro('build')
    await repro('build', 'paper/index.ja.md')
    const made = readdirSync(join(project, '.repro/render-cache'))
    expect(made).toHaveLength(2)
    expect((await repro('build')).out).toBe('_build/index.html (nothing to do)\n')
    expect((await repro('build', 'paper/index.ja.md')).out).toBe('_build/index.ja.html (nothing to do)\n')

    write({ 'paper/index.md': original.replace('alt: Three', 'alt: The three') })
    await repro('build')
    expect((await repro('status', 'paper/index.ja.md')).out).toContain('paper/index.md changed')
    expect((await repro('build', 'paper/index.ja.md')).out).toBe('_build/index.ja.html\n')

    write({ 'paper/index.md': original.replace('value.mean', 'value.max') })
    expect(await repro('check', 'paper/index.ja.md')).toMatchObject({
      exitCode: 0,
      err: 'paper/index.ja.md:7:4 warning paper/index.md does not have this value; nearest that is not here: `=steps.local.default.value.max` (paper/index.md:6:13) [translation-value]\n',
    })
  }, 120_000)

  it('with another label has its figure drawn again', async () => {
    write(both)
    await repro('build', 'paper/index.ja.md')
    write({ 'paper/index.ja.md': translation.replace('既定', '標準') })
    await repro('build', 'paper/index.ja.md')
    expect(read('_build/index.ja.html')).toContain('>標準<')
  }, 120_000)

  it.each([
    [
      'its original has errors',
      { 'paper/index.md': original.replace('alt:', 'atl:') },
      'paper/index.ja.md:4:16 error paper/index.md has errors: see repro check paper/index.md [translation-of]\n',
    ],
    [
      'it omits an experiment that its text needs',
      { 'paper/index.ja.md': translation.replace(/```yaml experiment[^`]*```/, '') },
      'paper/index.ja.md:7:6 error steps is an experiment of paper/index.md that is not shown here: add its block (yaml experiment, id: steps) [unshown-experiment]\n',
    ],
    [
      'there is no original',
      { 'paper/index.ja.md': translation.replace('paper/index.md', 'paper/indx.md') },
      'paper/index.ja.md:4:16 error no document paper/indx.md [translation-of]\n',
    ],
    [
      'its original is a translation',
      {
        'paper/index.md': original.replace(
          'translations: [paper/index.ja.md]',
          'translationOf: paper/index.ja.md',
        ),
      },
      'paper/index.ja.md:4:16 error paper/index.md is itself a translation of paper/index.ja.md: name the original [translation-of]\n',
    ],
    [
      'a text is not in the figure',
      { 'paper/index.ja.md': translation.replace('trial: 試行', 'trail: 試行') },
      "paper/index.ja.md:14:1 error texts: the figure does not write 'trail' (did you mean trial?)\n",
    ],
  ])('is not built when %s', async (_, changed, message) => {
    write({ ...both, ...changed })
    const { err, exitCode } = await repro('build', 'paper/index.ja.md')
    expect(err).toContain(message)
    expect(exitCode).toBe(2)
  })

  it('that its original does not name is a warning; one that does not name its original is an error', async () => {
    write({ ...both, 'paper/index.md': original.replace('translations: [paper/index.ja.md]\n', '') })
    expect(await repro('check', 'paper/index.ja.md')).toMatchObject({
      exitCode: 0,
      err: 'paper/index.ja.md:4:16 warning paper/index.md does not name this translation, so its report does not lead here: add translations: [paper/index.ja.md] to its front matter [translation-of]\n',
    })
    write({
      ...both,
      'paper/index.ja.md': translation.replace('translationOf: paper/index.md', 'date: today'),
    })
    expect(await repro('check')).toMatchObject({
      exitCode: 2,
      err: 'paper/index.md:3:16 error paper/index.ja.md does not say translationOf: paper/index.md [translations]\n',
    })
  })
})
