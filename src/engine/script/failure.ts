/** Describes a script's failure, with a place, whatever it threw. */

import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programUrl } from '../../dist.ts'
import { TestbedError } from '../../testbed/board.ts'
import { ExplainedError } from '../../text/message.ts'
import { ProgramError } from './cell.ts'
import type { Failure, BootOrder } from './message.ts'
import { describeValue } from './rows.ts'

export function failureOf(error: unknown, order: Pick<BootOrder, 'script' | 'project'>): Failure {
  if (error instanceof TestbedError) {
    const { message, advice } = error
    return { fault: 'testbed', message, ...(advice === undefined ? {} : { advice }) }
  }
  const place = error instanceof ProgramError ? error.place : placeOf(error, order)
  return { fault: 'experiment', message: messageOf(error), ...(place === undefined ? {} : { place }) }
}

function messageOf(error: unknown): string {
  if (!isError(error)) return `the script threw ${describeValue(error)}, which is not an Error`
  const text = attempt(() => String(error instanceof ExplainedError ? error.message : error))
  return text ?? 'the script threw an error that cannot be shown'
}

function isError(error: unknown): error is Error {
  return attempt(() => error instanceof Error) ?? false
}

/** Getters of a thrown value run the script's code, and may throw. */
function attempt<Value>(action: () => Value): Value | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}

/** Frames name modules by URL, CommonJS by path. A syntax error is on a line before them, without column. */
const frame = /(?:(file:\/\/\S+?)|(?:^|\(|at )(\/[^():\n]+)):(\d+)(?::(\d+))?(?=[\s)]|$)/gm

/** Innermost place in the project's files: file:line:column. */
function placeOf(
  error: unknown,
  { script, project }: Pick<BootOrder, 'script' | 'project'>,
): string | undefined {
  const stack = isError(error) ? attempt(() => String(error.stack)) : undefined
  for (const [, url, path, line, column] of (stack ?? '').matchAll(frame)) {
    const file = url === undefined ? path : attempt(() => fileURLToPath(url))
    if (file === undefined) continue
    const shownPath = relative(project, file)
    if (/^(?:\.\.\/|\.repro\/)|(?:^|\/)node_modules\//.test(shownPath) || isOurs(file)) continue
    const indentation = script.type === 'inline' && file === script.document ? script.indentation : 0
    return `${shownPath}:${line}${column === undefined ? '' : `:${Number(column) + indentation}`}`
  }
  return undefined
}

/** This program's own files, which may be inside the project. */
const program = fileURLToPath(programUrl('..'))

function isOurs(file: string): boolean {
  return ['src/', 'dist/'].some((folder) => file.startsWith(join(program, folder)))
}
