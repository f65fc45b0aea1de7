/** Judges a document's claims from the recorded runs or a rerun, and prints the verdicts. */

import { writeFileSync } from 'node:fs'
import { statedVerdict } from '../../claims/edits.ts'
import { judge as plainJudge } from '../../claims/judge.ts'
import type { Evidence } from '../../claims/scope.ts'
import { isWeaker } from '../../claims/since.ts'
import {
  decisive,
  outcomeOf,
  type VerdictRecord,
  type Verification,
  verifyClaims,
} from '../../claims/verification.ts'
import { type ClaimBlock, sourcesIn } from '../../document/block.ts'
import type { Document } from '../../document/document.ts'
import { writtenAt } from '../../document/include.ts'
import { cellsOf, type PlannedCell } from '../../engine/cells.ts'
import type { Step } from '../../engine/plan.ts'
import { FileError } from '../../files/ordinary.ts'
import { type Files, openFiles } from '../../files/tracked.ts'
import { type BuildOptions, build, planDocument } from '../../project/build.ts'
import { dataChecks, dataRuns } from '../../project/data.ts'
import { cellsFor, knownRuns } from '../../project/knownruns.ts'
import { permission } from '../../project/permission.ts'
import { programOf } from '../../project/program.ts'
import { announceClaim, cachedJudge } from '../../project/rendercache.ts'
import { isOther, type Reproduction, reproductions } from '../../project/replay.ts'
import type { Opened, Site } from '../../project/site.ts'
import { verdictRecord } from '../../project/verdicts.ts'
import { defaultFormat } from '../../report/formats.ts'
import { runName, type Run, secondsOf } from '../../results/run.ts'
import { StoreError } from '../../results/runfile.ts'
import {
  checkSignature,
  type SignatureCheck,
  signatureText,
  signersWarning,
} from '../../results/signature.ts'
import { counted } from '../../text/message.ts'
import { hint } from '../../text/spelling.ts'
import { UsageError } from '../parse.ts'
import { warnUntrusted } from '../site.ts'
import type { Annotation, Findings, Summary } from '../terminal/ci.ts'
import { junit } from '../terminal/junit.ts'
import { failureReport, openValid, pathFromHere } from '../terminal/messages.ts'
import { withDisplay } from '../terminal/progress.ts'
import { remainingMs } from '../terminal/remaining.ts'
import { complain, exitCodes, print } from '../terminal/terminal.ts'
import { missingRunLines, kickTiresLines, recordWarnings, verdictLines } from '../terminal/verdicts.ts'
import { plainFailure, plainVerdicts } from '../terminal/verifyjson.ts'

export interface VerifyRequest {
  readonly rerun: 'none' | 'one' | 'all'
  readonly claims: readonly string[]
  /** Absolute path of a file of allowed signers. */
  readonly signers: string | undefined
  readonly json: boolean
  readonly junit: string | undefined
  readonly executor: string | undefined
  readonly jobs: number
  readonly deadlineSeconds: number | undefined
  readonly signal: AbortSignal
}

