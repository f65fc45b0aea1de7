/**
 * `repro verify --json`. docs/verify.schema.json publishes the schema below; a test compares the two. `version`
 * is raised when a key is removed or means something else.
 */

import * as z from 'zod'
import { statedVerdict } from '../../claims/edits.ts'
import type { Judgement } from '../../claims/judge.ts'
import { confidence, type Measured } from '../../claims/measure.ts'
import { recordedClaim, recordedInterval, recordedState } from '../../claims/recordschema.ts'
import type { Since } from '../../claims/since.ts'
import type { Spread } from '../../claims/spread.ts'
import { decisive, type Verification } from '../../claims/verification.ts'
import { plainInterval } from '../../claims/words.ts'
import { originsIn, runsIn } from '../../query/quantity.ts'
import { runName } from '../../results/run.ts'
import type { Verdicts } from './verdicts.ts'

const verdict = recordedState.shape.verdict
const stated = z.enum([
  ...verdict.options,
  ...verdict.options.map((one) => `${one}, by edited rows` as const),
  ...verdict.options.map((one) => `${one}, from data` as const),
])
const rowVerdict = z.enum([...verdict.options, 'not run'])
const interval = recordedInterval.describe('null: not bounded')
const measured = z
  .strictObject({
    value: z.number(),
    unit: z.string().describe('us: microseconds; empty: a plain number'),
    interval,
    level: z.number().describe('Of the interval'),
    strict: z
      .strictObject({ level: z.number(), interval })
      .optional()
      .describe('The wider interval that decides, where interval lies inside or outside'),
    open: z
      .array(z.strictObject({ type: z.enum(['denominator', 'quantile']), needed: z.int().nullable() }))
      .optional()
      .describe('Why the interval has an infinite end, and how many units would bound it; null: none would'),
    allowed: interval,
    ratio: z.number().optional().describe('Of a direction: second mean divided by the first'),
    trials: z.int(),
    per: z.enum(['trial', 'boot']),
    pairing: z
      .enum(['paired by boot', 'independent boots', 'partly paired by boot'])
      .optional()
      .describe('Of several cells with boots'),
    spread: z
      .strictObject({
        betweenBoots: z.number().describe('Share of the variance'),
        boots: z.int(),
        trials: z.int(),
        halving: z
          .strictObject({ boots: z.int().nullable(), trials: z.int().nullable() })
          .describe('What would halve the interval; null: no number would'),
      })
      .optional(),
    predictedFrom: z
      .array(z.strictObject({ unit: z.string(), n: z.number(), mean: z.number(), variance: z.number() }))
      .optional()
      .describe('Of agrees: what was published; allowed comes from that alone'),
    predicted: interval.optional().describe('Of agrees: outside of it the value is not reproduced'),
    predictedBy: z
      .enum(['published', 'boots'])
      .optional()
      .describe('The spread behind predicted: the published one, or that of our boots where wider'),
    detectable: interval
      .optional()
      .describe('Of agrees: true values outside of it are found to differ in four of five such studies'),
    origins: z.array(z.enum(['emulated', 'hardware', 'local', 'data', 'published'])),
    runs: z.array(z.string()),
  })
  .meta({ id: 'measured' })
const edited = z
  .array(
    z.strictObject({
      run: z.string(),
      edits: z.array(
        z.strictObject({
          author: z.string(),
          reason: z.string(),
          date: z.string(),
          files: z.array(
            z.strictObject({
              file: z.string(),
              before: z.string().describe('SHA-256'),
              after: z.string(),
              lines: z.array(z.int()).optional().describe('Lines, as edited, that were not there before'),
              gone: z.int().optional().describe('Number of earlier lines that are gone or changed'),
            }),
          ),
        }),
      ),
    }),
  )
  .describe('Runs with rows that were edited by hand and accepted')
