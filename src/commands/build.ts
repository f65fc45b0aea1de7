/** `repro build` and `repro run`: run missing cells; `build` also writes the report. */

import { resolve } from 'node:path'
import { limits } from '../document/limits.ts'
import { jobsOf, localName } from '../engine/executors.ts'
import type { Consenting } from '../project/permission.ts'
import { defaultFormat, formats } from '../report/formats.ts'
import { command, type Invocation } from './command.ts'
import {
  allOrList,
  cellWords,
  ci,
  choices,
  deadline,
  executor,
  flag,
  jobs,
  only,
  text,
  wholeNumber,
} from './options.ts'
import { refuseUnused } from './parse.ts'
import { siteOf } from './site.ts'

const running = {
  rerun: allOrList(
    { description: 'rerun cells that have a result: all, or only those listed', names: 'selectors' },
    cellWords,
  ),
  only,
  trials: wholeNumber({ description: 'trials of every cell', otherwise: "the document's" }),
  boots: wholeNumber({
    max: limits.boots,
    description: 'boots over which the trials of a cell are divided',
    otherwise: "the document's",
  }),
  deadline,
  frozen: flag('run nothing; fail unless every cell is recorded as the document asks for it'),
  record: flag('write the runs that the report shows, and the verdicts, into results/'),
  sign: text({ value: 'KEYFILE', description: 'with --record: sign results/ with this SSH key' }),
  jobs,
  executor,
  'keep-going': flag('start further cells after one failed', 'k'),
  'dry-run': flag('say what would run, and why', 'n'),
  trust: flag(
    'run the code of this paper without a question, now and, unless others change it, in later builds here',
  ),
  ci,
}

const to = choices(
  { description: `formats of the report: ${[...formats.keys()].join(', ')}`, otherwise: defaultFormat },
  'names of formats',
  [...formats.keys()],
)

const exits = {
  failed: 'a cell failed, or the report lacks a result',
  notFrozen: 'with --frozen: a cell is not recorded as the document asks for it',
  testbed: 'the testbed is at fault',
}

export const build = command({
  usage: 'build [DOCUMENT]',
  summary: 'run what has no result and write the report into _build/',
  options: { ...running, to },
  runsCode: true,
  docs: 'docs/engine.md',
  exits,
  examples: [
    ['build', 'the report of paper/index.md'],
    ['build --rerun --trials 5 --boots 1', 'every experiment again, with five trials each in one boot'],
    ['build --to html,markdown', 'the report as a page and as Markdown'],
    ['build --to pdf', 'the report on paper; needs the Typst compiler (docs/printing.md)'],
    ['build --only dom0-cpu -n', 'what this pattern would run, and why'],
    ['build notes/draft.md', 'the report of another document, wherever it lies'],
    ['build --trust', 'the first build of a paper whose code you want to run'],
  ],
  description: [
    `Code that was never run here on purpose is not run: the report is written without it, and what would run is listed. At a
    terminal it is asked for; elsewhere the exit code is 1. --trust, --rerun and \`repro run\` are the answer yes.`,
  ],
  action: async (given) => {
    const { rerun, to } = given.options
    const consent = rerun === 'all' || rerun.length > 0 ? 'given' : 'asked'
    return await execute(given, to.length === 0 ? [defaultFormat] : to, consent)
  },
})

export const run = command({
  usage: 'run [DOCUMENT]',
  summary: 'run what has no result, without a report',
  description: ['Runs what `repro build` would, and writes no report.'],
  options: running,
  runsCode: true,
  docs: 'docs/engine.md',
  exits: { ...exits, failed: 'a cell failed' },
  examples: [['run --rerun=baseline --record', 'this pattern again, as the new record']],
  action: async (given) => await execute(given, [], 'given'),
})

async function execute(
  { options, words: [document], generator, signal }: Invocation<typeof running>,
  to: readonly string[],
  said: Consenting,
): Promise<number> {
  const { rerun, trials, boots, deadline: deadlineSeconds, frozen, record } = options
  if (frozen)
    refuseUnused(
      options,
      ['rerun', 'only', 'deadline', 'record', 'sign', 'jobs', 'executor', 'keep-going', 'dry-run'],
      '--frozen runs nothing and asks about every cell',
    )
  if (!record) refuseUnused(options, ['sign'], 'without --record there is nothing to sign')
  if (options['dry-run']) refuseUnused(options, ['ci'], '--dry-run reports no problems')
  const consent = options.trust ? 'trust' : said
  const site = siteOf(document, generator, signal)
  const { buildDocument, printPlan } = await import('./work/build.ts')
  const request = {
    ...{ rerun, only: options.only, trials, boots, deadlineSeconds, frozen, record, to, consent, signal },
    sign: options.sign === undefined ? undefined : resolve(options.sign),
    executor: options.executor,
    jobs: options.jobs ?? jobsOf(options.executor ?? localName),
    keepGoing: options['keep-going'],
  }
  if (options['dry-run']) return await printPlan(site, request)
  const { withFindings } = await import('./terminal/ci.ts')
  return await withFindings(site, 'build', options.ci, (findings) => buildDocument(site, request, findings))
}
