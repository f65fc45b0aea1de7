/** The executor slurm against a real Slurm of two nodes on this machine, with everything that goes wrong there. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Cluster, startCluster, until } from '../slurm/cluster.ts'
import { digests, makeProject, start } from './project.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster()
}, 180_000)
afterAll(() => cluster?.stop())
afterEach(async () => {
  await cluster.startAll() // also after a failure
  // The next test begins without tasks; a controller that was away learns late that some have ended.
  await until('no task is left', async () => (await queued()).length === 0)
})

const names = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`)

/**
 * A project whose cells note that they start and end, outside of the project. A cell takes `seconds` for its two
 * trials, or waits in the second one until it has been started twice.
 */
async function makeQueue(count: number, { seconds = 1, twice = false, environment = 'local' } = {}) {
  const notes = join(mkdtempSync(join(tmpdir(), 'repro-notes-')), 'notes')
  onTestFinished(() => rmSync(join(notes, '..'), { recursive: true, force: true }))
  const patterns = names(count).map((name, index) => `  ${name}: {number: ${index}}`)
  const paper = `---
title: Queue
---

\`\`\`yaml experiment
id: slow
script: experiments/slow.ts
environments: [${environment}]
trials: 2
parallel: true
untrackedEnv: [NOTES, FAILING]
parameters: {number: 0, seconds: ${seconds}, twice: ${twice}}
patterns:
${patterns.join('\n')}
\`\`\`
`
  const project = await makeProject([], {
    'paper/index.md': paper,
    'experiments/slow.ts': script,
    'experiments/environments.yaml': 'board: {label: A board, testbed: local, gres: "pi4xen:1"}\n',
  })
  const variables = { ...cluster.variables, NOTES: notes, FAILING: '', REPRO_SLURM_POLL: '1' }
  const build = (args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) =>
    start(project, ['build', '--executor', 'slurm', ...args], { ...variables, ...more })
  /** Cells by what they noted, in order: `start`, `end`. */
  const noted = (what: string) =>
    (existsSync(notes) ? readFileSync(notes, 'utf8') : '').split('\n').flatMap((line) => {
      const [word, cell = ''] = line.split(' ')
      return word === what ? [cell] : []
    })
  const runs = () =>
    names(count).flatMap((name) => {
      const folder = join(project, `.repro/runs/slow/${environment}/${name}`)
      return (existsSync(folder) ? readdirSync(folder) : []).map(
        (id) => JSON.parse(readFileSync(join(folder, id, 'run.json'), 'utf8')) as Run,
      )
    })
  return { project, build, noted, runs, variables }
}

interface Run {
  readonly pattern: string
  readonly provenance: Readonly<Record<string, string>>
}

const script = `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
export default async function slow(cell) {
  const { number, seconds, twice } = cell.parameters
  const note = (word) => appendFileSync(process.env.NOTES, word + ' ' + cell.pattern + '\\n')
  note('start')
  cell.log('starts in ' + cell.folder)
  const started = () => readFileSync(process.env.NOTES, 'utf8').split('\\n').filter((line) => line === 'start ' + cell.pattern).length
  const rows = await cell.each(async (trial) => {
    note('trial-' + trial.number)
    await setTimeout(500 * seconds)
    while (twice && trial.number === 1 && started() < 2) await setTimeout(50)
    if (process.env.FAILING.split(',').includes(cell.pattern)) throw new Error('made to fail')
    return [{ value: number + trial.random() }]
  })
  const file = join(cell.folder, 'numbers.txt')
  writeFileSync(file, rows.map(({ value }) => value).join('\\n'))
  note('end')
  return { columns: [{ name: 'trial', role: 'index' }, { name: 'value', role: 'measure' }], rows, files: { numbers: file } }
}
`

/** Lines of the queue: index of the task, state, node. */
async function queued(...args: readonly string[]): Promise<readonly string[]> {
  const output = await cluster.slurm('squeue', '--noheader', '--array', '--format=%K %t %N', ...args)
  return output.split('\n').filter((line) => line !== '')
}

