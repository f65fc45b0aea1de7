/** The executor over a queue that is a small object, whose tasks are what the test writes. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Submission } from '../../../src/engine/executor.ts'
import { type Batch, type Queued, type SlurmClient, Unknown } from '../../../src/engine/slurm/client.ts'
import {
  attemptFolder,
  bootFolder,
  orderOf,
  publish,
  resultsFolder,
  writeProgress,
} from '../../../src/engine/slurm/exchange.ts'
import { openSlurm } from '../../../src/engine/slurm/executor.ts'
import { openSeal } from '../../../src/results/seal.ts'
import { TestbedError } from '../../../src/testbed/board.ts'

let project: string
let cache: string
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'repro-queue-'))
  cache = mkdtempSync(join(tmpdir(), 'repro-queue-cache-'))
  onTestFinished(() => {
    for (const folder of [project, cache]) rmSync(folder, { recursive: true, force: true })
  })
})

/** A queue in which tasks wait until the test takes them out. */
function fakeQueue(answers: { submit?: (() => void)[]; queue?: (() => void)[] } = {}, most = 1000) {
  const log: string[] = []
  const batches: Batch[] = []
  const tasks: Queued[] = []
  const client: SlurmClient = {
    async require() {},
    mostTasks: async () => most,
    async submit(batch) {
      answers.submit?.shift()?.()
      batches.push(batch)
      const job = String(batches.length)
      const last = Number(/--array=0-(\d+)/.exec(batch.args.join(' '))?.[1])
      for (let index = 0; index <= last; index += 1)
        tasks.push({ name: batch.name, job, index, waits: false, node: 'n1', reason: 'None' })
      log.push(`submit ${last + 1}`)
      return job
    },
    async queue(names) {
      answers.queue?.shift()?.()
      return tasks.filter(({ name }) => names.includes(name))
    },
    async cancel(those) {
      log.push(`cancel ${those.join(' ')}`)
      return undefined
    },
    async cancelNamed(names) {
      log.push(`cancel by name ${names.length}`)
      return undefined
    },
    describe: async (task) => `FAILED, ${task}`,
  }
  return { client, log, batches, tasks }
}

async function open(client: SlurmClient, notes: string[] = []) {
  const host = { project, seal: openSeal(project, cache), note: (text: string) => notes.push(text) }
  return await openSlurm(host, {
    client,
    variables: { REPRO_SLURM_POLL: '0.05', REPRO_SLURM_ARGS: '--mem=1G' },
  })
}

function submission(key: string, more: Partial<Submission> = {}): Submission {
  const folder = join(project, '.repro/work', key)
  mkdirSync(folder, { recursive: true })
  const order = join(project, `${key}.order.json`)
  const text = {
    project,
    cache,
    folder,
    end: `ends/${key}.json`,
    journal: `.repro/journals/${key}.jsonl`,
    trials: 3,
  }
  writeFileSync(order, JSON.stringify(text))
  return {
    ...{
      order,
      project,
      output: join(folder, 'output.log'),
      variables: { PATH: '/bin' },
      deadlineMs: 60_000,
    },
    ...{ key, fresh: false, alone: false, ...more },
  }
}

const follower = (log: string[] = []) => ({
  log: (text: string) => void log.push(text),
  progress: (done: number, total: number) => void log.push(`${done}/${total}`),
})

/** What a task does: its files, then its result. */
async function finish(
  key: string,
  { attempt = '5-0', end = result() as unknown, files = { numbers: '1 2 3' } } = {},
) {
  const folder = join(project, attemptFolder(key, attempt))
  mkdirSync(join(folder, 'work'), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'work', name), text)
  writeFileSync(join(folder, 'end.json'), JSON.stringify(end).replaceAll('WORK', join(folder, 'work')))
  return await publish(project, key, { attempt, status: 'exit code 0', late: false, host: { node: 'n1' } })
}

const result = (reads: Readonly<Record<string, string>> = {}) => ({
  type: 'result',
  result: { files: { numbers: 'WORK/numbers' } },
  reads,
})

