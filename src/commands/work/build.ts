/** Builds a document and reports progress and what the report lacks, or prints the plan of a build. */

import type { Block } from '../../document/block.ts'
import { writtenAt } from '../../document/include.ts'
import { cellsOf, cellSelector } from '../../engine/cells.ts'
import type { TellEvent } from '../../engine/event.ts'
import { reasonToRun } from '../../engine/schedule.ts'
import { contentOf } from '../../files/ordinary.ts'
import { openFiles } from '../../files/tracked.ts'
import { type BuildOptions, build, type Outcome, selection, planDocument } from '../../project/build.ts'
import { readManifest, reportFile } from '../../project/manifest.ts'
import { type Consenting, permission } from '../../project/permission.ts'
import { openRecollection } from '../../project/recollection.ts'
import { type Opened, override, type Site } from '../../project/site.ts'
import { defaultFormat } from '../../report/formats.ts'
import type { ReportProblem } from '../../report/model.ts'
import { runName } from '../../results/run.ts'
import { counted, present } from '../../text/message.ts'
import { invocation, shellWord } from '../../text/program.ts'
import { warnUntrusted } from '../site.ts'
import { type Annotation, failedCell, type Findings, messagesOf } from '../terminal/ci.ts'
import { openValid, messageLine, failureReport, pathFromHere } from '../terminal/messages.ts'
import { withDisplay } from '../terminal/progress.ts'
import { complain, exitCodes, print } from '../terminal/terminal.ts'
import { isAnsweredYes } from './consent.ts'

export interface BuildRequest extends Omit<BuildOptions, 'allow'> {
  readonly consent: Consenting
}

export async function printPlan(site: Site, options: BuildRequest): Promise<number> {
  if (options.consent === 'trust') site.consent?.remember([], true)
  const files = openFiles(site.project)
  const opened = await openValid(site, files)
  const tell: TellEvent = (event) => event.type === 'note' && complain(event.text)
  const document = override(opened.document, options, tell)
  const steps = await planDocument(site, { ...opened, document }, files)
  const { isChosen, isRerun } = selection(steps, options)
  for (const { cell, status } of steps) {
    const reason = isChosen(cell) ? reasonToRun({ cell, status }, isRerun) : undefined
    const name = runName(cell)
    print(reason === undefined ? `keep ${name}: ${status.type}` : `run ${name}: ${reason}`)
  }
  warnUntrusted(site)
  return exitCodes.done
}

export async function buildDocument(
  site: Site,
  { consent, ...request }: BuildRequest,
  findings: Findings,
): Promise<number> {
  if (consent === 'trust') site.consent?.remember([], true)
  const files = openFiles(site.project, readManifest(site)?.fingerprints)
  const keep = openRecollection(site, files)
  const opened = await openValid(site, files)
  findings.add(messagesOf(opened.document.file))
  const options = { ...request, allow: permission(site, opened, consent, request.signal, isAnsweredYes) }
  try {
    const outcome = await withDisplay((tell) => build(site, opened, options, tell, files))
    const cells = cellsOf(opened.document.blocks)
    const isChosen = cellSelector(cells, options.only, '--only')
    const leftOut = cells.filter((cell) => !isChosen(cell)).map(runName)
    findings.add(annotationsOf(outcome, opened, site))
    findings.summarize(...summaryOf(outcome))
    for (const line of problemLines(outcome.problems, site, leftOut)) complain(line)
    for (const name of outcome.skipped)
      complain(`not run after the failure: ${name} (--keep-going runs what does not need the failed one)`)
    for (const report of outcome.reports) print(pathFromHere(site.project, report))
    if (outcome.reports.length > 0) for (const line of unbuiltLines(site, opened, options.to)) complain(line)
    const codes = new Set(outcome.failures.map((failure) => failureReport(failure).exitCode))
    if (codes.has(exitCodes.failed)) return exitCodes.failed
    if (codes.has(exitCodes.testbed)) return exitCodes.testbed
    if (outcome.problems.some(({ type }) => type === 'error')) return exitCodes.usage
    if (outcome.forbidden.length > 0) return exitCodes.failed
    return outcome.problems.some(({ type }) => type !== 'loss') ? exitCodes.failed : exitCodes.done
  } finally {
    warnUntrusted(site)
    await keep()
  }
}

function annotationsOf(
  { failures, problems }: Outcome,
  { document }: Opened,
  site: Site,
): readonly Annotation[] {
  const file = site.document
  const written = (block: Block) => {
    const { path, ...place } = writtenAt(document.file, block.place)
    return { file: path, place }
  }
  const failed = failures.map(({ message }) => {
    const block = document.blocks.find(({ id }) => message.startsWith(`${id}/`))
    return failedCell(message, { severity: 'error', message, file, ...(block && written(block)) }, site)
  })
  const others = problems.map(({ type, message, place, path = file }): Annotation => ({
    severity: type === 'error' ? 'error' : 'warning',
    ...{ message, file: path, place },
  }))
  return [...failed, ...others]
}

function summaryOf({ executed, failures, skipped, forbidden, reports }: Outcome): readonly string[] {
  const cells = [
    [executed.length, 'run'],
    [failures.length, 'failed'],
    [skipped.length, 'not run after a failure'],
    [forbidden.length, 'not run, as nobody allowed it (--trust)'],
  ] as const
  const told = cells.flatMap(([count, what]) => (count === 0 ? [] : [`${counted(count, 'cell')} ${what}`]))
  return present([
    told.length === 0 ? 'No cell had to run.' : `${told.join(', ')}.`,
    reports.length > 0 && `Report: ${reports.join(', ')}`,
  ])
}

/** Returns a line per linked report of another language that was never built. */
function unbuiltLines({ project }: Site, { translations }: Opened, to: readonly string[]): readonly string[] {
  return translations.flatMap(({ file }) => {
    const missing = to.filter((format) => contentOf(project, reportFile(file, format)) === undefined)
    const option = missing.every((format) => format === defaultFormat) ? '' : ` --to ${missing.join(',')}`
    return missing.length === 0
      ? []
      : [
          `the report links to ${missing.map((format) => reportFile(file, format)).join(' and ')}, ` +
            `not built yet: ${invocation} build ${shellWord(pathFromHere(project, file))}${option}`,
        ]
  })
}

/** Returns a line per problem; places without cells that --only excluded share one, as that is expected. */
function problemLines(
  problems: readonly ReportProblem[],
  { project, document: own }: Site,
  excluded: readonly string[],
): readonly string[] {
  const document = pathFromHere(project, own)
  const isLeftOut = ({ run }: ReportProblem) => run !== undefined && excluded.includes(run)
  const [leftOut, others] = [problems.filter(isLeftOut), problems.filter((one) => !isLeftOut(one))]
  const cells = counted(new Set(leftOut.map(({ run }) => run)).size, 'cell')
  return present([
    ...others.map(({ type, message, place, path = own }) =>
      messageLine(pathFromHere(project, path), place, type === 'error' ? 'error' : 'warning', message),
    ),
    leftOut.length > 0 &&
      `${document}: warning ${cells} left out by --only and missing or stale, ` +
        `in ${counted(leftOut.length, 'place')} of the report (repro status)`,
  ])
}
