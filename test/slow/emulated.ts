/** Emulated boards for tests: runs jobs of one or several scripts, as cells do. */

import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Job } from '../../src/testbed/board.ts'
import { cacheFolder } from '../../src/testbed/cache.ts'
import { readEnvironments } from '../../src/testbeds/environments.ts'
import { openBoard } from '../../src/testbeds/xen-qemu/board.ts'
import { type Environment, environmentSchema } from '../../src/testbeds/xen-qemu/schema.ts'
import { setup } from '../../src/toolchain/setup.ts'
import { checkout } from './project.ts'

/** Returns an environment of this project, with changes. */
export async function environment(name: string, changes: Partial<Environment> = {}): Promise<Environment> {
  const found = readEnvironments(join(checkout, 'experiments/environments.yaml')).get(name)
  if (!found) throw new Error(`no environment ${name}`)
  return { ...environmentSchema.parse(found.definition), ...changes }
}

export interface Options extends Partial<Pick<Job, 'seed' | 'boot'>> {
  readonly cache?: string
}

/**
 * Runs the scripts as stages of a job. Returns the output files, name -> content; `console.log` is the whole
 * console.
 */
export async function runScripts(
  environment: Environment,
  scripts: readonly [string, ...string[]],
  { cache = cacheFolder(), seed = 1, boot = {} }: Options = {},
): Promise<{ readonly exitCode: number; readonly files: ReadonlyMap<string, Buffer> }> {
  const folder = await temporaryFolder()
  const lockFile = join(checkout, 'experiments/packages.lock.json')
  const toolchain = await setup([environment.root], { lockFile, cache: cacheFolder(), report: () => {} })
  const board = openBoard(toolchain, environment, { project: checkout, folder, cache })
  const [first, ...others] = scripts.map((script) => ({ files: new Map(), script }))
  if (!first) throw new Error('no script')
  const { exitCode } = await board.run({ stages: [first, ...others], seed, boot, deadlineMs: 240_000 })
  const files = new Map<string, Buffer>()
  for (const name of (await readdir(folder)).sort()) files.set(name, await readFile(join(folder, name)))
  return { exitCode, files }
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'repro-slow-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Returns a digest of names and contents. */
export function digestOf(files: ReadonlyMap<string, Buffer>): string {
  const hash = createHash('sha256')
  for (const [name, content] of files) hash.update(`${name} ${content.length}\n`).update(content)
  return hash.digest('hex')
}
