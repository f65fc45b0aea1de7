/** Before all tests: the command line and what scripts import, built from the source as it is. */

import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'

export default function build(): void {
  const checkout = resolve(import.meta.dirname, '..')
  execFileSync(process.execPath, ['build.mjs'], { cwd: checkout, stdio: 'inherit' })
}
