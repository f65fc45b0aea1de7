/** Formats verdicts as JUnit XML, which build servers show: one test case per claim. */

import { sinceLines } from '../../claims/changewords.ts'
import { statedVerdict } from '../../claims/edits.ts'
import { english as reasons } from '../../claims/reasons.ts'
import { isWeaker } from '../../claims/since.ts'
import { decisive, type Verification } from '../../claims/verification.ts'
import { visible } from './terminal.ts'

/**
 * Undecided claims, and those that rest on edited rows, are skipped, never passed. One that is reproduced, but
 * weaker than recorded, fails, as the command does.
 */
export function junit(document: string, verifications: readonly Verification[]): string {
  const cases = verifications.map((verification) => {
    const { claim } = verification
    const judgement = decisive(verification)
    const [verdict, { reason }] = [statedVerdict(judgement), judgement]
    const open =
      `  <testcase classname="${escapeXml(document)}" ` +
      `name="${escapeXml(`${claim.id}: ${claim.statement}`)}"`
    const result = resultOf(verification)
    const data = (judgement.data ?? []).map(reasons.data)
    const rests =
      data.length === 0 ? '' : `<system-out>${escapeXml(`${verdict}: ${data.join('; ')}`)}</system-out>`
    if (result === 'passed') return rests === '' ? `${open}/>` : `${open}>${rests}</testcase>`
    const since = judgement.verdict === 'reproduced' ? `: ${sinceLines(verification).join('; ')}` : ''
    const message = `message="${escapeXml(`${verdict}: ${reason}${since}`)}"`
    return `${open}><${result} ${message}/>${rests}</testcase>`
  })
  const results = verifications.map(resultOf)
  const count = (result: Result) => results.filter((one) => one === result).length
  const totals =
    `tests="${verifications.length}" failures="${count('failure')}" ` + `skipped="${count('skipped')}"`
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="claims" ' +
    `${totals}>\n${cases.join('\n')}\n</testsuite>\n`
  )
}

type Result = 'passed' | 'failure' | 'skipped'

function resultOf(verification: Verification): Result {
  const judgement = decisive(verification)
  if (judgement.verdict === 'not reproduced') return 'failure'
  // Data cannot be rerun: what they say is all that there is to test.
  const { data: _, ...apart } = judgement
  if (statedVerdict(apart) !== 'reproduced') return 'skipped'
  return verification.since && isWeaker(verification.since) ? 'failure' : 'passed'
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  // XML parsers turn both into blanks in attributes.
  ['\n', '&#10;'],
  ['\t', '&#9;'],
])

/**
 * Escapes text; characters that XML 1.0 forbids (https://www.w3.org/TR/xml/#charsets) stay visible as
 * escapes.
 */
function escapeXml(text: string): string {
  return visible(text)
    .replace(/[\ufffe\uffff]|\p{Cs}/gu, '\ufffd')
    .replace(/[&<>"\n\t]/g, (character) => entities.get(character) ?? character)
}