const data = z
  .array(
    z.strictObject({
      run: z.string().describe('Its name in expressions: survey/data/all'),
      file: z.string(),
      sha256: z.string(),
      rows: z.int(),
      unit: z.string().optional().describe('Column of the units of repetition; absent if each row is one'),
    }),
  )
  .describe('Files that the verdict rests on, and that nobody reran')
const judgement = z
  .strictObject({
    verdict: stated,
    reason: z.string(),
    notes: z.array(z.string()),
    measured: z.array(measured),
    trialsNeeded: z.int().optional(),
    bootsNeeded: z.int().optional(),
    trialsPerBootNeeded: z.int().optional().describe('Instead of bootsNeeded'),
    series: z
      .array(
        z.strictObject({
          ...{ series: z.string(), run: z.string(), n: z.int(), boots: z.int() },
          ...{ lag1: z.number(), ess: z.number() },
        }),
      )
      .optional(),
    lacking: z.array(z.strictObject({ run: z.string(), stale: z.string().optional() })).optional(),
    failure: z.string().optional().describe('Message of an unexpected error'),
    fragile: z
      .strictObject({ half: verdict, twice: verdict })
      .optional()
      .describe('Verdicts at half and at twice the tolerance'),
    edited: edited.optional(),
    data: data.optional(),
    control: z
      .strictObject({
        ...{ label: z.string(), verdict, reason: z.string(), measured: z.array(measured) },
        isApart: z
          .boolean()
          .optional()
          .describe('Inconclusive, but told from the claim, as their intervals do not meet'),
      })
      .optional()
      .describe('The same test over cells without the effect'),
    conditions: z
      .array(
        z.strictObject({
          name: z.string().nullable().describe('null: the claim as stated'),
          verdict: rowVerdict,
          reason: z.string(),
          measured: z.array(measured),
        }),
      )
      .optional(),
  })
  .meta({ id: 'judgement' })
const since = z.strictObject({
  recorded: z.string().optional().describe('Day of the record; absent for a claim added since'),
  definition: z.array(
    z.strictObject({
      field: z.string(),
      before: z.string().nullable().describe('null: it was not there'),
      now: z.string().nullable(),
    }),
  ),
  verdicts: z.array(
    z.strictObject({
      condition: z.string().optional(),
      before: rowVerdict,
      now: rowVerdict,
      type: z.enum(['better', 'weaker']),
    }),
  ),
  moved: recordedState.shape.measured.describe('Recorded numbers, if they differ from those of now'),
  passesByDefinition: z
    .boolean()
    .describe('By the recorded definition it does not pass, or is weaker than recorded'),
  byRecorded: z
    .strictObject({ verdict, reason: z.string() })
    .optional()
    .describe('The verdict of the recorded definition over the runs of now, if the definition changed'),
  otherStatement: z.boolean().describe('It is reproduced, but states something else than was recorded'),
  lostEdits: z.array(z.string()).describe('Recorded edits by hand that the runs no longer tell of'),
  evidence: z
    .array(
      z.strictObject({
        run: z.string(),
        type: z.enum(['rows', 'inputs', 'data', 'trials', 'boots', 'excluded', 'values']),
        before: z.string().optional(),
        now: z.string().optional(),
      }),
    )
    .describe('How the recorded runs differ from those of the record: inputs are no weaker evidence'),
  restsOnEdits: z.boolean().describe('It rests on rows that were edited by hand, and did not when recorded'),
  history: z.array(recordedState).describe('Earlier states, oldest first'),
})
const claim = z.strictObject({
  id: z.string(),
  statement: z.string(),
  scope: z.enum(['shape', 'absolute', 'method']),
  published: z.union([z.number(), z.string(), z.array(z.number())]).optional(),
  source: z.string().optional(),
  unit: z.string().optional(),
  verdict: stated.describe("The rerun's, if there was one"),
  recorded: judgement,
  rerun: judgement.optional(),
  since: since.optional().describe('Absent if no verdict of the document is recorded'),
})
const value = z.strictObject({
  column: z.string(),
  unit: z.string(),
  row: z.int().describe('From 1'),
  recorded: z.number(),
  rerun: z.number(),
})
const cell = z.strictObject({
  cell: z.string(),
  origin: z.enum(['emulated', 'hardware', 'local', 'data']),
  same: z.enum(['bits', 'rows', 'other', 'none']),
  differences: z.array(
    z.strictObject({
      what: z.string().describe('rows, or the name of a dataset'),
      recorded: z.int().describe('Number of rows'),
      rerun: z.int(),
      differing: z.int(),
      columns: z.array(z.string()).describe('Columns of one side only, or with other texts'),
      largest: value.optional().describe('The largest difference'),
      largestShare: value.extend({ share: z.number() }).optional().describe('The largest relative one'),
    }),
  ),
  files: z.array(z.string()).describe('Raw files that differ'),
  holds: z
    .array(z.string())
    .optional()
    .describe('Cells whose reruns gave the rows that this one has recorded, the most alike first'),
  recordedOn: z.string().optional(),
  rerunOn: z.string(),
})
const signature = z
  .strictObject({
    state: z.enum(['unsigned', 'consistent', 'authentic', 'broken']),
    key: z.string().optional().describe('Type and fingerprint of the key that signed'),
    signer: z.string().optional().describe('Of the allowed signers; only if authentic'),
    problems: z.array(z.string()).optional().describe('Why it is broken: files that are not as signed'),
  })
  .describe('Of results/')
