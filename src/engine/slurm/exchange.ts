/**
 * Files by which a build and the tasks of its arrays exchange orders and results. They alone say what is
 * ordered, what works under which name, and what has ended.
 *
 *     .repro/slurm/arrays/ARRAY/tasks.json     keys of the boots, by the index of their task
 *     .repro/slurm/arrays/ARRAY/INDEX.log      what a task prints beside its boot's output
 *     .repro/slurm/boots/KEY/order             the order, and the only task that may execute it; sealed
 *     .repro/slurm/boots/KEY/progress.json     of the attempt that wrote last
 *     .repro/slurm/boots/KEY/ATTEMPT/          of each time that the task was started: its boot's files
 *     .repro/slurm/results/KEY/result.json     names the attempt that was the first to end
 *
 * A folder takes the place of a result by a rename, which fails if there is one: an attempt that Slurm started
 * again while the first one still worked (its node did not answer) is then discarded.
 */

import { lstatSync } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { isFolder, makeFolder, remove, shareFile, syncFolder } from '../../files/change.ts'
import { writeAtomically } from '../../files/drafts.ts'
import { entriesInside, FileError, readInside } from '../../files/ordinary.ts'
import type { Item, Seal } from '../../results/seal.ts'
import { type BootOrder, mostEnd } from '../script/message.ts'

export const arraysFolder = '.repro/slurm/arrays'
export const bootsFolder = '.repro/slurm/boots'
export const resultsFolder = '.repro/slurm/results'

export const arrayFolder = (array: string) => `${arraysFolder}/${array}`
export const bootFolder = (key: string) => `${bootsFolder}/${key}`
export const attemptFolder = (key: string, attempt: string) => `${bootFolder(key)}/${attempt}`
const resultFolder = (key: string) => `${resultsFolder}/${key}`

/** Files of an attempt. */
export const workName = 'work'
export const endName = 'end.json'
export const journalName = 'journal.jsonl'

const resultName = 'result.json'
const tasksName = 'tasks.json'

/** What a task executes. */
export interface TaskOrder {
  readonly array: string
  readonly index: number
  /** Node's version on the machine that ordered. */
  readonly version: string
  /** From the start of the script until its end. */
  readonly deadlineMs: number
  /** How often the build looks. */
  readonly pollMs: number
  /** Names of the script's environment variables. */
  readonly variables: readonly string[]
  readonly order: BootOrder
}

const result = z.strictObject({
  attempt: z.string().regex(/^[0-9]+-[0-9]+(?:-[0-9]+)?$/),
  status: z.string().max(200),
  late: z.boolean(),
  /** Where it ran. */
  host: z.record(z.string(), z.string().max(1000)),
})
const progress = z.strictObject({ done: z.number(), total: z.number(), log: z.array(z.string()) })

export type TaskResult = z.infer<typeof result>
export type TaskProgress = z.infer<typeof progress>

/** Bytes of the small files: `progress.json` holds what a cell may log. */
const mostSmall = 4_000_000
const digits = 64

function orderItem(key: string): Item {
  return { kind: 'task', path: `${bootFolder(key)}/order` }
}

/** Writes the order, which replaces an older one: tasks of other arrays find that it is not theirs. */
export async function writeOrder(project: string, key: string, order: TaskOrder, seal: Seal): Promise<void> {
  const text = JSON.stringify(order)
  const item = orderItem(key)
  // Without a key of this machine it can be executed, but not taken up by another build.
  const sealed = seal.close(item, text) ?? Buffer.from('0'.repeat(digits) + text)
  // Not flushed, unlike results: it is lost only with the machine, and then it is written again.
  const folder = makeFolder(project, bootFolder(key))
  const draft = join(folder, `order.${order.array}`)
  await writeFile(draft, sealed)
  await rename(draft, join(project, item.path))
}

/** Returns the order of an earlier build; undefined without one that this machine made. */
export function ownOrder(project: string, key: string, seal: Seal): TaskOrder | undefined {
  const found = readInside(project, orderItem(key).path, mostEnd)
  const content = found && seal.open(orderItem(key), found.content)
  return content && (JSON.parse(new TextDecoder().decode(content)) as TaskOrder)
}

/** Reads an order on the machine that executes it, trusting who submitted the task. */
export function orderOf(project: string, key: string): TaskOrder | undefined {
  const found = readInside(project, orderItem(key).path, mostEnd)
  return found && (JSON.parse(new TextDecoder().decode(found.content.subarray(digits))) as TaskOrder)
}

/** Changes when an order is written again; undefined without one. */
export function orderMark(project: string, key: string): string | undefined {
  const found = lstatSync(join(project, orderItem(key).path), { throwIfNoEntry: false })
  return found && `${found.ino} ${found.mtimeMs}`
}

