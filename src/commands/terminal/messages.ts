/** Maps errors to messages and exit codes. */

import { join, relative } from 'node:path'
import type { VFile } from 'vfile'
import { hasErrors } from '../../document/problem.ts'
import { RequestError } from '../../engine/cells.ts'
import { CellError } from '../../engine/execute.ts'
import { WriteError } from '../../files/change.ts'
import { FileError } from '../../files/ordinary.ts'
import { type Files, openFiles } from '../../files/tracked.ts'
import { openRecollection } from '../../project/recollection.ts'
import { FrozenError } from '../../project/record.ts'
import { DocumentError, type Opened, openDocument, type Site } from '../../project/site.ts'
import { QueryError } from '../../query/error.ts'
import { StoreError } from '../../results/runfile.ts'
import { TestbedError } from '../../testbed/board.ts'
import { ExplainedError, present } from '../../text/message.ts'
import { complain, exitCodes, OutputError, systemReason } from './terminal.ts'

/**
 * Opens a document and prints its warnings. Throws a DocumentError, which contains them too, if it has
 * errors.
 */
export async function openValid(site: Site, files: Files = openFiles(site.project)): Promise<Opened> {
  const opened = await openDocument(site, files)
  const { file } = opened.document
  if (hasErrors(file)) throw new DocumentError(file)
  if (file.messages.length > 0) complain(documentMessages(file))
  return opened
}

/** As openValid, after the report was rehearsed as well. */
export async function openChecked(site: Site): Promise<Opened> {
  const files = openFiles(site.project)
  // Of what a build left; a check makes no page, and would leave less.
  openRecollection(site, files)
  const opened = await openDocument(site, files)
  const { file } = opened.document
  if (!hasErrors(file)) {
    const { rehearse } = await import('../../project/rehearsal.ts')
    await rehearse(site, opened, files)
  }
  if (hasErrors(file)) throw new DocumentError(file)
  if (file.messages.length > 0) complain(documentMessages(file))
  return opened
}

/** Path of a file in the project as seen from the working folder, as the shell and editors take it. */
export function pathFromHere(project: string, path: string): string {
  return relative('', join(project, path))
}

/**
 * One line per message, with its rule id as linters write it:
 * `paper/index.md:12:3 error unknown pattern: dom0-cpo (did you mean dom0-cpu?) [unknown-pattern]`.
 */
export function documentMessages(file: VFile): string {
  return file.messages
    .map(({ file: own = file.path, line = 1, column = 1, fatal, reason, ruleId }) => {
      const text = ruleId ? `${reason} [${ruleId}]` : reason
      return messageLine(pathFromHere(file.cwd, own), { line, column }, fatal ? 'error' : 'warning', text)
    })
    .join('\n')
}

export function messageLine(
  path: string,
  { line, column }: { readonly line: number; readonly column: number },
  severity: 'error' | 'warning',
  text: string,
): string {
  return `${path}:${line}:${column} ${severity} ${text}`
}

export interface ErrorReport {
  readonly text: string
  readonly exitCode: number
}

/** Returns the message for an error that ends a command. Bugs keep their stack; user errors have none. */
export function errorReport(error: unknown): ErrorReport {
  if (error instanceof DocumentError) return { text: documentMessages(error.file), exitCode: exitCodes.usage }
  if (error instanceof FrozenError)
    return { text: `not as recorded:\n${error.message}`, exitCode: exitCodes.notFrozen }
  if (error instanceof RequestError) return { text: `repro: ${error.message}`, exitCode: exitCodes.usage }
  if (error instanceof WriteError) return { text: `error: ${error.message}`, exitCode: exitCodes.failed }
  if (error instanceof FileError) return { text: `error: ${error.message}`, exitCode: exitCodes.usage }
  if (error instanceof TestbedError)
    return {
      text: present([`error: ${error.message}`, error.advice]).join('\n'),
      exitCode: exitCodes.testbed,
    }
  if (error instanceof CellError) return failureReport(error)
  const text = said.some((type) => error instanceof type)
    ? `error: ${(error as Error).message}`
    : (systemText(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error)))
  return { text, exitCode: exitCodes.failed }
}

const said = [ExplainedError, OutputError, QueryError, StoreError]

/**
 * Describes a system error about a user's file: `error: cannot open nodir/x.xml: no such file or directory`.
 * Undefined for any other error.
 */
function systemText(error: unknown): string | undefined {
  const reason = systemReason(error)
  if (reason === undefined) return undefined
  const { syscall, path, dest, code } = error as NodeJS.ErrnoException & { readonly dest?: string }
  const files = present([path, dest]).map(relativePath).join(' -> ')
  const what = present([verbs.get(syscall ?? '') ?? syscall, files !== '' && files]).join(' ')
  return present([`error: cannot ${what}: ${reason}`, advices.get(code ?? '')]).join('\n')
}

const verbs: ReadonlyMap<string, string> = new Map([
  ['scandir', 'list'],
  ['opendir', 'list'],
  ['stat', 'look at'],
  ['lstat', 'look at'],
  ['mkdir', 'make the folder'],
  ['rmdir', 'delete the folder'],
  ['unlink', 'delete'],
  ['uv_cwd', 'find the working folder'],
  ['spawn', 'start a process'],
  ['fdatasync', 'write'],
  ['fsync', 'write'],
])

const advices: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'The disk is full: make room and try again.'],
  ['EDQUOT', 'Your quota on this disk is used up: make room and try again.'],
  ['EMFILE', 'Too many files are open: raise the limit (ulimit -n), or use fewer cells at once (-j 1).'],
])

function relativePath(path: string): string {
  const found = relative('', path)
  return found.startsWith('..') || found === '' ? path : found
}

/** Formats a failed cell. The message of a testbed failure already includes its advice. */
export function failureReport({ message, cause }: CellError): ErrorReport {
  const exitCode = cause instanceof TestbedError ? exitCodes.testbed : exitCodes.failed
  return { text: `error: ${message}`, exitCode }
}
