/** `repro build` and `repro run`: executes what is missing and writes the report, or leaves that out. */

import { availableParallelism } from 'node:os'
import { hasErrors } from '../document/problem.ts'
import { mostBoots } from '../document/schema.ts'
import { fits } from '../engine/cells.ts'
import { reasonToRun } from '../engine/schedule.ts'
import { openFiles } from '../files/tracked.ts'
import { build, choice, planDocument } from '../project/build.ts'
import { readManifest } from '../project/manifest.ts'
import { openDocument, override } from '../project/site.ts'
import { defaultFormat, formats } from '../report/formats.ts'
import type { ReportProblem } from '../report/model.ts'
import { runName } from '../results/run.ts'
import { hint } from '../text/spelling.ts'
import * as definitions from './definitions.ts'
import { documentMessages, exitCodes, placed, tellFailure, tellSeal } from './messages.ts'
import { openDisplay } from './progress.ts'
import { complain, print, standardError } from './terminal.ts'
import { cellWords, readArguments, siteOf, UsageError, wholeNumber, wordList } from './usage.ts'

export async function buildCommand(
  given: readonly string[],
  generator: string,
  signal: AbortSignal,
  render = true,
): Promise<number> {
  // node:util knows no option that may have a value.
  const isList = (word: string) => word.startsWith('--rerun=')
  const args = given.filter((word) => !isList(word))
  const { values, positionals } = readArguments(args, render ? definitions.build : definitions.run)
  const site = siteOf(positionals[0], generator)
  const only = wordList('--only', cellWords, values.only)
  const listed = given.filter(isList).map((word) => word.slice('--rerun='.length))
  const reruns = wordList('--rerun', cellWords, listed)
  const rerun = values.rerun ? 'all' : reruns
  if (values.frozen && (values.record || rerun.length > 0))
    throw new UsageError('--frozen runs nothing: leave out --rerun and --record')
  const overrides = {
    trials: wholeNumber('--trials', values.trials),
    boots: wholeNumber('--boots', values.boots, 1, mostBoots),
    deadlineSeconds: wholeNumber('--deadline', values.deadline),
  }
  const lists = 'to' in values && Array.isArray(values.to) ? values.to.map(String) : [defaultFormat]
  const to = render ? formatNames(lists) : []
  const jobs = wholeNumber('--jobs', values.jobs) ?? availableParallelism()
  const files = openFiles(site.project, readManifest(site)?.notes)
  const opened = await openDocument(site, files)
  const { file } = opened.document
  if (file.messages.length > 0) complain(documentMessages(file))
  if (hasErrors(file)) return exitCodes.usage
  if (values['dry-run']) {
    const document = override(
      opened.document,
      { ...overrides, only },
      (event) => event.type === 'note' && complain(event.text),
    )
    const steps = await planDocument(site, { ...opened, document }, files)
    const { isChosen, isRerun } = choice(steps, { only, rerun })
    for (const { cell, verdict } of steps) {
      const reason = isChosen(cell) ? reasonToRun({ cell, verdict }, isRerun) : undefined
      const name = runName(cell)
      print(reason === undefined ? `keep ${name}: ${verdict.type}` : `run ${name}: ${reason}`)
    }
    tellSeal(site)
    return exitCodes.done
  }

  const display = openDisplay(standardError, process.env)
  try {
    const outcome = await build(
      site,
      opened,
      {
        ...overrides,
        rerun,
        only,
        jobs,
        keepGoing: values['keep-going'],
        frozen: values.frozen,
        record: values.record,
        to,
        signal,
      },
      (event) => display.tell(event),
      files,
    )
    display.close()
    for (const line of problemLines(outcome.problems, site.document, only)) complain(line)
    for (const name of outcome.skipped)
      complain(`not run after the failure: ${name} (--keep-going runs what does not need the failed one)`)
    for (const report of outcome.reports) print(report)
    const codes = new Set(outcome.failures.map((failure) => tellFailure(failure).exitCode))
    if (codes.has(exitCodes.failed)) return exitCodes.failed
    if (codes.has(exitCodes.testbed)) return exitCodes.testbed
    if (outcome.problems.some(({ type }) => type === 'error')) return exitCodes.usage
    return outcome.problems.length > 0 ? exitCodes.failed : exitCodes.done
  } finally {
    display.close()
    tellSeal(site)
  }
}

function formatNames(lists: readonly string[]): readonly string[] {
  const names = wordList('--to', 'names of formats', lists)
  const unknown = names.find((name) => !formats.has(name))
  if (unknown !== undefined)
    throw new UsageError(`--to: unknown format: ${unknown}${hint(unknown, formats.keys())}`)
  return [...new Set(names)]
}

/** A line for each problem; places that lack cells which --only left out share one, as that is no news. */
function problemLines(
  problems: readonly ReportProblem[],
  document: string,
  only: readonly string[],
): readonly string[] {
  const isLeftOut = ({ run }: ReportProblem) => {
    if (run === undefined || only.length === 0) return false
    const [experiment = '', environment = '', pattern = ''] = run.split('/')
    return !only.some((word) => fits({ experiment, environment, pattern }, word))
  }
  const [leftOut, others] = [problems.filter(isLeftOut), problems.filter((one) => !isLeftOut(one))]
  const runs = new Set(leftOut.map(({ run }) => run)).size
  return [
    ...others.map(({ type, message, place }) =>
      placed(document, place, type === 'error' ? 'error' : 'warning', message),
    ),
    ...(runs === 0
      ? []
      : [
          `${document}: warning ${runs} ${runs === 1 ? 'cell' : 'cells'} that --only left out ${runs === 1 ? 'is' : 'are'} missing or stale, in ${leftOut.length} ${leftOut.length === 1 ? 'place' : 'places'} of the report (repro status)`,
        ]),
  ]
}
