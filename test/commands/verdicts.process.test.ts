/** The record of verdicts, from the command line: what weakens it is told and ends with exit code 3. */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { project, repro, write } from '../project.ts'
import { claim, experiment } from './blocks.ts'

const near = claim('C1', 'value: x.local.default.us.mean\npublished: 105\ntolerance: 5')
const other = claim('C2', 'value: x.local.default.us.mean\nbetween: [100, 120]')
const table = '\n```yaml table\nid: tbl-claims\nkind: claims\ncaption: Claims.\n```\n'
const paper = (...parts: readonly string[]) => ({
  'paper/index.md': `---\ntitle: T\n---\n${experiment('x', '100 + 10 * cell.random()')}${parts.join('')}`,
})
const verdicts = 'results/claims.json'
const read = (path: string) => readFileSync(join(project, path), 'utf8')
const page = () => read('_build/index.html').replaceAll('\u00a0', ' ')
/** Makes the record older than today. */
const age = () => write({ [verdicts]: read(verdicts).replace(/"date": "[\d-]+"/g, '"date": "2026-01-01"') })

describe('recorded verdicts', { timeout: 120_000 }, () => {
  it('are written with the runs, and are the same bytes when nothing changed', async () => {
    write(paper(near, other))
    expect((await repro('verify')).out).not.toContain('as recorded')
    const { err } = await repro('build', '--record')
    expect(err).toContain('recorded the verdicts in results/claims.json')
    expect(JSON.parse(read(verdicts))).toMatchObject({
      schema: 2,
      documents: {
        'paper/index.md': [
          { id: 'C1', verdict: 'reproduced', definition: { tolerance: '5', published: '105' } },
          { id: 'C2', verdict: 'reproduced', definition: { between: '[100, 120]' } },
        ],
      },
    })
    age()
    const before = read(verdicts)
    expect((await repro('build', '--record')).err).not.toContain('recorded the verdicts')
    await repro('run', '--rerun', '--record')
    expect(read(verdicts).replace(/"measured": .*?\n {8}\]/gs, '')).toBe(
      before.replace(/"measured": .*?\n {8}\]/gs, ''),
    )
    const { out, exitCode } = await repro('verify')
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^all as recorded$/m)
  })

  it('without any, verify says so', async () => {
    write(paper(near))
    await repro('build', '--record')
    rmSync(join(project, verdicts))
    const { out, exitCode } = await repro('verify')
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^no verdicts are recorded in results\/claims\.json \(repro build --record\)$/m)
  })

  it('a tolerance edited after the record is shown as that, also on the page, and after it was recorded', async () => {
    const tight = near.replace('tolerance: 5', 'tolerance: 0.1')
    write(paper(tight, other, table))
    await repro('build', '--record')
    age()
    const { out: before, exitCode: at } = await repro('verify')
    expect(before).toMatch(/^C1 {3}(?:inconclusive|not reproduced)/m)
    const was = /^C1 {3}(.*?) {2,}/m.exec(before)?.[1] ?? ''
    expect(at).toBe(was === 'inconclusive' ? 0 : 3)

    write(paper(near, other, table))
    const { out, exitCode } = await repro('verify')
    expect(exitCode).toBe(3)
    expect(out).toMatch(/^C1 {3}reproduced/m)
    expect(out).toContain(
      'since      definition changed since it was recorded on 2026-01-01: tolerance 0.1 → 5\n',
    )
    expect(out).toContain(`the changed definition decides: by the recorded one it is now ${was}: `)
    expect(out).toMatch(
      /^since the record: 1 better, 1 passing by a changed definition, 1 defined otherwise$/m,
    )
    await repro('build')
    expect(page()).toContain(
      '<dt>since the record</dt><dd>definition changed since it was recorded on 2026-01-01: tolerance 0.1 → 5</dd>',
    )
    expect(page()).toContain('reproduced (not as recorded)')
    expect(page()).toContain('Claims not as recorded: C1.')

    await repro('build', '--record')
    const after = await repro('verify')
    expect(after.exitCode).toBe(0)
    const told = `verdict ${was} → reproduced; tolerance 0.1 → 5`
    expect(after.out).toMatch(/^all as recorded$/m)
    expect(after.out).toMatch(new RegExp(`history +changed on [\\d-]+: ${told}\n`))
    expect(page()).toMatch(new RegExp(`<dt>history</dt><dd>changed on [\\d-]+: ${told}</dd>`))
    expect(page()).not.toContain('not as recorded')
  })

  it('a record edited so that a claim is no longer decided ends with 3', async () => {
    write(paper(near))
    await repro('build', '--record')
    expect((await repro('verify')).exitCode).toBe(0)
    age()
    const rows = 'results/x/local/default/rows.csv'
    write({ [rows]: read(rows).replace(/^(\d+,)\d+/m, '$1400') })
    const edit = ['accept', 'x', '--author', 'Ada', '--reason', 'a slip']
    expect(await repro(...edit)).toMatchObject({ exitCode: 0 })
    const { out, exitCode } = await repro('verify')
    expect(out).toMatch(/^C1 {3}inconclusive, by edited rows/m)
    expect(out).toContain('weaker than recorded on 2026-01-01: inconclusive, was reproduced')
    expect(out).toMatch(/^since the record: 1 weaker, 1 resting on newly edited rows, 1 with other numbers$/m)
    expect(exitCode).toBe(3)
  })

  it('a claim that is gone ends with 3, one that was added does not; a record of it stays', async () => {
    write(paper(near, other))
    await repro('build', '--record')
    age()
    write(paper(near, claim('C3', 'value: x.local.default.us.min\nbetween: [90, 120]'), table))
    const { out, exitCode } = await repro('verify')
    expect(exitCode).toBe(3)
    expect(out).toMatch(/^C3 {3}.*\n(?: .*\n)*? +since +added since the verdicts were recorded$/m)
    expect(out).toMatch(/^removed since the record: C2 \(reproduced, recorded on 2026-01-01\): C2 holds$/m)
    expect(out).toMatch(/^since the record: 1 added, 1 removed$/m)
    await repro('build')
    expect(page()).toContain('removed since the record: C2 (reproduced, recorded on 2026-01-01): C2 holds')
    expect((await repro('verify', '--claim', 'C1')).exitCode).toBe(0)

    await repro('build', '--record')
    expect((await repro('verify')).exitCode).toBe(0)
    expect(JSON.parse(read(verdicts)).documents['paper/index.md']).toMatchObject([
      { id: 'C1' },
      { id: 'C3' },
      { id: 'C2', verdict: 'reproduced', removed: expect.stringMatching(/^\d{4}-/) },
    ])
  })

  it('claims of a document that is gone count as removed', async () => {
    write({ ...paper(near), 'other.md': '---\ntitle: O\n---\nText.\n' })
    await repro('build', '--record')
    write({ 'other.md': read('paper/index.md') })
    rmSync(join(project, 'paper'), { recursive: true })
    const { out, exitCode } = await repro('verify', 'other.md')
    expect(out).toMatch(/^removed since the record: C1 of paper\/index\.md /m)
    expect(exitCode).toBe(3)
  })

  it('of two documents and a translation are kept apart and shared', async () => {
    const english = paper(near)['paper/index.md'].replace('title: T', 'title: T\ntranslations: [paper/ja.md]')
    write({
      'paper/index.md': english,
      'paper/ja.md':
        '---\ntitle: J\nlang: ja\ntranslationOf: paper/index.md\n---\n```yaml experiment\nid: x\n```\n\n```yaml claim\nid: C1\nstatement: 成り立つ\n```\n',
      'second.md': `---\ntitle: S\n---\n${experiment('y', '7 + cell.random()')}${claim('C1', 'value: y.local.default.us.mean\nbetween: [7, 8]')}`,
    })
    await repro('build', '--record')
    const one = read(verdicts)
    const { err } = await repro('build', 'paper/ja.md', '--record')
    expect(err).not.toContain('error')
    expect(read(verdicts)).toBe(one)
    await repro('build', 'second.md', '--record')
    const { documents } = JSON.parse(read(verdicts))
    expect(Object.keys(documents)).toEqual(['paper/index.md', 'second.md'])
    for (const document of ['paper/index.md', 'paper/ja.md', 'second.md'])
      expect((await repro('verify', document)).out).toMatch(/^all as recorded$/m)
    age()
    write({ 'paper/index.md': english.replace('tolerance: 5', 'tolerance: 6') })
    expect((await repro('verify', 'paper/ja.md')).out).toContain('tolerance 5 → 6')
    await repro('build', 'paper/ja.md')
    expect(read('_build/ja.html')).toContain('2026-01-01の記録の後に定義が変わった：tolerance 5 → 6')
    expect((await repro('verify', 'second.md')).exitCode).toBe(0)
  })

  it('are not taken from a partial build', async () => {
    write(paper(near))
    await repro('build', '--record')
    const before = read(verdicts)
    write({ 'paper/index.md': read('paper/index.md').replace('100 + 10', '500 + 10') })
    await repro('build', '--only', 'nothing', '--record')
    await repro('run', '--record', '--trials', '3', '--boots', '1')
    expect(read(verdicts)).toBe(before)
    expect((await repro('verify')).exitCode).toBe(1)
  })

  it('that are damaged are an error that says where', async () => {
    write(paper(near))
    await repro('build', '--record')
    writeFileSync(
      join(project, verdicts),
      read(verdicts).replace('"verdict": "reproduced"', '"verdict": "yes"'),
    )
    for (const command of ['verify', 'build']) {
      const { exitCode, err } = await repro(command)
      expect(exitCode).toBe(1)
      expect(err).toContain('results/claims.json holds no verdicts: documents.paper/index.md.0.verdict: ')
      expect(err).not.toMatch(/^ +at /m)
    }
    expect(existsSync(join(project, '_build/index.html'))).toBe(true)
  })
})
