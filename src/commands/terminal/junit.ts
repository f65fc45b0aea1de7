/** Formats verdicts as JUnit XML, which build servers show: one test case per claim. */

import { statedVerdict } from '../../claims/edits.ts'
import { decisive, type Verification } from '../../claims/verification.ts'
import { visible } from './terminal.ts'

/** Undecided claims, and those that rest on edited rows, are skipped, never passed. */
export function junit(document: string, verifications: readonly Verification[]): string {
  const cases = verifications.map((verification) => {
    const { claim } = verification
    const judgement = decisive(verification)
    const [verdict, { reason }] = [statedVerdict(judgement), judgement]
    const open =
      `  <testcase classname="${escapeXml(document)}" ` +
      `name="${escapeXml(`${claim.id}: ${claim.statement}`)}"`
    const message = `message="${escapeXml(`${verdict}: ${reason}`)}"`
    if (verdict === 'reproduced') return `${open}/>`
    return `${open}><${judgement.verdict === 'not reproduced' ? 'failure' : 'skipped'} ${message}/></testcase>`
  })
  const all = verifications.map(decisive)
  const failures = all.filter(({ verdict }) => verdict === 'not reproduced').length
  const passed = all.filter((one) => statedVerdict(one) === 'reproduced').length
  const totals =
    `tests="${verifications.length}" failures="${failures}" ` + `skipped="${all.length - failures - passed}"`
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="claims" ' +
    `${totals}>\n${cases.join('\n')}\n</testsuite>\n`
  )
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