export async function verifyDocument(
  site: Site,
  request: VerifyRequest,
  findings: Findings,
): Promise<number> {
  const files = openFiles(site.project)
  const opened = await openValid(site, files)
  const { document } = opened
  const onlyTires = request.rerun === 'one'
  const all = document.blocks.filter((block) => block.type === 'claim')
  const names = request.claims
  for (const name of names) {
    const ids = all.map(({ id }) => id)
    if (!ids.includes(name)) throw new UsageError(`no claim of this name: ${name}${hint(name, ids)}`)
  }
  const claims = all.filter(({ id }) => names.length === 0 || names.includes(id))
  if (all.length === 0 && !onlyTires)
    throw new UsageError(
      `${site.document} makes no claims (yaml claim): there is nothing to verify ` +
        '(docs/claims.md says how to write one)',
    )
  const experiment = document.blocks.find(({ type }) => type === 'experiment')
  if (site.isForeign && experiment)
    throw new UsageError(
      `${site.document} has an experiment, ${experiment.id}, which needs a project: repro verify ${site.document} without --against`,
    )
  const { signers } = request
  const signature: SignatureCheck = site.isForeign
    ? { state: 'unsigned' }
    : await checkSignature(site.project, signers)
  if (signers !== undefined) complain(signersWarning(site.project, signers) ?? '')
  const steps = await planDocument(site, opened, files)

  let runs: readonly Run[] = []
  if (request.rerun !== 'none') {
    const cells = cellsOf(document.blocks)
    const needed = names.length > 0 ? cellsFor(claims, cells) : cells
    const chosen = onlyTires ? needed.slice(0, 1) : needed
    if (chosen.length === 0 && (onlyTires || opened.data.size === 0))
      throw new UsageError(
        `${site.document} has no experiment that could run ` +
          `again${names.length > 0 ? ` for ${names.join(', ')}` : ''}`,
      )
    if (chosen.length > 0) {
      const ran = await rerun(site, opened, { chosen, steps, files, onlyTires }, request, findings)
      if (typeof ran === 'number') return ran
      runs = ran
    }
  }
  const judge = site.isForeign
    ? async (claim: ClaimBlock, evidence: Evidence) => {
        await announceClaim(site, claim, evidence)
        return plainJudge(claim, evidence)
      }
    : cachedJudge(site, programOf(site, files))
  const experiments = sourcesIn(document.blocks)
  // A single rerun cell checks that the artifact works; it must not affect the claims.
  const made = onlyTires ? [] : runs
  const data = dataRuns(opened.data)
  const known = knownRuns(steps, new Map(made.map((run) => [runName(run), run])), data)
  const record = site.isForeign ? foreignRecord(document, files) : verdictRecord(document, files)
  const sources = { experiments, published: opened.published }
  const verifications = await verifyClaims(claims, sources, known, judge, record)
  // Those who ask about some claims are told of these only.
  const removed = names.length > 0 ? [] : record.removed
  const cells = reproductions(steps, runs)
  if (request.junit !== undefined) writeFileSync(request.junit, junit(site.document, verifications))
  const today = new Date().toISOString().slice(0, 10)
  const warnings = recordWarnings(
    record,
    known.recorded.flatMap(({ run }) => (run.origin === 'data' ? [] : run)),
    today,
  )
  const verdicts = {
    ...{ document: site.document, verifications, cells, removed, signature, warnings },
    data: dataChecks(data, record.recorded),
    isRerun: request.rerun === 'all',
    isForeign: site.isForeign ?? false,
  }
  findings.add([
    ...annotationsOf(verifications, document, site),
    ...cells.filter(isOther).map(otherCell(site)),
  ])
  findings.summarize(...summaryOf(verifications))
  if (signature.state === 'broken')
    findings.add([{ severity: 'error', message: signatureText(signature), file: site.document }])
  const lines = onlyTires ? kickTiresLines : verdictLines
  if (request.json) print(JSON.stringify(plainVerdicts(verdicts), null, 2))
  else {
    const document = pathFromHere(site.project, site.document)
    for (const line of lines({ ...verdicts, document })) print(line)
  }
  for (const line of missingRunLines(verifications)) complain(line)
  if (signature.state === 'broken') complain(signatureText(signature))
  warnUntrusted(site)
  const differs = cells.some(isOther)
  const outcome = onlyTires ? 'judged' : outcomeOf(verifications, removed)
  if (outcome === 'not reproduced' || outcome === 'weaker' || differs) return exitCodes.notReproduced
  return outcome === 'lacking' || signature.state === 'broken' ? exitCodes.failed : exitCodes.done
}

interface Rerun {
  readonly chosen: readonly PlannedCell[]
  readonly steps: readonly Step[]
  readonly files: Files
  readonly onlyTires: boolean
}

