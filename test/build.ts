/** Before all tests: the command line and what scripts import, built from the source as it is. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const variable = 'REPRO_TEST_RUN'

/** Returns a folder that all files of a run of the tests share, and that is deleted after it. */
export function runFolder(): string {
  const folder = process.env[variable]
  if (folder === undefined) throw new Error(`${variable} is not set: vitest sets up what tests share`)
  return folder
}

export default function build(): () => void {
  const checkout = resolve(import.meta.dirname, '..')
  execFileSync(process.execPath, ['build.mjs'], { cwd: checkout, stdio: 'inherit' })
  const folder = mkdtempSync(join(tmpdir(), 'repro-tests-'))
  process.env[variable] = folder // workers inherit it
  return () => rmSync(folder, { recursive: true, force: true })
}
