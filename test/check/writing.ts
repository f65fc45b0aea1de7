/** What is said of a text by all that looks for syntax of other tools. */

import { VFile } from 'vfile'
import { warnOfForeign } from '../../src/check/foreign.ts'
import { checkLinks } from '../../src/check/links.ts'
import { checkMathematics } from '../../src/check/mathematics.ts'
import { warnOfUnseen } from '../../src/check/unseen.ts'
import { parseDocument } from '../../src/document/document.ts'
import { loadTypesetter } from '../../src/text/tex.ts'

export const typeset = await loadTypesetter()

/** All warnings about the writing; the front matter has three lines, so the body starts in line 5. */
export function messages(body: string, front = 'title: T'): readonly string[] {
  const document = parseDocument(new VFile({ path: 'd.md', value: `---\n${front}\n---\n\n${body}\n` }))
  warnOfUnseen(document)
  warnOfForeign(document)
  checkLinks(document)
  checkMathematics(document, typeset)
  return document.file.messages.map(
    ({ line, column, ruleId, reason }) => `${line}:${column} ${ruleId} ${reason}`,
  )
}
