/** `repro verify`: a verdict for each claim, from the recorded runs or a rerun. */

import { resolve } from 'node:path'
import { jobsOf, localName } from '../engine/executors.ts'
import { command } from './command.ts'
import { ci, deadline, executor, flag, jobs, json, list, text } from './options.ts'
import { refuseUnused, UsageError } from './parse.ts'
import { foreignSite, siteOf } from './site.ts'
import { requireFolder } from './terminal/outputfile.ts'
import type { VerifyRequest } from './work/verify.ts'

export const verify = command({
  usage: 'verify [DOCUMENT]',
  summary: 'a verdict for each claim, with its interval and reason',
  options: {
    rerun: flag('run the cells again and compare them bit for bit'),
    'kick-the-tires': flag('run one cell again and build the report: whether the artifact works here'),
    claim: list({ description: 'only these claims, by id, with commas', names: 'claims' }, 'ids of claims'),
    against: text({
      value: 'FILE',
      description:
        'a document of claims in any folder, which need not be a project: judges them by the data that it names, and writes nothing',
    }),
    signers: text({
      value: 'FILE',
      description: 'who may have signed results/: allowed signers of ssh-keygen, not from the project',
    }),
    json,
    junit: text({ value: 'FILE', description: 'write the verdicts as JUnit XML, too' }),
    jobs,
    executor,
    deadline,
    ci,
  },
  runsCode: ['--rerun', '--kick-the-tires'],
  description: [
    'Without --rerun it judges the recorded runs and runs nothing. Data files (docs/data.md) are never rerun: they are checked against their recorded digests.',
  ],
  docs: 'docs/claims.md',
  exits: {
    failed: 'a claim could not be judged, a cell failed, or results/ is not as signed',
    notReproduced:
      'a claim is not reproduced, or is weaker than recorded: in its verdict, in the trials, boots and rows that it rests on, or as it passes only by a changed definition or sentence; or one was removed; or a cell has the rows of another, or is emulated and has other rows than recorded',
    testbed: 'the testbed is at fault',
  },
  failure: async (error, exitCode) =>
    (await import('./terminal/verifyjson.ts')).plainFailure(error, exitCode),
  examples: [
    ['verify', 'the claims by the recorded runs, in seconds'],
    ['verify --rerun --claim C7', 'what one claim needs, run again'],
    ['verify --against claims.md', 'claims about CSV files, in any folder'],
  ],
  async action({ options, words: [document], generator, signal }) {
    const { against } = options
    if (against !== undefined) {
      const only = '--against runs nothing and reads one document'
      refuseUnused(options, ['rerun', 'kick-the-tires', 'signers', 'jobs', 'executor', 'deadline'], only)
      if (document !== undefined) throw new UsageError(`${only}: leave out ${document}`)
    }
    const onlyTires = options['kick-the-tires']
    if (onlyTires) refuseUnused(options, ['rerun'], '--kick-the-tires runs one cell')
    else if (!options.rerun)
      refuseUnused(
        options,
        ['jobs', 'executor', 'deadline'],
        'without --rerun or --kick-the-tires nothing runs',
      )
    if (options.junit !== undefined) await requireFolder(options.junit)
    const site =
      against === undefined ? siteOf(document, generator, signal) : foreignSite(against, generator, signal)
    const { verifyDocument } = await import('./work/verify.ts')
    const request: VerifyRequest = {
      rerun: onlyTires ? 'one' : options.rerun ? 'all' : 'none',
      claims: options.claim,
      signers: options.signers === undefined ? undefined : resolve(options.signers),
      json: options.json,
      junit: options.junit,
      executor: options.executor,
      jobs: options.jobs ?? jobsOf(options.executor ?? localName),
      deadlineSeconds: options.deadline,
      signal,
    }
    const { withFindings } = await import('./terminal/ci.ts')
    return await withFindings(site, 'verify', options.ci, (findings) =>
      verifyDocument(site, request, findings),
    )
  },
})
