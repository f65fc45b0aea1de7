/** Checks a document's scripts without running them: syntax and imports. */

import { extname, posix } from 'node:path'
import type { ExperimentBlock, Place } from '../document/block.ts'
import type { Document } from '../document/document.ts'
import type { Fence } from '../document/fence.ts'
import { fail, hasErrors, warn } from '../document/problem.ts'
import { inputFiles } from '../files/glob.ts'
import { FileError } from '../files/ordinary.ts'
import type { Files } from '../files/tracked.ts'
import { isNodeScript } from '../languages/languages.ts'
import { type ModuleProblem, moduleGraph, type RealPath } from './modules.ts'

/** Adds errors to the document's file: at the line of an inline script, or at the block's `script`. */
export function checkScripts({ file, fences }: Document, path: string, files: Files, real: RealPath): void {
  for (const fence of fences) {
    const { block } = fence
    if (block?.type !== 'experiment') continue
    const { script, inputs } = block
    if (isProgram(script)) continue // programcheck.ts
    const entry = 'file' in script ? { path: script.file } : { path, source: script.source }
    try {
      if ('file' in script && !files.exists(script.file)) continue // reported by the block's check
      const named = inputs.flatMap((input) => inputFiles(input, files))
      for (const problem of moduleGraph(entry, files, real).problems) {
        const { type } = problem
        if (type === 'computed' && named.some((input) => mayBe(problem, input))) continue
        const [place, where] = placeOf(problem, path, fence, block)
        const report = type === 'computed' ? warn : fail
        report(file, rules[type], place, `${where}${problem.reason}${advice[type]}`)
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      // The block's check reports unreadable files, except those that the script imports.
      if (!hasErrors(file)) fail(file, rules.outside, block.place, error.message)
    }
  }
}

function isProgram(script: ExperimentBlock['script']): boolean {
  return 'file' in script ? !isNodeScript(script.file) : script.language !== undefined
}

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

/** Whether a computed import might load this input. */
function mayBe({ head = '' }: ModuleProblem, input: string): boolean {
  return input.startsWith(head) && /^\.(?:[cm]?[jt]s|json|node|wasm)$/.test(extname(input))
}

/** Place in the document, and the place in the script's file as text. */
function placeOf(
  { file, place }: ModuleProblem,
  document: string,
  { source, node }: Fence,
  { script }: ExperimentBlock,
): readonly [Place, string] {
  if ('source' in script && file === posix.normalize(document)) {
    const indentation = (node.position?.start.column ?? 1) - 1
    return [{ line: place.line + script.firstLine - 1, column: place.column + indentation }, '']
  }
  const start = source?.valuePlace(['script']) ?? { line: 1, column: 1 }
  return [start, `${file}:${place.line}:${place.column}: `]
}
