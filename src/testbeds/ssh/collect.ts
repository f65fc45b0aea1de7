/** Brings the results of a job to this computer. */

import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheError } from '../../testbed/cache.ts'
import { Discarded, type Ended, type Task } from './attempt.ts'
import { type Answer, ConnectionError, plain } from './connection.ts'
import { listedFiles, writeFiles } from './fetched.ts'
import { parseHygiene, taints } from './hygiene.ts'
import { LostBoard, reach } from './reach.ts'

const fetchMs = 300_000
const mostFetches = 5

/** Fetches and verifies the results of a job that has ended, keeps them here, and lets the board delete them. */
export async function collect(by: Task, answer: Answer): Promise<Ended> {
  const { connection, name, folder } = by
  const status = (answer.get('state')?.[0] ?? '').split(' ').slice(1)
  const files = await listed()
  const draft = `${folder}.part`
  await fetchFiles(by, files, draft)
  const code = Number(status[0])
  if (code === 0 && status.length === 1) {
    const [observed, messages] = await Promise.all(
      ['hygiene', 'kernel-messages'].map((file) => readFile(join(draft, file), 'utf8').catch(() => '')),
    )
    const found = taints(parseHygiene(observed ?? '', messages ?? ''))
    if (found.length === 0) {
      await rename(draft, folder)
      await acknowledge(by)
      return { folder, exitCode: 0 }
    }
    await acknowledge(by)
    throw new Discarded(`disturbed: ${found.join('; ')}`)
  }
  const failed = `${folder}.failed`
  await rm(failed, { recursive: true, force: true })
  await rename(draft, failed)
  await acknowledge(by)
  const reason = await failureOf(failed, status)
  throw new Discarded(reason, { folder: failed, exitCode: Number.isInteger(code) && code > 0 ? code : 1 })

  /** A list that cannot be would be the same the next time: the job is then to run again. */
  async function listed() {
    try {
      return listedFiles(connection.host, answer)
    } catch (error) {
      await acknowledge(by)
      throw error
    }
  }

  /** A lost acknowledgement leaves some files on the board, which its next job deletes. */
  async function acknowledge(task: Task): Promise<void> {
    try {
      await task.connection.call('forget', [name])
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
    }
  }
}

async function fetchFiles(by: Task, files: ReturnType<typeof listedFiles>, draft: string): Promise<void> {
  const { connection, name, log } = by
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  for (let tries = 1; ; tries += 1) {
    await rm(draft, { recursive: true, force: true })
    try {
      const names = files.map((one) => one.name).join(' ')
      const received =
        files.length === 0
          ? new Uint8Array()
          : await connection.receive(
              `cd /var/lib/repro/jobs/${name}/files && exec cat ${names}`,
              total + 1,
              fetchMs,
            )
      await writeFiles(draft, files, received)
      return
    } catch (error) {
      // A disk of this computer that is full, say.
      if ((error as NodeJS.ErrnoException).code !== undefined) {
        await rm(draft, { recursive: true, force: true })
        throw cacheError(error, draft)
      }
      const { message } = error as Error
      if (tries >= mostFetches || performance.now() > by.deadline)
        throw new LostBoard(`cannot fetch results: ${message}`)
      log(`fetching results again: ${message}`)
      await reach(by)
    }
  }
}

async function failureOf(folder: string, [code = '', ...notes]: readonly string[]): Promise<string> {
  if (code === '' || notes.includes('disk-full'))
    return "there was no room for the results on the board's disk"
  if (notes.includes('memory-full')) return "the board's file system in memory was full"
  if (code === '137') return 'the job did not end in its time on the board'
  const log = await readFile(join(folder, 'console.log'), 'latin1').catch(() => '')
  const last = log.split('\n').findLast((line) => line.trim() !== '') ?? ''
  return `the job failed with status ${code}: ${plain(last).slice(0, 300)}`
}
