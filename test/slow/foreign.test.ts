/** Files that a checkout brings in .repro/ and _build/, and forged runs in results/, decide nothing. */

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { project, repro, start, write } from '../project.ts'

const experiment = (id: string, code: string, trials = 1) =>
  `\n\`\`\`ts experiment id=${id} testbed=local trials=${trials}\n${code}\n\`\`\`\n`
const noted =
  "import { appendFileSync } from 'node:fs'\nappendFileSync('ran', cell.trial + ' ')\nexport const rows = [{ value: 7 }]"
const paper = (...parts: readonly string[]) => ({ 'paper/index.md': `---\ntitle: T\n---\n${parts.join('')}` })
const claim = `
\`\`\`yaml claim
id: C1
statement: Values are large
scope: method
value: nap.local.default.value.mean
between: [100, null]
\`\`\`
`
const read = (path: string) => readFileSync(join(project, path), 'utf8')
const ran = () => read('ran').trim().split(' ').map(Number)

/** A machine's identity is its cache folder, which holds its key. */
const on = async (machine: string, ...args: readonly string[]) =>
  await start(args, { REPRO_CACHE: join(project, machine) }).ended

describe('a checkout that brings .repro/ and _build/', () => {
  it('does not decide that there is nothing to do', async () => {
    const html = '<h1>forged</h1>'
    const report = createHash('sha256').update(html).digest('hex')
    const manifest = { schema: 1, complete: true, fingerprints: {}, report, steps: {} }
    write({
      ...paper('A text.\n'),
      '_build/index.html': html,
      '.repro/manifests/paper+index.md.json': JSON.stringify(manifest),
    })
    const { out, err, exitCode } = await repro('build')
    expect({ out, exitCode }).toEqual({ out: '_build/index.html\n', exitCode: 0 })
    expect(err).toContain(
      'ignored 1 file under .repro/ that was not sealed on this machine: .repro/manifests/paper+index.md.json. They came with the repository',
    )
    expect(read('_build/index.html')).not.toContain('forged')
    expect(await repro('build')).toMatchObject({ out: '_build/index.html (nothing to do)\n', err: '' })
  })

  it('has its runs, trials and judgements made anew, and none of them deleted', async () => {
    write(paper(experiment('nap', noted, 2), claim))
    expect(await on('theirs', 'build')).toMatchObject({ exitCode: 0 })
    expect(ran()).toEqual([0, 1])
    const theirs = readdirSync(join(project, '.repro'), { recursive: true, encoding: 'utf8' })
    // Forges their judgement.
    for (const name of readdirSync(join(project, '.repro/render-cache')))
      writeFileSync(
        join(project, '.repro/render-cache', name),
        serialize({ verdict: 'reproduced', measured: [], notes: [] }),
      )

    const status = await on('mine', 'status')
    expect(status.out).toMatch(/^missing {2}nap\/local\/default: never run$/m)
    expect(status.err).toMatch(/^ignored 3 files under \.repro\//)
    expect(await on('mine', 'build', '--frozen')).toMatchObject({ exitCode: 4 })
    expect((await on('mine', 'explain', 'nap/local/default')).out).toContain('is missing: never run')

    const { err, exitCode } = await on('mine', 'build')
    expect(exitCode).toBe(0)
    expect(ran()).toEqual([0, 1, 0, 1])
    expect(err).toMatch(/ignored in \.repro\/journals\/.*, as not made on this machine: 2 trials$/m)
    expect(err.match(/^ignored \d+ files? under/gm)).toHaveLength(1)
    expect(read('_build/index.html')).toContain('class="claim inconclusive"')
    const now = new Set(readdirSync(join(project, '.repro'), { recursive: true, encoding: 'utf8' }))
    expect(theirs.filter((path) => !now.has(path))).toEqual([])
  })

  it('is built where no key can be kept, which is said, and nothing in it is trusted', async () => {
    write({ ...paper(experiment('nap', noted)), theirs: 'a file' })
    for (const times of [1, 2]) {
      const { err, exitCode } = await on('theirs', 'build', '--trust')
      expect(exitCode).toBe(0)
      expect(err).toMatch(
        /cannot use .*\/theirs\/machine\.key \(\w+\): nothing that is kept in \.repro\/ is trusted/,
      )
      expect(ran()).toHaveLength(times)
    }
  })
})

describe('the journal', () => {
  it('takes a line that was changed as none, and runs its trial again', async () => {
    write(paper(experiment('nap', noted, 3)))
    await repro('run')
    const [name = ''] = readdirSync(join(project, '.repro/journals'))
    const journal = `.repro/journals/${name}`
    write({
      [journal]: read(journal).replace(
        '"trial":1,"rows":[{"trial":1,"value":7',
        '"trial":1,"rows":[{"trial":1,"value":8',
      ),
    })
    for (const folder of ['runs', 'boots']) rmSync(join(project, '.repro', folder), { recursive: true })
    const { err } = await repro('run', '--record')
    expect(err).toContain('2 of 3 trials are kept from before')
    expect(ran()).toEqual([0, 1, 2, 1])
    expect(read('results/nap/local/default/rows.csv')).toBe('trial,value\n0,7\n1,7\n2,7\n')
  })
})

describe('a run that is not recorded', () => {
  it('says what changed since it was run here', async () => {
    write(paper(experiment('nap', noted, 2)))
    await repro('run')
    write(paper(experiment('nap', noted, 5)))
    const reason = 'nap/local/default: trials 2 -> 5 since it was run here'
    expect((await repro('status')).out).toContain(`missing  ${reason}`)
    expect(await repro('build', '--frozen')).toMatchObject({
      exitCode: 4,
      err: expect.stringContaining(reason),
    })
    expect((await repro('explain', 'nap/local/default')).out).toMatch(/^\* trials: 2 -> 5$/m)
  })
})

describe('a recorded run that was edited', () => {
  it('is told with all others of its kind, and status goes on', async () => {
    write(paper(experiment('a', noted), experiment('b', noted), experiment('c', noted)))
    await repro('run', '--record')
    for (const id of ['a', 'b']) {
      const file = `results/${id}/local/default/run.json`
      write({ [file]: read(file).replace('"trials": 1,', '"trials": 7,') })
    }
    const build = await repro('build')
    expect(build.exitCode).toBe(1)
    for (const id of ['a', 'b'])
      expect(build.err).toContain(
        `results/${id}/local/default/run.json was changed, or is not by repro: trials is 7`,
      )
    const { out, exitCode } = await repro('status')
    expect(exitCode).toBe(1)
    expect(out).toMatch(
      /^damaged {2}a\/local\/default: results\/a\/.*trials is 7 in the run, and 1 among its inputs/m,
    )
    expect(out).toMatch(/^recorded c\/local\/default$/m)
    expect(await repro('diff', 'recorded', 'latest')).toMatchObject({
      exitCode: 1,
      err: expect.not.stringContaining('    at '),
    })
  })
})

describe('documents that have an experiment of the same name', () => {
  it('do not replace each other’s record', async () => {
    write({
      ...paper(experiment('e', 'export const rows = [{ value: 1 }]')),
      'paper/other.md': `---\ntitle: O\n---\n${experiment('e', 'export const rows = [{ value: 2 }]')}`,
    })
    expect(await repro('run', '--record')).toMatchObject({ exitCode: 0 })
    const other = await repro('run', 'paper/other.md', '--record')
    expect(other.exitCode).toBe(1)
    expect(other.err).toBe(
      'error: results/e/local/default is the record of paper/index.md, which has an experiment of the same name\nRecording would replace it: give the experiment in paper/other.md another id.\n',
    )
    expect(await repro('build', '--frozen')).toMatchObject({ exitCode: 0 })
    expect(await repro('build', 'paper/other.md', '--frozen')).toMatchObject({
      exitCode: 4,
      err: expect.stringContaining('script changed; results/e/local/default is the record of paper/index.md'),
    })
    // A document that moved takes its record with it.
    rmSync(join(project, 'paper/index.md'))
    expect(await repro('run', 'paper/other.md', '--record')).toMatchObject({ exitCode: 0 })
    expect(read('results/e/local/default/run.json')).toContain('"document": "paper/other.md"')
  })
})

it('--record and accept wait for another build', async () => {
  write(paper(experiment('nap', noted)))
  await repro('run')
  const lock = join(project, '.repro/lock')
  const stat = readFileSync(`/proc/${process.pid}/stat`, 'latin1')
  const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  const { hostname } = await import('node:os')
  for (const command of [
    ['run', '--record'],
    ['accept', 'nap/local/default', '--author', 'Ada', '--reason', 'a slip'],
  ]) {
    mkdirSync(join(project, '.repro'), { recursive: true })
    writeFileSync(lock, JSON.stringify({ pid: process.pid, startTicks, host: hostname() }))
    const { child, ended } = start(command)
    const waiting = await new Promise<string>((resolve) =>
      child.stderr.once('data', (data) => resolve(String(data))),
    )
    expect(waiting).toContain(`waiting for another build: process ${process.pid} on `)
    rmSync(lock)
    expect(await ended).toMatchObject({ exitCode: 0 })
  }
})