/** What a build leaves when nothing is left to do. */
function leftovers(project: string): readonly string[] {
  const folders = ['arrays', 'boots', 'results'].map((name) => join(project, '.repro/slurm', name))
  return folders.flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
}

const repeated = (cells: readonly string[]) => cells.filter((cell, index) => cells.indexOf(cell) !== index)

/** Four run at once: enough that most of them wait when the build dies, and when the node does. */
const many = 16

test('many cells survive the deaths of the build and of a node, none twice, with the digests of a local build', async () => {
  const { project, build, noted, runs } = await makeQueue(many)
  const first = build()
  await until('some cells are done', () => runs().length >= 4)
  first.child.kill('SIGKILL')
  expect((await first.ended).exitCode).toBe(null)
  const before = new Set(runs().map(({ pattern }) => pattern))
  expect(before.size).toBeLessThan(many)

  const second = build()
  await until('a task runs on n2', async () => (await queued('--nodelist=n2', '--states=R')).length > 0)
  await cluster.killNode('n2')
  const { exitCode, err } = await second.ended
  expect(err).not.toContain('error')
  expect(exitCode).toBe(0)
  // What waits and works while the build is dead is taken up: nothing is submitted again.
  expect(err).not.toContain('submitted')
  expect(
    runs()
      .map(({ pattern }) => pattern)
      .sort(),
  ).toEqual(names(many).sort())
  // Only what Slurm itself started anew: what the dead node was at.
  const restarted = (await cluster.restarted()).map((index) => `p${index}`)
  expect(restarted).toEqual(expect.arrayContaining(repeated(noted('start'))))
  expect(restarted.length).toBeLessThan(many / 2)
  expect(new Set(runs().map(({ provenance }) => provenance['host node']))).toEqual(new Set(['n1', 'n2']))
  expect(leftovers(project)).toEqual([])

  await cluster.start('slurmd-n2')
  const local = await makeQueue(many, { seconds: 0 })
  const done = start(local.project, ['build', '-j', '4'], local.variables)
  expect(await done.ended).toMatchObject({ exitCode: 0 })
  // Parameters are no part of rows and raw files.
  expect(await digests(project)).toEqual(await digests(local.project))
})

test('an attempt that Slurm starts again while the first one lives gives one result', async () => {
  const { project, build, noted, runs } = await makeQueue(1, { twice: true })
  const { ended } = build()
  await until('the task runs', () => noted('start').length === 1)
  const [node = ''] = (await queued()).map((line) => line.split(' ')[2])
  await cluster.kill(`slurmd-${node as 'n1' | 'n2'}`)
  await cluster.slurm('scontrol', 'update', `nodename=${node}`, 'state=down', 'reason=test')
  const { exitCode, err } = await ended
  expect(err).not.toContain('error')
  expect(exitCode).toBe(0)
  expect(noted('start')).toEqual(['p0', 'p0'])
  expect(runs()).toHaveLength(1)
  await until('the other attempt has ended', async () => (await queued()).length === 0)
  await cluster.start(`slurmd-${node as 'n1' | 'n2'}`) // it is up again with that
  expect(leftovers(project)).toEqual([])
})

test('a build goes on while the controller is away', async () => {
  const { build, noted, runs } = await makeQueue(8, { seconds: 4 })
  const { child, ended } = build()
  let told = ''
  child.stderr.on('data', (piece) => (told += piece))
  await until('four tasks run', () => noted('start').length === 4)
  // Killed before, it would start them again under the same ids, and drain the nodes for that.
  await cluster.savesState()
  await cluster.kill('slurmctld')
  await until('the build has noticed', () => told.includes('Slurm does not answer'))
  await cluster.start('slurmctld')
  expect(await ended).toMatchObject({ exitCode: 0 })
  expect(runs()).toHaveLength(8)
  expect(repeated(noted('start'))).toEqual([])
})

