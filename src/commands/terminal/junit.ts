/** Verdicts in the format of JUnit, which build servers show: one test case a claim. */

import { decisive, type Verification } from '../../claims/verification.ts'
import { visible } from './terminal.ts'

/** A claim that was not decided is skipped, never passed. */
export function junit(document: string, verifications: readonly Verification[]): string {
  const cases = verifications.map((verification) => {
    const { claim } = verification
    const { verdict, reason } = decisive(verification)
    const open = `  <testcase classname="${escapeXml(document)}" name="${escapeXml(`${claim.id}: ${claim.statement}`)}"`
    const message = `message="${escapeXml(`${verdict}: ${reason}`)}"`
    if (verdict === 'reproduced') return `${open}/>`
    return `${open}><${verdict === 'not reproduced' ? 'failure' : 'skipped'} ${message}/></testcase>`
  })
  const count = (verdicts: readonly string[]) =>
    verifications.filter((one) => verdicts.includes(decisive(one).verdict)).length
  const totals = `tests="${verifications.length}" failures="${count(['not reproduced'])}" skipped="${count(['inconclusive', 'not testable'])}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="claims" ${totals}>\n${cases.join('\n')}\n</testsuite>\n`
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  // A reader of XML makes blanks of both in an attribute.
  ['\n', '&#10;'],
  ['\t', '&#9;'],
])

/** What XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets) stays visible as an escape. */
function escapeXml(text: string): string {
  return visible(text)
    .replace(/[\ufffe\uffff]|\p{Cs}/gu, '\ufffd')
    .replace(/[&<>"\n\t]/g, (character) => entities.get(character) ?? character)
}
