/** Checks a document's scripts without running them: syntax and imports. */

import { extname } from 'node:path'
import type { ExperimentBlock } from '../document/block.ts'
import type { Document } from '../document/document.ts'
import { fail, hasErrors } from '../document/problem.ts'
import { inputFiles } from '../files/glob.ts'
import { FileError } from '../files/ordinary.ts'
import type { Files } from '../files/tracked.ts'
import { isNodeScript } from '../languages/languages.ts'
import { tellModuleProblem } from './moduleproblem.ts'
import { type ModuleProblem, moduleGraph, type RealPath } from './modules.ts'

/** Adds errors to the document's file: at the line of an inline script, or at the block's `script`. */
export function checkScripts({ file, fences }: Document, path: string, files: Files, real: RealPath): void {
  for (const fence of fences) {
    const { block, source, node } = fence
    if (block?.type !== 'experiment') continue
    const { script, inputs } = block
    if (isProgram(script)) continue // programcheck.ts
    const entry = 'file' in script ? { path: script.file } : { path, source: script.source }
    try {
      if ('file' in script && !files.exists(script.file)) continue // reported by the block's check
      const named = inputs.flatMap((input) => inputFiles(input, files))
      for (const problem of moduleGraph(entry, files, real).problems) {
        if (problem.type === 'computed' && named.some((input) => mayBe(problem, input))) continue
        const at = source?.valuePlace(['script']) ?? { line: 1, column: 1 }
        tellModuleProblem(problem, script, { file, path, node, at })
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      // The block's check reports unreadable files, except those that the script imports.
      if (!hasErrors(file)) fail(file, 'outside-import', block.place, error.message)
    }
  }
}

function isProgram(script: ExperimentBlock['script']): boolean {
  return 'file' in script ? !isNodeScript(script.file) : script.language !== undefined
}

/** Whether a computed import might load this input. */
function mayBe({ head = '' }: ModuleProblem, input: string): boolean {
  return input.startsWith(head) && /^\.(?:[cm]?[jt]s|json|node|wasm)$/.test(extname(input))
}
