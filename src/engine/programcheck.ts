/** Checks scripts in other languages than TypeScript without running them: interpreter, testbed, imports. */

import { basename } from 'node:path'
import type { ExperimentBlock } from '../document/block.ts'
import type { Document } from '../document/document.ts'
import type { Fence } from '../document/fence.ts'
import { fail, warn } from '../document/problem.ts'
import { inputFiles } from '../files/glob.ts'
import { FileError } from '../files/ordinary.ts'
import type { Files } from '../files/tracked.ts'
import { languages } from '../languages/languages.ts'
import type { Environment } from '../testbed/testbed.ts'
import { tellModuleProblem } from './moduleproblem.ts'
import { programsOf, type ProgramScript } from './programs.ts'

interface Context {
  /** Absolute. */
  readonly project: string
  readonly files: Files
  readonly mayAsk: boolean
  readonly environments: ReadonlyMap<string, Environment>
  /** Whether an experiment has recorded runs, which are shown also where nothing can run. */
  readonly isRecorded: (block: ExperimentBlock) => boolean
}

/** The testbed that runs programs. */
const host = 'local'

/** Adds errors to the document's file: at the line of an inline script, or at the block's keys. */
export function checkPrograms({ file, fences }: Document, path: string, context: Context): void {
  const { project, files, mayAsk } = context
  const blocks = new Map(
    fences.flatMap((fence) => (fence.block?.type === 'experiment' ? [[fence.block, fence] as const] : [])),
  )
  // The block's check reports a missing or refused file.
  const usable = [...blocks.keys()].filter(
    ({ script }) => !('file' in script) || isUsable(script.file, files),
  )
  const programs = programsOf(usable, { project, document: path, files, mayAsk })
  for (const [block, fence] of blocks) {
    const script = programs.get(block)
    if (script === undefined) refuseKeys(block, fence, file)
    else checkProgram(script, block, { ...fence, file, path }, context)
  }
}

/** Scripts in TypeScript run in the boot's own process, by the Node that runs this. */
function refuseKeys(
  { script, per, interpreter }: ExperimentBlock,
  { source }: Fence,
  file: Document['file'],
): void {
  if ('file' in script && per === undefined && interpreter === undefined) return
  for (const [key, value] of Object.entries({ per, interpreter }))
    if (value !== undefined && source)
      fail(
        file,
        'script-key',
        source.valuePlace([key]),
        `${key}: only for scripts in other languages (${[...languages.keys()].join(', ')}): leave it out`,
      )
}

type Where = Pick<Fence, 'source' | 'node'> & { readonly file: Document['file']; readonly path: string }

function checkProgram(
  { problem, graph, program }: ProgramScript,
  block: ExperimentBlock,
  where: Where,
  { files, environments, isRecorded }: Context,
): void {
  const { file, source } = where
  const { script } = block
  const at = ('file' in script ? source?.valuePlace(['script']) : undefined) ?? block.place
  for (const [index, name] of block.environments.entries()) {
    const testbed = environments.get(name)?.testbed
    if (testbed === undefined || testbed === host) continue
    const what = 'file' in script ? script.file : `a script in ${program.language}`
    fail(
      file,
      'script-testbed',
      source?.valuePlace(['environments', index]) ?? at,
      `${what} runs on the testbed ${host} only, and ${name} is of ${testbed}: ` +
        'boards take scripts in TypeScript or JavaScript',
    )
  }
  if (problem !== undefined) {
    const isShown = isRecorded(block)
    const report = isShown ? warn : fail
    const reason = isShown ? `${problem}; recorded runs are shown, and nothing can run again` : problem
    report(
      file,
      'missing-interpreter',
      source?.data.interpreter ? source.valuePlace(['interpreter']) : at,
      reason,
    )
  }
  const named = namedFiles(block, files)
  for (const found of graph.problems) {
    if (found.type === 'computed' && named.length > 0) continue
    tellModuleProblem(found, script, { ...where, at })
  }
  // Without its interpreter, nothing tells what is installed.
  for (const name of problem === undefined ? graph.absent : []) {
    if (named.some((path) => path.split('/').includes(name) || basename(path).split('.')[0] === name))
      continue
    const reason =
      `no module ${name} beside the script, and none is installed: install it, or, if it lies elsewhere in ` +
      'the project, name it under inputs:'
    warn(file, 'missing-module', at, reason)
  }
}

function isUsable(path: string, files: Files): boolean {
  return files.problem(path) === undefined && files.exists(path)
}

function namedFiles({ inputs }: ExperimentBlock, files: Files): readonly string[] {
  try {
    return inputs.flatMap((input) => inputFiles(input, files))
  } catch (error) {
    if (error instanceof FileError) return [] // reported by the block's check
    throw error
  }
}
