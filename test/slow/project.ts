/** Projects in temporary folders, with this one's experiments, and the built command line to run there. */

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { cacheFolder } from '../../src/testbed/cache.ts'
import { trustBuild } from '../trust.ts'

export const checkout = resolve(import.meta.dirname, '../..')

/**
 * Creates a project with `copied` of the checkout and `files` (path -> content); deleted when the test ends.
 */
export async function makeProject(
  copied: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'repro-slow-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await fillProject(folder, copied, files)
  return folder
}

/** Makes a project of a folder, as `makeProject` does. */
export async function fillProject(
  folder: string,
  copied: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const path of copied) await cp(join(checkout, path), join(folder, path), { recursive: true })
  await mkdir(join(folder, 'node_modules'))
  await symlink(checkout, join(folder, 'node_modules/repro'))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

/** What a latency experiment has beside its patterns. */
export interface Latency {
  /** Seconds for a boot of a cell. */
  readonly deadline?: number
  /** Lines of patterns beside the baseline. */
  readonly more?: string
  readonly domu?: string
  readonly dom0Vcpus?: number
}

/** Returns a paper with the latency experiment's baseline, as the study has it, and no more than that. */
export function latency(
  environments: readonly string[],
  trials: number,
  {
    deadline = 240,
    more = '',
    domu = 'vcpus: 3, memoryMb: 813, storage: partition',
    dom0Vcpus = 4,
  }: Latency = {},
): string {
  return `---
title: Baseline
---

\`\`\`yaml experiment
id: latency
script: experiments/pause-resume.ts
environments: [${environments.join(', ')}]
trials: ${trials}
deadline: ${deadline}
parameters:
  domu: {${domu}, cpuLoad: 0, netLoadMbps: 0, loop: sleep}
  dom0: {vcpus: ${dom0Vcpus}, cpuLoad: 0, netLoadMbps: 0}
  xl: {tool: xl, by: name, nice: 0, policy: other}
  xenstored: {nice: 0, policy: other}
  xen: {domus: 1, scheduler: credit2, network: false}
patterns:
  baseline: {}
${more}\`\`\`
`
}

/** Returns that paper with a table and a value. */
export function baseline(environments: readonly string[], trials: number, given: Latency = {}): string {
  return `${latency(environments, trials, given)}
\`\`\`yaml table
id: tbl-summary
kind: summary
from: latency
caption: Latencies
\`\`\`

A pause takes \`=latency['${environments[0]}'].baseline.pause.total.mean | ms\`.
`
}

/**
 * Returns the SHA-256 of every raw file and of the rows of a project's runs, by cell and name: of the files,
 * not as stated in the runs.
 */
export async function digests(project: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  const runs = join(project, '.repro/runs')
  for (const entry of await readdir(runs, { recursive: true, withFileTypes: true })) {
    // run.json contains the date, and the seal covers it.
    if (!entry.isFile() || entry.name === 'run.json' || entry.name === 'seal') continue
    const path = join(entry.parentPath, entry.name)
    const cell = relative(runs, path).split('/').toSpliced(3, 1).join('/') // without the run's id, a time
    found[cell] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
  }
  return found
}

export function start(
  project: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
) {
  const env = { ...process.env, ...variables }
  trustBuild(args, project, cacheFolder(env))
  const child = spawn(process.execPath, [join(checkout, 'dist/cli.cjs'), ...args], { cwd: project, env })
  const ended = (async () => {
    const [out, err, exitCode] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((done) => child.on('exit', done)),
    ])
    return { out, err, exitCode }
  })()
  return { child, ended }
}

export async function repro(project: string, ...args: readonly string[]) {
  const { child, ended } = start(project, args)
  child.stdin.end()
  return await ended
}
