/** Formats verdicts as JUnit XML, which build servers show: one test case per claim. */

import { decisive, type Verification } from '../../claims/verification.ts'
import { visible } from './terminal.ts'

/** Undecided claims are skipped, never passed. */
export function junit(document: string, verifications: readonly Verification[]): string {
  const cases = verifications.map((verification) => {
    const { claim } = verification
    const { verdict, reason } = decisive(verification)
    const open =
      `  <testcase classname="${escapeXml(document)}" ` +
      `name="${escapeXml(`${claim.id}: ${claim.statement}`)}"`
    const message = `message="${escapeXml(`${verdict}: ${reason}`)}"`
    if (verdict === 'reproduced') return `${open}/>`
    return `${open}><${verdict === 'not reproduced' ? 'failure' : 'skipped'} ${message}/></testcase>`
  })
  const count = (verdicts: readonly string[]) =>
    verifications.filter((one) => verdicts.includes(decisive(one).verdict)).length
  const totals =
    `tests="${verifications.length}" failures="${count(['not reproduced'])}" ` +
    `skipped="${count(['inconclusive', 'not testable'])}"`
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
