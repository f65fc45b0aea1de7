/** `repro build` and `repro run`: executes what is missing and writes the report, or leaves that out. */

import { availableParallelism } from 'node:os'
import { build, openDocument, override, planDocument, reasonToRun } from '../build.ts'
import { hasErrors } from '../document/problem.ts'
import { cellsOf, chosen } from '../plan/cells.ts'
import { runName } from '../results/series.ts'
import { documentMessages, exitCodes, placed, tellFailure } from './messages.ts'
import { openDisplay } from './progress.ts'
import { readArguments, siteOf, UsageError, wholeNumber } from './usage.ts'

const options = {
  rerun: { type: 'boolean', default: false },
  trials: { type: 'string' },
  deadline: { type: 'string' },
  jobs: { type: 'string', short: 'j' },
  record: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true },
  'keep-going': { type: 'boolean', short: 'k', default: false },
  'dry-run': { type: 'boolean', short: 'n', default: false },
} as const

export async function buildCommand(
  args: readonly string[],
  generator: string,
  signal: AbortSignal,
  render = true,
): Promise<number> {
  const { values, positionals } = readArguments(args, options, 1)
  const site = siteOf(positionals[0], generator)
  const only = (values.only ?? []).flatMap((list) => list.split(',')).map((word) => word.trim())
  if (only.includes(''))
    throw new UsageError('--only takes patterns or experiment/environment/pattern, separated by commas')
  const overrides = {
    trials: wholeNumber('--trials', values.trials),
    deadlineSeconds: wholeNumber('--deadline', values.deadline),
  }
  const jobs = wholeNumber('--jobs', values.jobs) ?? availableParallelism()
  const opened = await openDocument(site)
  const { file } = opened.document
  if (file.messages.length > 0) console.error(documentMessages(file))
  if (hasErrors(file)) return exitCodes.usage
  if (values['dry-run']) {
    const steps = await planDocument(site, {
      ...opened,
      document: override(
        opened.document,
        overrides,
        (event) => event.type === 'note' && console.error(event.text),
      ),
    })
    const isChosen = chosen(cellsOf(opened.document.blocks), only)
    for (const step of steps) {
      const reason = isChosen(step.cell) ? reasonToRun(step, values.rerun) : undefined
      const text =
        reason === undefined
          ? `keep ${runName(step.cell)}: ${step.verdict.type}`
          : `run ${runName(step.cell)}: ${reason}`
      console.log(text)
    }
    return exitCodes.done
  }

  const display = openDisplay(process.stderr, process.env)
  try {
    const outcome = await build(
      site,
      opened,
      {
        ...overrides,
        rerun: values.rerun,
        only,
        jobs,
        keepGoing: values['keep-going'],
        record: values.record,
        render,
        signal,
      },
      (event) => display.tell(event),
    )
    display.close()
    for (const { type, message, place } of outcome.problems) {
      console.error(placed(site.document, place, type === 'error' ? 'error' : 'warning', message))
    }
    for (const name of outcome.skipped)
      console.error(`not run after the failure: ${name} (--keep-going runs it)`)
    if (outcome.report !== undefined) console.log(outcome.report)
    const codes = new Set(outcome.failures.map((failure) => tellFailure(failure).exitCode))
    if (codes.has(exitCodes.failed)) return exitCodes.failed
    if (codes.has(exitCodes.testbed)) return exitCodes.testbed
    return outcome.problems.some(({ type }) => type === 'error') ? exitCodes.usage : exitCodes.done
  } finally {
    display.close()
  }
}
