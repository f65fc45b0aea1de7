import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { checkSectionNumbers } from '../../src/check/sectionnumbers.ts'
import { parseDocument } from '../../src/document/document.ts'

function warnings(body: string, front = 'numberSections: true'): readonly string[] {
  const document = parseDocument(new VFile({ value: `---\ntitle: T\n${front}\n---\n\n${body}\n` }))
  checkSectionNumbers(document)
  return document.file.messages
    .filter(({ ruleId }) => ruleId === 'section-number')
    .map(({ line, reason }) => `${line}: ${reason}`)
}

const told = (line: number, number: string) =>
  `${line}: the section has the number ${number}, as no numbered one of the level above is before it: ` +
  'write that, take a # away, or put {-} behind the heading'

describe('a section before one of the level above', () => {
  it.each([
    ['## A\n\n## B\n\n# C\n\n## D', [told(6, '0.1')]],
    ['# A\n\n### B\n\n## C\n\n### D', [told(8, '1.0.1')]],
    ['# A {-}\n\n## B\n\n# C', [told(8, '0.1')]],
    ['# A\n\n### B\n\n# C\n\n### D', [told(8, '1.0.1'), told(12, '2.0.1')]],
    ['## A {-}\n\n# B\n\n## C', []],
    ['## A\n\n### B\n\n## C', []],
    [`${'# A\n\n'.repeat(10)}## B`, []],
  ])('is told once with its number: %j', (body, expected) => {
    expect(warnings(body)).toEqual(expected)
  })

  it('is not told where sections have no numbers', () => {
    expect(warnings('## A\n\n# B', 'numberSections: false')).toEqual([])
  })
})
