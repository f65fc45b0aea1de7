/**
 * A project in a temporary folder for each test of a file, and the command line that runs in it. Not for the quick
 * tests: their files share modules, so that the hooks here would only be those of the first file.
 */

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach } from 'vitest'
import { runFolder } from './build.ts'
import { source } from './source.ts'
import { trustBuild } from './trust.ts'

export let project: string
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'repro-command-'))
})
afterEach(async () => {
  await rm(project, { recursive: true })
})

export function write(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true })
    writeFileSync(join(project, path), content)
  }
}

/** The cache folder of all tests: compiling the program anew takes longer than most of what they build. */
export const sharedCache = () => ({ REPRO_CACHE: join(runFolder(), 'cache') })
/** For what a test does to the cache folder, or finds there: one in its project, which nobody else uses. */
export const ownCache = () => ({ REPRO_CACHE: join(project, 'cache') })

/**
 * Runs the command line in a folder of the project, which is its user's own: what `repro init` would have had remembered.
 * test/project/consent.process.test.ts starts it without.
 */
export function start(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  folder = '.',
) {
  trustBuild(args, join(project, folder), { ...sharedCache(), ...variables }.REPRO_CACHE)
  return startUntrusted(args, variables, folder)
}

export function startUntrusted(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  folder = '.',
) {
  const child = spawn(process.execPath, [source('dist/cli.cjs'), ...args], {
    cwd: join(project, folder),
    env: { ...process.env, ...sharedCache(), ...variables },
  })
  const ended = (async () => {
    const [out, err, exitCode] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => child.on('exit', resolve)),
    ])
    return { out, err, exitCode }
  })()
  return { child, ended }
}

/** Whether a process runs: one that has ended is there until its parent, perhaps a slow one, has taken note. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
  } catch {
    return false
  }
}

export async function repro(...args: readonly string[]) {
  return await start(args).ended
}