test('Ctrl-C cancels the array, and the next build goes on behind the last trial', async () => {
  // As many as run at once; none ends before it has been started twice.
  const { project, build, noted, runs } = await makeQueue(4, { twice: true })
  const { child, ended } = build()
  await until('all first trials are done', () => noted('trial-1').length === 4)
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ exitCode: 130 })
  await until('no task is left', async () => (await queued()).length === 0)
  expect(noted('end')).toEqual([])
  const again = await build().ended
  expect(again.exitCode).toBe(0)
  expect(again.err).toContain('submitted 4 boots')
  expect(runs()).toHaveLength(4)
  expect(noted('trial-0')).toHaveLength(4)
  expect(noted('trial-1')).toHaveLength(8)
  expect(leftovers(project)).toEqual([])
})

test('cells that failed are submitted again alone, and say why they failed', async () => {
  const { project, build, noted, runs } = await makeQueue(5, { seconds: 0 })
  const failed = await build([], { FAILING: 'p1,p3' }).ended
  expect(failed.exitCode).toBe(1)
  expect(failed.err).toMatch(/slow\/local\/p1 failed: experiments\/slow\.ts:\d+:\d+: Error: made to fail/)
  expect(existsSync(join(project, '.repro/failed/slow/local/p3'))).toBe(true)
  expect(runs().map(({ pattern }) => pattern)).toEqual(['p0', 'p2', 'p4'])
  const again = await build().ended
  expect(again.exitCode).toBe(0)
  expect(again.err).toContain('submitted 2 boots')
  expect(repeated(noted('start')).sort()).toEqual(['p1', 'p3'])
  expect(leftovers(project)).toEqual([])
})

test('a task that somebody canceled is an error that says so', async () => {
  const { build, noted, runs } = await makeQueue(2, { seconds: 4 })
  const { ended } = build()
  await until('both run', () => noted('start').length === 2)
  const [job = ''] = (await cluster.slurm('squeue', '--noheader', '--format=%F')).trim().split('\n')
  await cluster.slurm('scancel', `${job}_1`)
  const { exitCode, err } = await ended
  expect(exitCode).toBe(5)
  // Either boot may be the second of the array.
  const failed = new RegExp(
    `slow/local/(p\\d) failed: its task ended without a result \\(job ${job}_1: CANCELLED`,
  ).exec(err)?.[1]
  expect(['p0', 'p1'], err).toContain(failed)
  expect(err).toContain('build again to submit it alone')
  expect(runs().map(({ pattern }) => pattern)).toEqual([failed === 'p0' ? 'p1' : 'p0'])
})

test('a drained node is left alone, and boards are found by their resource', async () => {
  const { build, runs } = await makeQueue(2, { seconds: 0, environment: 'board' })
  const drain = async (node: string) =>
    await cluster.slurm('scontrol', 'update', `nodename=${node}`, 'state=drain', 'reason=quarantine')
  await drain('n1')
  await drain('n2')
  const { child, ended } = build()
  let told = ''
  child.stderr.on('data', (piece) => (told += piece))
  await until('the build says why it waits', () => told.includes("2 boots wait in Slurm's queue"))
  const [job = ''] = (await cluster.slurm('squeue', '--noheader', '--format=%F')).trim().split('\n')
  expect(await cluster.slurm('scontrol', 'show', 'job', job)).toContain('pi4xen:1')
  await cluster.slurm('scontrol', 'update', 'nodename=n2', 'state=resume')
  expect(await ended).toMatchObject({ exitCode: 0 })
  expect(runs().map(({ provenance }) => provenance['host node'])).toEqual(['n2', 'n2'])
  await cluster.slurm('scontrol', 'update', 'nodename=n1', 'state=resume')
})

test.each([
  ['--partition=nosuch', 'invalid partition', 'Name a partition of `sinfo`'],
  ['--gres=nosuch:1', 'generic resource', 'Correct `gres` of the environment'],
  [
    '--output=/nosuch/folder/log',
    'its task ended without a result',
    'must be on a file system that all nodes share',
  ],
])('what Slurm refuses is told in its words, with advice: %s', async (args, words, advice) => {
  const { project, build, runs } = await makeQueue(1, { seconds: 0 })
  const { exitCode, err } = await build([], { REPRO_SLURM_ARGS: args }).ended
  expect(exitCode).toBe(5)
  expect(err.toLowerCase()).toContain(words)
  expect(err).toContain(advice)
  expect(runs()).toEqual([])
  expect(leftovers(project)).toEqual([])
})
