/** `repro verify`: a verdict for each claim of the paper, from the recorded runs or from a rerun. */

import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { outcomeOf, verifyClaims } from '../claims/verification.ts'
import { hasErrors } from '../document/problem.ts'
import { cellsOf, type PlannedCell } from '../engine/cells.ts'
import { openFiles } from '../files/tracked.ts'
import { build, planDocument } from '../project/build.ts'
import { cellsFor, knownRuns, reproductions } from '../project/knownruns.ts'
import { judging } from '../project/made.ts'
import { programOf } from '../project/program.ts'
import { openDocument } from '../project/site.ts'
import { secondsOf } from '../results/duration.ts'
import type { Run } from '../results/run.ts'
import { runName } from '../results/run.ts'
import { hint } from '../text/spelling.ts'
import { verify as definition } from './definitions.ts'
import { junit } from './junit.ts'
import { documentMessages, exitCodes, tellFailure, tellSeal } from './messages.ts'
import { openDisplay } from './progress.ts'
import { remainingMs } from './remaining.ts'
import { complain, print, standardError } from './terminal.ts'
import { readArguments, siteOf, UsageError, wholeNumber, wordList } from './usage.ts'
import { lackLines, plainVerdicts, tireLines, verdictLines } from './verdicts.ts'

export async function verifyCommand(
  args: readonly string[],
  generator: string,
  signal: AbortSignal,
): Promise<number> {
  const { values, positionals } = readArguments(args, definition)
  const site = siteOf(positionals[0], generator)
  const files = openFiles(site.project)
  const opened = await openDocument(site, files)
  const { document } = opened
  if (document.file.messages.length > 0) complain(documentMessages(document.file))
  if (hasErrors(document.file)) return exitCodes.usage
  const all = document.blocks.filter((block) => block.type === 'claim')
  const names = wordList('--claim', 'ids of claims', values.claim)
  for (const name of names) {
    const ids = all.map(({ id }) => id)
    if (!ids.includes(name)) throw new UsageError(`no claim of this name: ${name}${hint(name, ids)}`)
  }
  const claims = all.filter(({ id }) => names.length === 0 || names.includes(id))
  if (all.length === 0 && !values['kick-the-tires'])
    throw new UsageError(
      `${site.document} makes no claims (yaml claim): there is nothing to verify (docs/claims.md says how to write one)`,
    )
  const steps = await planDocument(site, opened, files)

  let runs: readonly Run[] | undefined
  if (values.rerun || values['kick-the-tires']) {
    const cells = cellsOf(document.blocks)
    const needed = names.length > 0 ? cellsFor(claims, cells) : cells
    const chosen = values['kick-the-tires'] ? needed.slice(0, 1) : needed
    if (chosen.length === 0)
      throw new UsageError(
        `${site.document} has no experiment that could run again${names.length > 0 ? ` for ${names.join(', ')}` : ''}`,
      )
    const jobs = wholeNumber('--jobs', values.jobs) ?? availableParallelism()
    const times = chosen.map((cell) => ({
      ...cell.block,
      expectedMs: 1000 * lastedSeconds(steps, runName(cell)),
      done: 0,
    }))
    const leftMs = remainingMs(times, jobs, 0) ?? 0
    complain(
      `runs ${chosen.length} ${chosen.length === 1 ? 'cell' : 'cells'} again${named(chosen)}, about ${Math.ceil(leftMs / 60_000)} min by what they took when recorded`,
    )
    const display = openDisplay(standardError, process.env)
    try {
      const only = chosen.map(runName)
      const outcome = await build(
        site,
        opened,
        {
          rerun: 'all',
          only,
          jobs,
          keepGoing: true,
          frozen: false,
          record: false,
          to: values['kick-the-tires'] ? ['html'] : [],
          signal,
          deadlineSeconds: wholeNumber('--deadline', values.deadline),
        },
        (event) => display.tell(event),
        files,
      )
      display.close()
      const [failure] = outcome.failures
      if (failure) return tellFailure(failure).exitCode
      runs = outcome.executed
    } finally {
      display.close()
    }
  }
  const judge = judging(site, programOf(site, files))
  const experiments = document.blocks.filter((block) => block.type === 'experiment')
  // Whether the artifact works here is no question of what one cell does to the claims.
  const made = values['kick-the-tires'] ? [] : (runs ?? [])
  const known = knownRuns(steps, new Map(made.map((run) => [runName(run), run])))
  const verifications = await verifyClaims(claims, { experiments, published: opened.published }, known, judge)
  const reproduced = runs ? reproductions(steps, runs) : []
  if (values.junit !== undefined) writeFileSync(values.junit, junit(site.document, verifications))
  const verdicts = { document: site.document, verifications, cells: reproduced }
  const lines = values['kick-the-tires'] ? tireLines : verdictLines
  if (values.json) print(JSON.stringify(plainVerdicts(verdicts), null, 2))
  else for (const line of lines(verdicts)) print(line)
  for (const line of lackLines(verifications)) complain(line)
  tellSeal(site)
  const differs = reproduced.some(({ origin, same }) => origin === 'emulated' && same === 'other')
  const outcome = values['kick-the-tires'] ? 'judged' : outcomeOf(verifications)
  if (outcome === 'not reproduced' || differs) return exitCodes.notReproduced
  return outcome === 'lacking' ? exitCodes.failed : exitCodes.done
}

/** A few names are worth reading. */
function named(cells: readonly PlannedCell[]): string {
  return cells.length > 4 ? '' : ` (${cells.map(runName).join(', ')})`
}

function lastedSeconds(steps: Awaited<ReturnType<typeof planDocument>>, name: string): number {
  const step = steps.find(({ cell }) => runName(cell) === name)
  const run = step && 'run' in step.verdict ? step.verdict.run : undefined
  return (run && secondsOf(run)) ?? 60
}
