/** `repro verify`: a verdict for each claim of the paper, from the recorded runs or from a rerun. */

import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { build, planDocument, programOf } from '../build/build.ts'
import { claimInputs } from '../build/exhibits.ts'
import { judgement } from '../build/made.ts'
import { openDocument } from '../build/site.ts'
import {
  cellsFor,
  decisive,
  type Reproduction,
  reproductions,
  type Verification,
  verifyClaims,
} from '../build/verify.ts'
import { tally } from '../claims/tally.ts'
import { hasErrors } from '../document/problem.ts'
import { hint } from '../document/spelling.ts'
import { cellsOf } from '../plan/cells.ts'
import { measuredText, publishedText } from '../report/claim.ts'
import { openFiles } from '../results/files.ts'
import type { Run } from '../results/run.ts'
import { runName } from '../results/series.ts'
import { junit } from './junit.ts'
import { documentMessages, exitCodes, tellFailure } from './messages.ts'
import { openDisplay } from './progress.ts'
import { readArguments, siteOf, UsageError, wholeNumber, wordList } from './usage.ts'

const options = {
  rerun: { type: 'boolean', default: false },
  'kick-the-tires': { type: 'boolean', default: false },
  claim: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  junit: { type: 'string' },
  jobs: { type: 'string', short: 'j' },
} as const

export async function verifyCommand(
  args: readonly string[],
  generator: string,
  signal: AbortSignal,
): Promise<number> {
  const { values, positionals } = readArguments(args, options, 1)
  const site = siteOf(positionals[0], generator)
  const files = openFiles(site.project)
  const opened = await openDocument(site, files)
  const { document } = opened
  if (document.file.messages.length > 0) console.error(documentMessages(document.file))
  if (hasErrors(document.file)) return exitCodes.usage
  const all = document.blocks.filter((block) => block.type === 'claim')
  const names = wordList('--claim', 'ids of claims', values.claim)
  for (const name of names) {
    const ids = all.map(({ id }) => id)
    if (!ids.includes(name)) throw new UsageError(`no claim of this name: ${name}${hint(name, ids)}`)
  }
  const claims = all.filter(({ id }) => names.length === 0 || names.includes(id))
  if (all.length === 0 && !values['kick-the-tires'])
    throw new UsageError(`${site.document} makes no claims (yaml claim)`)
  const steps = await planDocument(site, opened, files)

  let runs: readonly Run[] | undefined
  if (values.rerun || values['kick-the-tires']) {
    const cells = cellsOf(document.blocks)
    const needed = names.length > 0 ? cellsFor(claims, cells) : cells
    const chosen = values['kick-the-tires'] ? needed.slice(0, 1) : needed
    const seconds = chosen.reduce((sum, cell) => sum + lastedSeconds(steps, runName(cell)), 0)
    const jobs = wholeNumber('--jobs', values.jobs) ?? availableParallelism()
    console.error(
      `runs ${chosen.length} ${chosen.length === 1 ? 'cell' : 'cells'} again, about ${Math.ceil(seconds / jobs / 60)} min by what they took when recorded`,
    )
    const display = openDisplay(process.stderr, process.env)
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
          render: values['kick-the-tires'],
          signal,
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
  const program = programOf(site, files)
  const verifications = await verifyClaims(
    claims,
    steps,
    values['kick-the-tires'] ? undefined : runs,
    (claim, evidence) =>
      judgement(
        site.project,
        claimInputs(claim, evidence.results.runs, evidence.stale, program),
        claim,
        evidence,
      ),
  )
  const reproduced = runs ? reproductions(steps, runs) : []
  if (values.junit !== undefined) writeFileSync(values.junit, junit(site.document, verifications))
  if (values.json)
    console.log(JSON.stringify({ claims: verifications.map(plain), cells: reproduced }, null, 2))
  else print(verifications, reproduced)
  const fails = verifications.some((one) => decisive(one).verdict === 'not reproduced')
  const differs = reproduced.some(({ origin, same }) => origin === 'emulated' && same === 'other')
  return fails || differs ? exitCodes.notReproduced : exitCodes.done
}

function lastedSeconds(steps: Awaited<ReturnType<typeof planDocument>>, name: string): number {
  const step = steps.find(({ cell }) => runName(cell) === name)
  const run = step && 'run' in step.verdict ? step.verdict.run : undefined
  return Number(run?.provenance['duration (s)'] ?? 60)
}

function plain(verification: Verification) {
  const { claim, recorded, rerun } = verification
  const judgement = ({ verdict, reason, measured, notes, trialsNeeded }: typeof recorded) => ({
    ...{ verdict, reason, notes, trialsNeeded },
    measured: measured.map(({ value, unit, interval, trials, sources }) => ({
      ...{ value, unit, interval, trials },
      runs: [...new Set(sources.map(({ run }) => runName(run)))],
    })),
  })
  return {
    ...{
      id: claim.id,
      statement: claim.statement,
      scope: claim.scope,
      published: claim.published,
      source: claim.source,
    },
    verdict: decisive(verification).verdict,
    recorded: judgement(recorded),
    ...(rerun ? { rerun: judgement(rerun) } : {}),
  }
}

function print(verifications: readonly Verification[], cells: readonly Reproduction[]): void {
  for (const verification of verifications) {
    const { claim, recorded, rerun } = verification
    const { verdict, reason, notes } = decisive(verification)
    console.log(`${claim.id.padEnd(4)} ${verdict.padEnd(15)} ${claim.statement}`)
    const line = (name: string, text: string | undefined) => {
      if (text !== undefined && text !== '') console.log(`     ${name.padEnd(10)} ${text}`)
    }
    line('published', publishedText(claim))
    line('recorded', recorded.measured.map(measuredText).join('; '))
    line('this run', rerun?.measured.map(measuredText).join('; '))
    line('why', [reason, ...notes].join('. '))
  }
  const emulated = cells.filter(({ origin }) => origin === 'emulated')
  if (emulated.length > 0) {
    const same = emulated.filter((cell) => cell.same === 'bits').length
    console.log(`bit for bit as recorded: ${same} of ${emulated.length} cells`)
    for (const { cell, same: found } of emulated)
      if (found !== 'bits')
        console.log(
          `     ${cell}: ${found === 'none' ? 'no record that fits' : found === 'rows' ? 'the same rows from other raw files' : 'other rows'}`,
        )
  }
  const counts = Object.entries(tally(verifications.map(decisive))).filter(([, count]) => count > 0)
  if (verifications.length > 0)
    console.log(
      `${verifications.length} claims: ${counts.map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`,
    )
}
