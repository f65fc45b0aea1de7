/** Recorded verdicts of a project: reads results/claims.json, and brings it up to date. */

import { basisOf } from '../claims/basis.ts'
import { definitionOf } from '../claims/definition.ts'
import {
  documentName,
  formatVerdicts,
  parseVerdicts,
  type RecordedVerdicts,
  updatedClaims,
  verdictsFile,
} from '../claims/record.ts'
import { isJudged, removedClaims } from '../claims/since.ts'
import { type VerdictRecord, verifyClaims } from '../claims/verification.ts'
import { sourcesIn } from '../document/block.ts'
import type { Document } from '../document/document.ts'
import type { Step } from '../engine/plan.ts'
import { writeAtomically } from '../files/drafts.ts'
import type { Files } from '../files/tracked.ts'
import { dataRuns } from './data.ts'
import { knownRuns, recordsOnly } from './knownruns.ts'
import { programOf } from './program.ts'
import { cachedJudge } from './rendercache.ts'
import type { Opened, Site } from './site.ts'

/** Throws a StoreError if the file holds no verdicts. */
function readVerdicts(files: Files): RecordedVerdicts {
  return files.derived(verdictsFile, (own) => {
    const text = own.text(verdictsFile)
    return text === undefined ? {} : parseVerdicts(text)
  })
}

/** Returns the recorded verdicts of a document; a translation has those of its original. */
export function verdictRecord(document: Document, files: Files): VerdictRecord {
  const verdicts = readVerdicts(files)
  const name = documentName(document)
  const recorded = verdicts[name] ?? []
  const defined = claimsOf(document)
  const ofOthers = gone(verdicts, name, files).flatMap((other) =>
    removedClaims(verdicts[other] ?? [], []).map((one) => ({ ...one, id: `${one.id} of ${other}` })),
  )
  return {
    recorded,
    defined,
    removed: [
      ...removedClaims(
        recorded,
        defined.map(({ id }) => id),
      ),
      ...ofOthers,
    ],
  }
}

function claimsOf({ original, blocks }: Document) {
  return (original?.blocks ?? blocks).filter((block) => block.type === 'claim')
}

/** Documents with recorded verdicts that no longer exist. */
function gone(verdicts: RecordedVerdicts, document: string, files: Files): readonly string[] {
  return Object.keys(verdicts).filter(
    (name) => name !== document && (files.problem(name) !== undefined || !files.exists(name)),
  )
}

/**
 * Judges the document's claims by the runs in results/, and records definitions, verdicts and what changed.
 * Returns the files that it wrote.
 */
export async function recordVerdicts(
  site: Site,
  { document, published, data }: Pick<Opened, 'document' | 'published' | 'data'>,
  { steps, files }: { readonly steps: readonly Step[]; readonly files: Files },
  today: string,
): Promise<readonly string[]> {
  const verdicts = readVerdicts(files)
  const name = documentName(document)
  const claims = claimsOf(document)
  const before = verdicts[name] ?? []
  if (claims.length === 0 && before.length === 0) return []
  const experiments = sourcesIn(document.blocks)
  const sources = { experiments, published }
  const known = knownRuns(recordsOnly(steps), new Map(), dataRuns(data))
  const judge = cachedJudge(site, programOf(site, files))
  const current = (await verifyClaims(claims, sources, { ...known, shown: known.recorded }, judge)).map(
    ({ claim, recorded }) => ({
      id: claim.id,
      definition: definitionOf(claim, sources),
      judgement: isJudged(recorded) ? recorded : undefined,
      basis: basisOf(claim, { ...sources, runs: known.recorded.map(({ run }) => run) }),
    }),
  )
  const others = gone(verdicts, name, files).map((other) => [
    other,
    updatedClaims(verdicts[other] ?? [], [], today),
  ])
  const after = { ...verdicts, ...Object.fromEntries(others), [name]: updatedClaims(before, current, today) }
  const text = formatVerdicts(after)
  if (text === files.text(verdictsFile)) return []
  await writeAtomically(site.project, verdictsFile, text)
  return [verdictsFile]
}
