/** Data that nobody reruns, from the command line. */

import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { foreignSite } from '../../src/commands/site.ts'
import { project, repro, write } from '../project.ts'

const rows = Array.from({ length: 40 }, (_, index) => {
  const tool = index % 2 === 0 ? 'grep' : 'cat'
  // Without any pattern that a check for copies would find.
  const noise = ((index * 7919 + 13) % 101) / 100 + ((index * 104_729) % 997) / 9970
  return `${tool},${((tool === 'grep' ? 20 : 10) + noise).toFixed(4)}`
})
const csv = `tool,elapsed_ms\n${rows.join('\n')}\n`
const claim = (id: string, more: string) =>
  `\n\`\`\`yaml claim\nid: ${id}\nstatement: Grep takes longer\nscope: shape\n${more}\n\`\`\`\n`
const up = claim('C1', 'from: times.cat.elapsed_ms\nto: times.grep.elapsed_ms\ndirection: up')
const data = (lines: string) => `\n\`\`\`yaml data\n${lines}\n\`\`\`\n`
const front = '---\ntitle: Times\n---\n'
const paper = (more = '') => ({
  'data/times.csv': csv,
  'claims.md': `${front}\nOf \`=times.n\` runs, grep takes \`=times.grep.elapsed_ms.mean | fixed(1)\`.\n${data('id: times\nfile: data/times.csv\nsource: a friend')}${up}${more}`,
})
const timeout = 600_000

describe('repro verify --against', { timeout }, () => {
  it('judges claims in a folder of anybody, reads nothing else there and writes nothing', async () => {
    write({
      ...paper(),
      // What this program would read of a project of its own.
      'experiments/environments.yaml': 'something: [else]\n',
      'results/claims.json': '{"of": "another program"}\n',
    })
    const files = () =>
      readdirSync(project, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.split('/')[0] !== 'cache')
        .sort()
    const before = files()
    const { out, err, exitCode } = await repro('verify', '--against', 'claims.md')
    expect(out).toContain('C1   reproduced, from data')
    expect(out).toContain('rests on   data/times.csv, SHA-256')
    expect(err).toContain('no record of verdicts is compared: results/claims.json')
    expect(exitCode).toBe(0)
    expect(files()).toEqual(before)
  })

  it('has JSON and JUnit, where a claim that holds has passed and says what it rests on', async () => {
    write(paper())
    const { out } = await repro('verify', '--against', 'claims.md', '--json', '--junit', 'out.xml')
    const { claims, data: files } = JSON.parse(out)
    expect(claims[0]).toMatchObject({
      verdict: 'reproduced, from data',
      recorded: { data: [{ run: 'times/data/all', file: 'data/times.csv', rows: 40 }] },
    })
    expect(claims[0].recorded.measured[0].origins).toEqual(['data'])
    expect(files).toMatchObject([{ file: 'data/times.csv', state: 'none' }])
    const xml = readFileSync(join(project, 'out.xml'), 'utf8')
    expect(xml).toContain('tests="1" failures="0" skipped="0"')
    expect(xml).toContain('<system-out>reproduced, from data: data/times.csv')
  })

  it('says before it judges a claim by many rows, and heeds a signal then', async () => {
    const many = Array.from({ length: 2600 }, () => csv.split('\n').slice(1, -1)).flat()
    write({ ...paper(), 'data/times.csv': `tool,elapsed_ms\n${many.join('\n')}\n` })
    const { err } = await repro('verify', '--against', 'claims.md')
    expect(err).toContain('judging C1 by 104000 rows, which takes a while')
    const stop = AbortSignal.abort(new Error('interrupted'))
    const site = foreignSite(join(project, 'claims.md'), 'repro', stop)
    await expect(site.announce?.('judging C1')).rejects.toThrow('interrupted')
  })

  it('refuses a document with experiments, and options that run something', async () => {
    write(paper('\n```ts experiment id=e testbed=local trials=1\nexport const rows = [{ x: 1 }]\n```\n'))
    const { err, exitCode } = await repro('verify', '--against', 'claims.md')
    expect(err).toContain('claims.md has an experiment, e, which needs a project')
    expect(exitCode).toBe(2)
    const other = await repro('verify', '--against', 'claims.md', '--rerun')
    expect(other.err).toContain('--against runs nothing and reads one document: leave out --rerun')
  })
})

