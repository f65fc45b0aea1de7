/** What formats need beside this program. */

import { compilerPackage, compilerVersion, hasCompiler } from './compiler.ts'

/** Returns what to do before a build to this format; undefined if nothing is missing. */
export function lacks(format: string): string | undefined {
  if (hasCompiler()) return undefined
  return (
    `--to ${format} needs the Typst compiler (51 MB), which is not installed beside this program: ` +
    `npm install ${compilerPackage}@${compilerVersion} (with -g if repro was installed so)`
  )
}
