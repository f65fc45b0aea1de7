/** Builds a document and reports progress and what the report lacks, or prints the plan of a build. */

import { fits } from '../../engine/cells.ts'
import type { Tell } from '../../engine/event.ts'
import { reasonToRun } from '../../engine/schedule.ts'
import { openFiles } from '../../files/tracked.ts'
import { type BuildOptions, build, choice, planDocument } from '../../project/build.ts'
import { readManifest } from '../../project/manifest.ts'
import { override, type Site } from '../../project/site.ts'
import type { ReportProblem } from '../../report/model.ts'
import { runName } from '../../results/run.ts'
import { counted, present } from '../../text/lists.ts'
import { tellSeal } from '../site.ts'
import { openTold, placed, tellFailure } from '../terminal/messages.ts'
import { withDisplay } from '../terminal/progress.ts'
import { complain, exitCodes, print } from '../terminal/terminal.ts'

export async function tellPlan(site: Site, options: BuildOptions): Promise<number> {
  const files = openFiles(site.project)
  const opened = await openTold(site, files)
  const tell: Tell = (event) => event.type === 'note' && complain(event.text)
  const document = override(opened.document, options, tell)
  const steps = await planDocument(site, { ...opened, document }, files)
  const { isChosen, isRerun } = choice(steps, options)
  for (const { cell, status } of steps) {
    const reason = isChosen(cell) ? reasonToRun({ cell, status }, isRerun) : undefined
    const name = runName(cell)
    print(reason === undefined ? `keep ${name}: ${status.type}` : `run ${name}: ${reason}`)
  }
  tellSeal(site)
  return exitCodes.done
}

export async function buildDocument(site: Site, options: BuildOptions): Promise<number> {
  const files = openFiles(site.project, readManifest(site)?.notes)
  const opened = await openTold(site, files)
  try {
    const outcome = await withDisplay((tell) => build(site, opened, options, tell, files))
    for (const line of problemLines(outcome.problems, site.document, options.only)) complain(line)
    for (const name of outcome.skipped)
      complain(`not run after the failure: ${name} (--keep-going runs what does not need the failed one)`)
    for (const report of outcome.reports) print(report)
    const codes = new Set(outcome.failures.map((failure) => tellFailure(failure).exitCode))
    if (codes.has(exitCodes.failed)) return exitCodes.failed
    if (codes.has(exitCodes.testbed)) return exitCodes.testbed
    if (outcome.problems.some(({ type }) => type === 'error')) return exitCodes.usage
    return outcome.problems.length > 0 ? exitCodes.failed : exitCodes.done
  } finally {
    tellSeal(site)
  }
}

/** Returns a line per problem; places without cells that --only excluded share one, as that is expected. */
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
  const cells = counted(new Set(leftOut.map(({ run }) => run)).size, 'cell')
  return present([
    ...others.map(({ type, message, place }) =>
      placed(document, place, type === 'error' ? 'error' : 'warning', message),
    ),
    leftOut.length > 0 &&
      `${document}: warning ${cells} left out by --only and missing or stale, in ${counted(leftOut.length, 'place')} of the report (repro status)`,
  ])
}
