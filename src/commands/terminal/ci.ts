/**
 * `--ci`: problems as annotations at their lines, by GitHub's workflow commands
 * (https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions), and a summary of the job.
 */

import { appendFileSync, existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { VFile } from 'vfile'
import type { Place } from '../../document/block.ts'
import { DocumentError, type Site } from '../../project/site.ts'
import { abbreviated, counted } from '../../text/message.ts'
import { errorReport } from './messages.ts'
import { complain, standardError, withoutControls } from './terminal.ts'

export interface Annotation {
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** Relative to the project. */
  readonly file: string
  readonly place?: Place
  /** Rule id of a problem of the document: the annotation's title. */
  readonly ruleId?: string
}

/** A paragraph, or a table whose first row is its head. */
export type Summary = string | readonly (readonly string[])[]

/** Collects what is told when the command has ended. */
export interface Findings {
  /** A list, as there may be more than a call can be given. */
  add(annotations: readonly Annotation[]): void
  /** Adds to the summary, before the problems. */
  summarize(...parts: readonly Summary[]): void
}

/** Calls `action`; with `isWanted`, then writes annotations to standard error, and the summary. Also on errors. */
export async function withFindings(
  site: Site,
  name: string,
  isWanted: boolean,
  action: (findings: Findings) => Promise<number>,
): Promise<number> {
  const found: Annotation[] = []
  const summary: Summary[] = []
  const findings: Findings = {
    add: (annotations) => {
      for (const one of annotations) found.push(one)
    },
    summarize: (...parts) => void summary.push(...parts),
  }
  if (!isWanted) return await action(findings)
  try {
    return await action(findings)
  } catch (error) {
    if (error instanceof DocumentError) findings.add(messagesOf(error.file))
    else found.push({ severity: 'error', message: errorReport(error).text, file: site.document })
    throw error
  } finally {
    // Few are shown of each step: the errors first.
    for (const severity of ['error', 'warning'] as const)
      for (const one of found.filter((each) => each.severity === severity))
        standardError.write(`${workflowCommand(one, site)}\n`)
    await writeSummary({ name, site, summary, found })
  }
}

/** Messages of a document as annotations. */
export function messagesOf(file: VFile): readonly Annotation[] {
  return file.messages.map(({ file: own = file.path, line = 1, column = 1, fatal, reason, ruleId }) => ({
    severity: fatal ? 'error' : 'warning',
    message: reason,
    // That of an include, which is another one.
    file: own,
    place: { line, column },
    ...(ruleId ? { ruleId } : {}),
  }))
}

/** A failed cell, at the place that its message names, or else at its experiment. */
export function failedCell(message: string, experiment: Annotation, { project }: Site): Annotation {
  // Python and shells tell no column.
  for (const [, file = '', line, column] of message.matchAll(/(?:^|\s)([^\s:][^:\n]*):(\d+)(?::(\d+))?: /g))
    if (!file.startsWith('/') && existsSync(join(project, file)))
      return { severity: 'error', message, file, place: { line: Number(line), column: Number(column ?? 1) } }
  return { ...experiment, message }
}

function workflowCommand({ severity, message, file, place, ruleId }: Annotation, { project }: Site): string {
  const properties = [
    `file=${property(fromWorkspace(join(project, file)))}`,
    ...(place ? [`line=${place.line}`, `col=${place.column}`] : []),
    ...(ruleId ? [`title=${property(ruleId)}`] : []),
  ]
  return `::${severity} ${properties.join(',')}::${data(message)}`
}

/** GitHub takes paths from the top of its checkout. */
function fromWorkspace(file: string): string {
  const path = relative(process.env.GITHUB_WORKSPACE ?? '', file)
  return path.startsWith('..') ? relative('', file) : path
}

/** Escapes as the runner reads it: text of a document must not end the command and begin another. */
function data(text: string): string {
  return withoutControls(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

const mostProblems = 100

interface Told {
  readonly name: string
  readonly site: Site
  readonly summary: readonly Summary[]
  readonly found: readonly Annotation[]
}

async function writeSummary(told: Told): Promise<void> {
  const file = process.env.GITHUB_STEP_SUMMARY
  if (file === undefined || file === '') return
  try {
    appendFileSync(file, `${await summaryText(told)}\n`)
  } catch (error) {
    complain(`cannot write the summary to ${file}: ${(error as Error).message}`)
  }
}

async function summaryText({ name, site, summary, found }: Told): Promise<string> {
  // Loaded only here, as it takes long.
  const { code, heading, list, markdownText, paragraph, table } = await import('../../text/markdown.ts')
  const parts = summary.map((part) => (typeof part === 'string' ? paragraph(part) : table(part)))
  const items = found.slice(0, mostProblems).map(({ severity, message, file, place }) => {
    const where = place ? `${file}:${place.line}` : file
    return [code(where), ` ${severity}: ${abbreviated(message.split('\n'), 3, ' ')}`]
  })
  const counts = (['error', 'warning'] as const).flatMap((severity) => {
    const count = found.filter((one) => one.severity === severity).length
    return count === 0 ? [] : [counted(count, severity)]
  })
  const problems = items.length === 0 ? [] : [paragraph(`${counts.join(', ')}:`), list(...items)]
  return markdownText({
    type: 'root',
    children: [heading(3, `repro ${name} `, code(site.document)), ...parts, ...problems],
  })
}
