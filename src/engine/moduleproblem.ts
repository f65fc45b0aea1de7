/** Tells what is wrong with the imports of a script, whatever its language. */

import { posix } from 'node:path'
import type { ExperimentBlock, Place } from '../document/block.ts'
import type { Document } from '../document/document.ts'
import type { Fence } from '../document/fence.ts'
import { fail, warn } from '../document/problem.ts'
import type { ModuleProblem } from './modules.ts'

const rules = {
  syntax: 'script-syntax',
  missing: 'missing-file',
  outside: 'outside-import',
  computed: 'computed-import',
} as const

const advice = {
  syntax: '',
  missing: '',
  outside: ': copy it into the project; changes to it are not tracked',
  computed: ', so the files it loads are unknown: list them under inputs: (lib/**)',
} as const

export interface ScriptPlace extends Pick<Fence, 'node'>, Pick<Document, 'file'> {
  /** Path of the document. */
  readonly path: string
  /** Where the block names the script; the place of problems in files. */
  readonly at: Place
}

/** Adds a problem to the document's file: at the line of an inline script, or else where the block names it. */
export function tellModuleProblem(
  problem: ModuleProblem,
  script: ExperimentBlock['script'],
  where: ScriptPlace,
): void {
  const { type, reason } = problem
  const [place, prefix] = placeOf(problem, script, where)
  const report = type === 'computed' ? warn : fail
  report(where.file, rules[type], place, `${prefix}${reason}${advice[type]}`)
}

/** Place in the document, and the place in the script's file as text. */
function placeOf(
  { file, place }: ModuleProblem,
  script: ExperimentBlock['script'],
  { path, node, at }: ScriptPlace,
): readonly [Place, string] {
  if ('source' in script && file === posix.normalize(path)) {
    const indentation = (node.position?.start.column ?? 1) - 1
    return [{ line: place.line + script.firstLine - 1, column: place.column + indentation }, '']
  }
  return [at, file === '' ? '' : `${file}:${place.line}:${place.column}: `]
}