/** Takes an order back: its task ends as soon as it notices. Journals of its attempts stay. */
export async function withdrawOrder(project: string, key: string): Promise<void> {
  await remove(project, orderItem(key).path)
  await rmdir(join(project, bootFolder(key))).catch(() => {}) // unless there are attempts
}

/** Writes the keys of an array's boots, by index. */
export async function writeTasks(project: string, array: string, keys: readonly string[]): Promise<void> {
  await writeAtomically(project, `${arrayFolder(array)}/${tasksName}`, JSON.stringify(keys))
}

/** Returns the key of a task's boot; undefined if there is none. */
export function keyOfTask(project: string, array: string, index: number): string | undefined {
  const keys = parsed(z.array(z.string()), project, `${arrayFolder(array)}/${tasksName}`)
  return keys?.[index]
}

/** Deletes an array's folder unless a boot is still ordered by it. */
export async function removeUnusedArray(project: string, array: string): Promise<void> {
  const keys = parsed(z.array(z.string()), project, `${arrayFolder(array)}/${tasksName}`) ?? []
  for (const key of keys) {
    try {
      if (orderOf(project, key)?.array === array) return
    } catch (error) {
      if (!(error instanceof FileError || error instanceof SyntaxError)) throw error
    }
  }
  await remove(project, arrayFolder(array))
}

/** Returns the keys of boots that have ended and whose results are still there. */
export function endedKeys(project: string): ReadonlySet<string> {
  return new Set((entriesInside(project, resultsFolder) ?? []).map(({ name }) => name))
}

/** Returns the first result of a boot; undefined if there is none, or not what a task writes. */
export function readResult(project: string, key: string): TaskResult | undefined {
  return parsed(result, project, `${resultFolder(key)}/${resultName}`)
}

export function hasResult(project: string, key: string): boolean {
  return entriesInside(project, resultFolder(key)) !== undefined
}

/**
 * Makes an attempt's result that of its boot, and returns true; false if another attempt was faster, or the
 * boot has been discarded.
 */
export async function publish(project: string, key: string, own: TaskResult): Promise<boolean> {
  const draft = join(project, attemptFolder(key, own.attempt), 'result')
  try {
    await mkdir(draft)
    await writeFile(join(draft, resultName), JSON.stringify(own), { flush: true })
    makeFolder(project, resultsFolder)
    // Fails if the target is a folder that is not empty (rename(2)).
    await rename(draft, join(project, resultFolder(key)))
    syncFolder(join(project, resultsFolder))
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    // NFS may report a rename that it has done as failed.
    if (readResult(project, key)?.attempt === own.attempt) return true
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(code)) return false
    throw error
  }
}

export function readProgress(project: string, key: string): TaskProgress | undefined {
  return parsed(progress, project, `${bootFolder(key)}/progress.json`)
}

/** Writes by a rename; returns false if the boot has been discarded. */
export async function writeProgress(
  project: string,
  key: string,
  attempt: string,
  told: TaskProgress,
): Promise<boolean> {
  const draft = join(project, attemptFolder(key, attempt), 'progress.json')
  try {
    await writeFile(draft, JSON.stringify(told))
    await rename(draft, join(project, bootFolder(key), 'progress.json'))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** Deletes all of a boot; attempts that still work then lose what they write. */
export async function discardBoot(project: string, key: string): Promise<void> {
  await remove(project, bootFolder(key)) // first: nothing can become a result after that
  await remove(project, resultFolder(key))
}

/** Deletes a result that cannot be used. */
export async function discardResult(project: string, key: string): Promise<void> {
  await remove(project, resultFolder(key))
}

/** Names of attempts in order of their age, as far as they are known. */
export function attemptsOf(project: string, key: string): readonly string[] {
  return (entriesInside(project, bootFolder(key)) ?? [])
    .filter(({ type }) => type === 'folder')
    .map(({ name }) => name)
}

/**
 * Hard-links the ordinary files below one folder of the project into another, which it makes. The original
 * stays: a build that is killed meanwhile finds it again.
 */
export async function shareFolder(project: string, from: string, to: string): Promise<void> {
  const target = makeFolder(project, to)
  if (!isFolder(project, from)) return
  for (const entry of await readdir(join(project, from), { withFileTypes: true })) {
    if (entry.isDirectory()) await shareFolder(project, `${from}/${entry.name}`, `${to}/${entry.name}`)
    else if (entry.isFile()) {
      const file = join(target, entry.name)
      await rm(file, { force: true })
      await shareFile(join(project, from, entry.name), file)
    }
  }
}

/** Undefined for an absent file, and for one that this program does not write. */
function parsed<Schema extends z.ZodType>(
  schema: Schema,
  project: string,
  path: string,
): z.infer<Schema> | undefined {
  try {
    const found = readInside(project, path, mostSmall)
    return found && schema.safeParse(JSON.parse(new TextDecoder().decode(found.content))).data
  } catch (error) {
    if (error instanceof FileError || error instanceof SyntaxError) return undefined
    throw error
  }
}