async function until(isTrue: () => boolean): Promise<void> {
  const endMs = performance.now() + 20_000
  while (!isTrue()) {
    if (performance.now() > endMs) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe('boots', () => {
  it('of the same needs are one array, and of others another one', async () => {
    const { client, batches, log } = fakeQueue()
    const { submit } = await open(client)
    const all = [{}, {}, { alone: true }, { gres: 'pi4xen:1' }, { variables: { SECRET: 'x' } }]
    const submitted = all.map((more, index) => submit(submission(`k${index}`, more), follower()))
    await until(() => batches.length === 4)
    expect(log).toEqual(['submit 2', 'submit 1', 'submit 1', 'submit 1'])
    expect(batches[1]?.args).toContain('--exclusive')
    expect(batches[2]?.args).toContain('--gres=pi4xen:1')
    expect(batches[3]?.variables).toEqual({ SECRET: 'x' })
    for (const { args } of batches) expect(args.at(-1)).toBe('--mem=1G')
    for (const { cancel } of submitted) cancel()
    await Promise.all(submitted.map(({ ended }) => ended))
  })

  it('are divided over arrays of the size that Slurm takes', async () => {
    const { client, log, batches } = fakeQueue({}, 3)
    const { submit } = await open(client)
    const submitted = Array.from({ length: 7 }, (_, index) => submit(submission(`k${index}`), follower()))
    await until(() => batches.length === 3)
    expect(log).toEqual(['submit 3', 'submit 3', 'submit 1'])
    for (const { cancel } of submitted) cancel()
    await Promise.all(submitted.map(({ ended }) => ended))
  })

  it('come back with their files, their progress and their machine, and leave nothing when released', async () => {
    const { client, tasks } = fakeQueue()
    const { submit } = await open(client)
    const log: string[] = []
    const { ended } = submit(submission('k'), follower(log))
    await until(() => tasks.length === 1)
    mkdirSync(join(project, attemptFolder('k', '5-0')))
    await writeProgress(project, 'k', '5-0', { done: 1, total: 3, log: ['warm'] })
    await until(() => log.includes('1/3'))
    await finish('k')
    const { status, host, release } = await ended
    expect([status, host]).toEqual(['exit code 0', { node: 'n1' }])
    expect(log.filter((line) => line === 'warm')).toEqual(['warm'])
    expect(readFileSync(join(project, '.repro/work/k/numbers'), 'utf8')).toBe('1 2 3')
    const end = JSON.parse(readFileSync(join(project, 'ends/k.json'), 'utf8'))
    expect(end.result.files).toEqual({ numbers: join(project, '.repro/work/k/numbers') })
    await release?.()
    for (const folder of ['boots', 'results', 'arrays'])
      expect(readdirSync(join(project, '.repro/slurm', folder))).toEqual([])
  })

  it('that an earlier build has submitted are taken up, whether they work or have ended', async () => {
    const { client, tasks, log } = fakeQueue()
    // It looks at nothing any more, as if it were killed.
    const first = await open({ ...client, queue: () => new Promise(() => {}) })
    for (const key of ['k0', 'k1']) first.submit(submission(key), follower()).ended.catch(() => {})
    await until(() => tasks.length === 2)
    await finish('k0')
    const second = await open(client)
    const [ended, working] = ['k0', 'k1'].map((key) => second.submit(submission(key), follower()).ended)
    expect(await ended).toMatchObject({ status: 'exit code 0' })
    await finish('k1')
    expect(await working).toMatchObject({ status: 'exit code 0' })
    expect(log).toEqual(['submit 2'])
  })

  it.each([
    ['has failed', { end: { type: 'failure', failure: { fault: 'experiment', message: 'no' } } }, false],
    ['read a file that has changed', { end: result({ 'file data.csv': 'a'.repeat(64) }) }, false],
    ['is to be run again', {}, true],
  ])('whose earlier task %s are submitted again', async (_, outcome, fresh) => {
    const { client, tasks, log } = fakeQueue()
    const { submit } = await open(client)
    const first = submit(submission('k'), follower()).ended.catch(() => {})
    await until(() => tasks.length === 1)
    await finish('k', outcome)
    await first
    const again = (await open(client)).submit(submission('k', { fresh }), follower())
    await until(() => log.length === 2)
    again.cancel()
    expect((await again.ended).status).toBe('canceled')
    expect(log.slice(0, 2)).toEqual(['submit 1', 'submit 1'])
  })

  it('that a repository brings, with results, are not taken up', async () => {
    const stranger = mkdtempSync(join(tmpdir(), 'repro-queue-stranger-'))
    onTestFinished(() => rmSync(stranger, { recursive: true }))
    const { client, tasks, log } = fakeQueue()
    const seal = openSeal(project, stranger)
    const theirs = await openSlurm(
      { project, seal, note() {} },
      { client, variables: { REPRO_SLURM_POLL: '0.05' } },
    )
    theirs.submit(submission('k'), follower()).ended.catch(() => {})
    await until(() => tasks.length === 1)
    tasks.length = 0
    await finish('k')
    const own = await open(client)
    const { ended, cancel } = own.submit(submission('k'), follower())
    await until(() => log.length === 2)
    cancel()
    await ended
    expect(log.slice(0, 2)).toEqual(['submit 1', 'submit 1'])
  })
})

describe('an attempt', () => {
  it('that comes second is discarded', async () => {
    expect(await publishTwice('5-0', '6-1')).toEqual([true, false])
    const path = join(project, resultsFolder, 'k/result.json')
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ attempt: '5-0' })
  })

  it('of a discarded boot gives no result', async () => {
    mkdirSync(join(project, bootFolder('k')), { recursive: true })
    const own = { attempt: '5-0', status: 'exit code 0', late: false, host: {} }
    expect(await publish(project, 'k', own)).toBe(false)
  })

  async function publishTwice(...attempts: readonly string[]): Promise<readonly boolean[]> {
    const published: boolean[] = []
    for (const attempt of attempts) published.push(await finish('k', { attempt }))
    return published
  }
})