describe('data in a document', { timeout }, () => {
  it('is read by tables, figures and values, which say that nobody reran it', async () => {
    const table =
      '\n```yaml table\nid: tbl-times\nkind: summary\nfrom: times\nby: [tool]\ncaption: Times\n```\n'
    const figure =
      '\n```yaml figure\nid: fig-times\nspec: figures/t.vl.json\ncaption: Times\nalt: Points\ndata: {rows: times}\n```\n'
    write({
      ...paper(table + figure),
      'figures/t.vl.json': JSON.stringify({
        data: { name: 'rows' },
        mark: 'point',
        encoding: { x: { field: 'elapsed_ms', type: 'quantitative' }, y: { field: 'tool', type: 'nominal' } },
      }),
    })
    const { exitCode, err } = await repro('build', 'claims.md', '--to', 'html,markdown')
    expect(err).not.toContain('error')
    expect(exitCode).toBe(0)
    const page = readFileSync(join(project, '_build/+claims.md'), 'utf8')
    expect(page).toContain('Numbers of data/times.csv are **data, not rerun**')
    expect(page).not.toContain('There are no runs yet')
    expect(page).toContain('reproduced, from data that nobody reran')
    expect(page).toContain('(a friend)')
    const status = await repro('status', 'claims.md')
    expect(status.out).toContain('data     data times/data/all: data, not rerun: data/times.csv, 40 rows')
    expect(status.out).toContain('fresh    page')
  })

  it('is told to have changed since its verdicts were recorded, and is not rerun', async () => {
    write(paper())
    expect((await repro('build', 'claims.md', '--record')).exitCode).toBe(0)
    expect(readdirSync(join(project, 'results'))).toEqual(['claims.json'])
    const again = await repro('verify', 'claims.md', '--rerun')
    expect(again.out).toContain('data are read and not rerun: nothing but their digests can be checked')
    expect(again.out).toContain('data/times.csv was not rerun, only checked: SHA-256 as recorded on')
    expect(again.exitCode).toBe(0)
    const compared = await repro('diff', 'recorded', 'latest', 'claims.md')
    expect(compared.out).toContain('not compared, as nobody reruns data: times')
    writeFileSync(join(project, 'data/times.csv'), `${csv}cat,10.1234\n`)
    const changed = await repro('verify', 'claims.md')
    expect(changed.out).toContain('weaker evidence: other data than recorded on')
    expect(changed.out).toContain('data/times.csv is not as recorded on')
    expect(changed.exitCode).toBe(3)
    expect((await repro('status', 'claims.md')).out).toContain('changed  data times/data/all')
    expect((await repro('explain', 'times/data/all', 'claims.md')).out).toContain('* data data/times.csv:')
  })

  it('is told to be read otherwise than when its verdicts were recorded', async () => {
    write(paper())
    await repro('build', 'claims.md', '--record')
    const other = paper()['claims.md'].replace('source:', 'columns: {elapsed_ms: {unit: s}}\nsource:')
    writeFileSync(join(project, 'claims.md'), other)
    const { out, exitCode } = await repro('verify', 'claims.md')
    expect(out).toContain('reading times {} → {"columns":{"elapsed_ms":{"unit":"s"}}}')
    expect(out).toContain('the columns of times are read otherwise now')
    expect(exitCode).toBe(3)
  })

  it('is refused at its place: what leads out of the project, is absent, is no data, or is shown as a machine', async () => {
    write({
      ...paper(
        [
          data('id: linked\nfile: data/link.csv'),
          data('id: absent\nfile: data/time.csv'),
          data('id: broken\nfiles: {one: data/broken.csv}'),
          data('id: inside\nfile: .repro/x.csv'),
          '\n```yaml table\nid: tbl-m\nkind: environment\nfrom: times\ncaption: Machines\n```\n',
          '\n```ts experiment id=e testbed=local trials=1 needs=times\nexport const rows = [{ x: 1 }]\n```\n',
          '\nAnd `=times.grep.elapsed.mean`.\n',
        ].join('\n'),
      ),
      'data/broken.csv': 'x,y\n1\n',
      '.repro/x.csv': 'x\n1\n',
    })
    symlinkSync('/etc/passwd', join(project, 'data/link.csv'))
    const { err, exitCode } = await repro('check', 'claims.md')
    expect(exitCode).toBe(2)
    expect(err).toContain('data/link.csv leads out of the project by a link')
    expect(err).toContain('file: no file data/time.csv (did you mean data/times.csv?)')
    expect(err).toContain('data/broken.csv: line 2: 1 field, but the head has 2')
    expect(err).toContain('.repro/x.csv is in .repro; a document cannot use files from there')
    expect(err).toContain('times is data that nobody reruns, without machines and parameters')
    expect(err).toContain('times is data, not an experiment: name its file under inputs')
    expect(err).toContain('unknown measure or factor value: elapsed (known: cat, elapsed_ms, grep)')
  })
})
