/**
 * Runs a job's stages on an emulated board. After boot, and after each stage but the last, the board's state
 * is saved, QEMU exits, and the next stage resumes from there: even if the state has just been made, so that
 * a cell's bytes do not depend on the cache.
 */

import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sha256 } from '../../files/fingerprint.ts'
import type { Job, Stage } from '../../testbed/board.ts'
import type { Command } from '../../toolchain/hostprograms.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import { archive, dom0Archive, imageFiles, projectFiles, type Place, writeImage } from './image.ts'
import { type Deadline, runMachine } from './machine.ts'
import { monitorArguments, restore, save } from './monitor.ts'
import { stageArguments } from './qemu.ts'
import type { Environment } from './schema.ts'
import { openStages, type SavedStage, type Stages } from './stages.ts'

export interface Workplace extends Place {
  readonly cache: string
  readonly signal?: AbortSignal | undefined
}

/** How a board ended: 'off' for a clean shutdown, else a description. */
type End = string

/** Runs the job in the place's folder; leaves results, console.log and, if it got so far, exit-code there. */
export async function runStages(
  toolchain: Toolchain,
  environment: Environment,
  job: Job,
  place: Workplace,
): Promise<End> {
  const { folder, cache } = place
  await mkdir(folder, { recursive: true })
  const stages = job.stages.map(
    ({ files, script }): Files =>
      new Map([...files, ['/job/stage', { content: Buffer.from(script), executable: true }]]),
  )
  const chain: Chain = {
    ...{ environment, place, stages },
    keys: stageKeys(await boardKey(toolchain, environment, job, place), stages),
    saved: openStages(cache),
    deadline: { ms: job.deadlineMs, at: performance.now() + job.deadlineMs },
    async qemu(isRestored) {
      // A restored board has its root already.
      const ramdisk = isRestored ? Buffer.from('\n') : await dom0Archive(toolchain, environment, place)
      return await writeImage(toolchain, environment, place, { ...job, ramdisk }, 'measure')
    },
  }
  try {
    return await runLastStage(chain)
  } finally {
    const made = [...imageFiles, ...stages.map((_, index) => archiveName(index + 1))]
    for (const name of made) await rm(join(folder, name), { force: true })
  }
}

type Files = Stage['files']

interface Chain {
  readonly environment: Environment
  readonly place: Workplace
  /** Files of each stage; its script is /job/stage. */
  readonly stages: readonly Files[]
  /** Cache keys of the states after boot, after the first stage, and so on; the last stage has none. */
  readonly keys: readonly string[]
  readonly saved: Stages
  readonly deadline: Deadline
  /** QEMU's command, without the arguments for its memory. */
  qemu(isRestored: boolean): Promise<Command>
}

function archiveName(number: number): string {
  return `stage-${number}.cpio`
}

/** Runs the last stage to the board's end. Remakes a damaged saved state, once. */
async function runLastStage(chain: Chain): Promise<End> {
  const last = chain.stages.length
  for (let attempts = 1; ; attempts += 1) {
    const from = await stateAfter(chain, last - 1)
    if (typeof from === 'string') return from
    const { end, isDamaged } = await runStage(chain, last, from)
    if (!isDamaged || attempts > 1) return end
    await chain.saved.forget(chain.keys[last - 1] ?? '', from, chain.place.signal)
  }
}

/** Returns the state after `count` stages, cached or newly made; or how the board ended before that. */
async function stateAfter(chain: Chain, count: number): Promise<SavedStage | End> {
  const { saved, keys, place } = chain
  const key = keys[count] ?? ''
  for (let attempts = 1; ; attempts += 1) {
    const found = await saved.find(key)
    if (found) return found
    const from = count === 0 ? undefined : await stateAfter(chain, count - 1)
    if (typeof from === 'string') return from
    let ended: StageRun = { end: '', isDamaged: false, console: Buffer.of() }
    const make = async (draft: string) => {
      ended = await runStage(chain, count, from, draft)
      return ended.isSaved ? ended.console : undefined
    }
    const made = await saved.make(key, make, place.signal)
    if (made) return made
    if (!ended.isDamaged || attempts > 1) return ended.end
    if (from) await saved.forget(keys[count - 1] ?? '', from, place.signal)
  }
}

/** Errors of QEMU for a state that it cannot restore: from its monitor, on loading, or from states.c. */
const damaged = /^QEMU (refuses|ended with status 1:)|: damaged stage/

interface StageRun {
  readonly end: End
  readonly isSaved?: boolean
  /** The state it started from is unusable: QEMU ended before the board did anything. */
  readonly isDamaged: boolean
  /** Since the board's start. */
  readonly console: Buffer
}

/** Runs QEMU for one stage (0 is the boot), resuming `from`. Saves the state in `draft`, if given. */
async function runStage(
  { environment, place, stages, deadline, qemu }: Chain,
  number: number,
  from: SavedStage | undefined,
  draft?: string,
): Promise<StageRun> {
  const { folder, signal } = place
  const files = stages[number - 1]
  if (files) await writeFile(join(folder, archiveName(number)), archive(files))
  const log = join(folder, 'console.log')
  await writeFile(log, from?.console ?? '')
  const { command, args } = await qemu(from !== undefined)
  let isSaved = false
  const { how, console } = await runMachine({
    command,
    args: [...args, ...stageArguments(environment, from !== undefined), ...monitorArguments],
    folder,
    variables: {
      ...(from && { REPRO_RESTORE: from.folder }),
      ...(draft !== undefined && { REPRO_SAVE: draft }),
    },
    async control(monitor) {
      if (from) await restore(monitor, join(from.folder, 'state'))
      if (draft === undefined) return
      await monitor.stopped()
      await save(monitor, join(draft, 'state'))
      isSaved = true
    },
    deadline,
    signal,
  })
  if (files) await rm(join(folder, archiveName(number)))
  const whole = Buffer.concat([from?.console ?? Buffer.of(), console])
  await writeFile(log, whole) // without QEMU's own output
  const isDamaged = from !== undefined && console.length === 0 && damaged.test(how)
  return { end: how, isSaved, isDamaged, console: whole }
}

/** Returns keys of the states after boot and each stage but the last: digests of all that determines them. */
function stageKeys(board: string, stages: readonly Files[]): readonly string[] {
  const keys = [board]
  for (const files of stages.slice(0, -1)) {
    const hash = createHash('sha256').update(keys.at(-1) ?? '')
    for (const [path, { content, executable = false }] of files)
      hash.update(JSON.stringify([path, executable, content.length])).update(content)
    keys.push(hash.digest('hex'))
  }
  return keys
}

async function boardKey(
  toolchain: Toolchain,
  environment: Environment,
  { boot = {}, seed }: Job,
  place: Place,
): Promise<string> {
  const files = [...(await projectFiles(toolchain, place))].map(([path, content]) => [path, sha256(content)])
  const all = [await programDigest(), toolchain.packagesDigest, environment, boot, seed, files]
  return sha256(JSON.stringify(all))
}

/** Returns a digest of the code that determines how boards are made and restored. */
async function programDigest(): Promise<string> {
  // Bundled, all code is beside this file.
  const folders = import.meta.url.endsWith('.ts') ? ['./', '../../toolchain/'] : ['./']
  const digests = folders.map(async (relative) => {
    const folder = fileURLToPath(new URL(relative, import.meta.url))
    const names = (await readdir(folder)).filter((name) => /\.(js|ts|c)$/.test(name)).sort()
    return Promise.all(names.map(async (name) => [name, sha256(await readFile(join(folder, name)))]))
  })
  return sha256(JSON.stringify(await Promise.all(digests)))
}