/** Runs cells again. Returns their runs, or the exit code if one failed. */
async function rerun(
  site: Site,
  opened: Opened,
  { chosen, steps, files, onlyTires }: Rerun,
  request: VerifyRequest,
  findings: Findings,
): Promise<readonly Run[] | number> {
  complain(announcement(chosen, steps, request.jobs))
  const { executor, jobs, deadlineSeconds, signal } = request
  const options: BuildOptions = {
    ...{ rerun: 'all', only: chosen.map(runName), executor, jobs, deadlineSeconds, signal },
    ...{ keepGoing: true, frozen: false, record: false, to: onlyTires ? [defaultFormat] : [] },
    allow: permission(site, opened, 'given', signal),
  }
  const { executed, failures } = await withDisplay((tell) => build(site, opened, options, tell, files))
  const [failure] = failures
  if (failure === undefined) return executed
  findings.add([{ severity: 'error', message: failure.message, file: site.document }])
  const { text, exitCode } = failureReport(failure)
  if (request.json) print(JSON.stringify(plainFailure(text, exitCode), null, 2))
  return exitCode
}

/** The record beside a document in a folder of another program, whose results/claims.json may be its own. */
function foreignRecord(document: Document, files: Files): VerdictRecord {
  try {
    return verdictRecord(document, files)
  } catch (error) {
    if (!(error instanceof StoreError) && !(error instanceof FileError)) throw error
    complain(`no record of verdicts is compared: ${error.message}`)
    return { recorded: [], defined: [], removed: [] }
  }
}

/** A line of the document for each claim that is not reproduced, or not as well as recorded. */
function annotationsOf(
  verifications: readonly Verification[],
  { blocks, file: source }: Document,
  { document: file }: Site,
): readonly Annotation[] {
  return verifications.flatMap((verification) => {
    const { verdict, reason, lacking = [] } = decisive(verification)
    const isWorse = verification.since !== undefined && isWeaker(verification.since)
    if (verdict === 'reproduced' && !isWorse) return []
    const { id, statement } = verification.claim
    const place = blocks.find((block) => block.type === 'claim' && block.id === id)?.place
    const severity = verdict === 'not reproduced' || isWorse || lacking.length > 0 ? 'error' : 'warning'
    const stated = isWorse ? `${verdict}, weaker than recorded` : verdict
    const message = `claim ${id} is ${stated}: ${statement} (${reason})`
    if (place === undefined) return { severity, message, file }
    const { path, ...written } = writtenAt(source, place)
    return { severity, message, file: path, place: written }
  })
}

const otherCell =
  ({ document: file }: Site) =>
  ({ cell }: Reproduction): Annotation => ({
    severity: 'error',
    message: `${cell} has other rows than recorded`,
    file,
  })

function summaryOf(verifications: readonly Verification[]): readonly Summary[] {
  const rows = verifications.map((verification) => {
    const judgement = decisive(verification)
    return [verification.claim.id, statedVerdict(judgement), verification.claim.statement, judgement.reason]
  })
  return rows.length === 0 ? [] : [[['claim', 'verdict', 'statement', 'why'], ...rows]]
}

/** Announces the number of cells to rerun and the estimated time. */
function announcement(chosen: readonly PlannedCell[], steps: readonly Step[], jobs: number): string {
  const byCell = new Map(steps.map((step) => [runName(step.cell), step]))
  const times = chosen.map((cell) => ({
    ...cell.block,
    expectedMs: 1000 * lastedSeconds(byCell.get(runName(cell))),
    done: 0,
  }))
  const leftMs = remainingMs(times, jobs, 0)
  // Print names only if they are few.
  const names = chosen.length > 4 ? '' : ` (${chosen.map(runName).join(', ')})`
  const text = `runs ${counted(chosen.length, 'cell')} again${names}`
  if (leftMs === undefined) return text
  return `${text}, about ${Math.ceil(leftMs / 60_000)} min, estimated from recorded durations`
}

function lastedSeconds(step: Step | undefined): number {
  const run = step && 'run' in step.status ? step.status.run : undefined
  return (run && secondsOf(run)) ?? 60
}