describe('Slurm', () => {
  it('that does not know a task any more, which has no result, is believed the third time', async () => {
    const { client, tasks } = fakeQueue()
    const { submit } = await open(client)
    const { ended } = submit(submission('k'), follower())
    await until(() => tasks.length === 1)
    tasks.length = 0
    const error = await ended.catch((error: unknown) => error)
    expect(error).toBeInstanceOf(TestbedError)
    expect((error as TestbedError).message).toBe('its task ended without a result (job 1_0: FAILED, 1_0)')
    expect((error as TestbedError).advice).toContain('must be on a file system that all nodes share')
    expect(orderOf(project, 'k')).toBeUndefined()
  })

  it('that does not answer decides nothing', async () => {
    const silent = () => {
      throw new Unknown('Socket timed out')
    }
    const { client, tasks } = fakeQueue({ queue: Array.from({ length: 8 }, () => silent) })
    const notes: string[] = []
    const { submit } = await open(client, notes)
    const { ended } = submit(submission('k'), follower())
    await until(() => tasks.length === 1)
    tasks.length = 0
    await until(() => notes.some((note) => note.includes('Socket timed out')))
    await finish('k')
    expect(await ended).toMatchObject({ status: 'exit code 0' })
    expect(notes.filter((note) => note.includes('Socket timed out'))).toHaveLength(1)
  })

  it('that does not answer sbatch is asked again, and tasks that it may have all the same find no order', async () => {
    const names: string[] = []
    const silent = () => {
      names.push(orderOf(project, 'k')?.array ?? '')
      throw new Unknown('Unable to contact slurm controller')
    }
    const { client, tasks } = fakeQueue({ submit: [silent] })
    const { submit } = await open(client)
    const { ended } = submit(submission('k'), follower())
    await until(() => tasks.length === 1)
    expect(orderOf(project, 'k')?.array).not.toBe(names[0])
    await finish('k')
    await ended
  })

  it('that refuses an array fails its boots with its words', async () => {
    const refuse = () => {
      throw new TestbedError('Slurm refuses the job: invalid partition')
    }
    const { client } = fakeQueue({ submit: [refuse] })
    const { submit } = await open(client)
    const ends = ['k0', 'k1'].map((key) => submit(submission(key), follower()).ended)
    for (const end of await Promise.allSettled(ends))
      expect(end).toMatchObject({ reason: { message: 'Slurm refuses the job: invalid partition' } })
    expect(readdirSync(join(project, '.repro/slurm/arrays'))).toEqual([])
  })

  it('that refuses what one boot asks for fails that, and no other', async () => {
    const refuse = () => {
      throw new TestbedError('Slurm refuses the job: invalid generic resource')
    }
    const { client, tasks } = fakeQueue({ submit: [refuse] })
    const { submit } = await open(client)
    const [refused, other] = [{ gres: 'nowhere:1' }, {}].map(
      (more, index) => submit(submission(`k${index}`, more), follower()).ended,
    )
    await expect(refused).rejects.toThrow('invalid generic resource')
    await until(() => tasks.length === 1)
    await finish('k1')
    expect(await other).toMatchObject({ status: 'exit code 0' })
  })

  it('whose queue leaves out what works is believed no more than its other answers', async () => {
    const { client, tasks } = fakeQueue()
    const states = Array.from({ length: 4 }, () => 'RUNNING, on n1')
    const notes: string[] = []
    const { submit } = await open(
      { ...client, describe: async (task) => states.pop() ?? (await client.describe(task)) },
      notes,
    )
    const ends = ['k0', 'k1', 'k2'].map((key) => submit(submission(key), follower()).ended)
    const gone = ends[2]?.catch((error: unknown) => error)
    await until(() => tasks.length === 3)
    tasks.length = 0
    await until(() => notes.some((note) => note.startsWith('squeue does not list tasks')))
    for (const key of ['k0', 'k1']) await finish(key)
    for (const end of ends.slice(0, 2)) expect(await end).toMatchObject({ status: 'exit code 0' })
    // A task that neither knows to be there is lost all the same.
    expect(String(await gone)).toContain('its task ended without a result (job 1_2: FAILED, 1_2)')
    expect(notes.filter((note) => note.startsWith('squeue'))).toHaveLength(1)
  })

  it('is asked once to cancel all of a build, and orders are taken back', async () => {
    const { client, tasks, log } = fakeQueue()
    const { submit } = await open(client)
    const submitted = ['k0', 'k1', 'k2'].map((key) => submit(submission(key), follower()))
    await until(() => tasks.length === 3)
    for (const { cancel } of submitted) cancel()
    for (const { ended } of submitted) expect((await ended).status).toBe('canceled')
    expect(log).toEqual(['submit 3', 'cancel 1_[0,1,2]'])
    expect(['k0', 'k1', 'k2'].map((key) => orderOf(project, key))).toEqual([undefined, undefined, undefined])
  })

  it.each(['0', '-1', 'often', '9999'])('is looked at every so many seconds, but not %s', async (text) => {
    const { client } = fakeQueue()
    const host = { project, seal: openSeal(project, cache), note() {} }
    await expect(openSlurm(host, { client, variables: { REPRO_SLURM_POLL: text } })).rejects.toThrow(
      `REPRO_SLURM_POLL is ${text}`,
    )
  })
})