const verdicts = z
  .strictObject({
    version: z.literal(1),
    document: z.string(),
    claims: z.array(claim),
    removed: z.array(recordedClaim).describe('Recorded claims that the document no longer makes'),
    cells: z.array(cell).describe('After a rerun: each cell beside its record'),
    data: z
      .array(
        z.strictObject({
          run: z.string(),
          file: z.string(),
          sha256: z.string(),
          rows: z.int(),
          unit: z.string().optional(),
          state: z.enum(['as recorded', 'changed', 'none']).describe('none: no digest is recorded'),
          recorded: z.strictObject({ date: z.string(), sha256: z.string() }).optional(),
        }),
      )
      .describe('Data of the document, which are never rerun, beside their recorded digests'),
    signature,
    warnings: z.array(z.string()).describe('What else a reader should know, such as dates in the future'),
  })
  .meta({ id: 'verdicts' })
const failed = z
  .strictObject({ version: z.literal(1), error: z.string(), exitCode: z.int() })
  .meta({ id: 'failed' })
  .describe('Nothing could be judged')
export const verifyOutput = z.union([verdicts, failed]).describe('What repro verify --json prints')
export type VerifyOutput = z.output<typeof verdicts>

/** What `--json` prints in place of verdicts. */
export function plainFailure(error: string, exitCode: number): z.output<typeof failed> {
  return { version: 1, error, exitCode }
}

export function plainVerdicts(given: Verdicts): VerifyOutput {
  const { document, verifications, cells, removed, signature, warnings, data = [] } = given
  return {
    version: 1,
    document,
    claims: verifications.map(plainClaim),
    removed: [...removed],
    cells: cells.map(({ differences, files, holds, ...one }) => ({
      ...one,
      ...(holds ? { holds: [...holds] } : {}),
      differences: differences.map(({ columns, ...rest }) => ({ ...rest, columns: [...columns] })),
      files: [...files],
    })),
    data: [...data],
    signature: 'problems' in signature ? { ...signature, problems: [...signature.problems] } : signature,
    warnings: [...warnings],
  }
}

function plainClaim(verification: Verification): VerifyOutput['claims'][number] {
  const { claim, recorded, rerun, since } = verification
  const { id, statement, scope, source } = claim
  return {
    ...{ id, statement, scope, published: plainPublished(verification), source, unit: recorded.unit },
    verdict: statedVerdict(decisive(verification)),
    recorded: plainJudgement(recorded),
    ...(rerun ? { rerun: plainJudgement(rerun) } : {}),
    ...(since ? { since: plainSince(since) } : {}),
  }
}

/** Returns published values; those read from tables as numbers in canonical units, like written ones. */
function plainPublished(verification: Verification): number | string | number[] | undefined {
  const { published } = verification.claim
  if (typeof published !== 'object') return published
  const [first, ...others] = decisive(verification).published?.map(({ value }) => value) ?? []
  return first === undefined || others.length === 0 ? first : [first, ...others]
}

function plainJudgement(given: Judgement): z.output<typeof judgement> {
  const { reason, measured, notes, lacking, grid, control, edited, fragile, failure, series } = given
  const { trialsNeeded, bootsNeeded, trialsPerBootNeeded, data } = given
  return {
    ...{ verdict: statedVerdict(given), reason, notes: [...notes], fragile, failure },
    ...{ trialsNeeded, bootsNeeded, trialsPerBootNeeded, series: series && [...series] },
    lacking: lacking && [...lacking],
    measured: measured.map(plainMeasured),
    data: data && [...data],
    edited: edited?.map(({ run, edits }) => ({
      run,
      edits: edits.map(({ files, ...one }) => ({
        ...one,
        files: files.map(({ lines, ...file }) => ({ ...file, ...(lines ? { lines: [...lines] } : {}) })),
      })),
    })),
    control: control && { ...control, measured: control.measured.map(plainMeasured) },
    conditions: grid?.map((row) => ({
      name: row.condition?.name ?? null,
      ...{ verdict: row.verdict, reason: row.reason, measured: row.measured.map(plainMeasured) },
    })),
  }
}

function plainMeasured(given: Measured): z.output<typeof measured> {
  const { value, unit, interval, region, ratio, trials, per, pairing, spread, sources } = given
  const { strict, open } = given
  const { predictedFrom, predicted, detectable } = given
  return {
    ...{ value, unit, interval: plainInterval(interval), allowed: plainInterval(region) },
    ...{ level: confidence, strict: strict && { ...strict, interval: plainInterval(strict.interval) } },
    open: open?.map((end) => ({
      type: end.type,
      needed: end.type === 'quantile' && Number.isFinite(end.needed) ? end.needed : null,
    })),
    ...{ ratio, trials, per, pairing, spread: spread && plainSpread(spread) },
    ...{ predictedFrom: predictedFrom && [...predictedFrom] },
    ...{ predicted: predicted && plainInterval(predicted), predictedBy: predicted?.from },
    ...{ detectable: detectable && plainInterval(detectable), origins: [...originsIn(sources)] },
    runs: [...new Set(runsIn(sources).map(runName))],
  }
}

/** JSON has no infinite numbers: null is no number of boots or trials that halves the interval. */
function plainSpread({ betweenBoots, boots, trials, halving }: Spread) {
  const count = (value: number) => (Number.isFinite(value) ? value : null)
  return {
    ...{ betweenBoots, boots, trials },
    halving: { boots: count(halving.boots), trials: count(halving.trials) },
  }
}

function plainSince({
  recorded,
  definition,
  verdicts,
  moved,
  byRecorded,
  lostEdits,
  evidence,
  ...flags
}: Since): z.output<typeof since> {
  const { passesByDefinition, otherStatement, restsOnEdits } = flags
  const text = (value: (typeof definition)[number]['before']) => (value === undefined ? null : String(value))
  return {
    recorded: recorded?.date,
    definition: definition.map(({ input, before, now }) => ({
      field: input,
      before: text(before),
      now: text(now),
    })),
    ...{ verdicts: [...verdicts], moved, passesByDefinition, otherStatement, restsOnEdits },
    ...(byRecorded ? { byRecorded: { verdict: byRecorded.verdict, reason: byRecorded.reason } } : {}),
    ...{ lostEdits: [...lostEdits], evidence: [...evidence], history: recorded?.history ?? [] },
  }
}
