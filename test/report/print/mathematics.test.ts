import { describe, expect, it } from 'vitest'
import { mathematics } from '../../../src/report/print/mathematics.ts'
import { writeTypst } from '../../../src/report/print/typst/document.ts'
import { loadTypesetter } from '../../../src/text/tex.ts'
import { reportOf } from './document.ts'

function nested(levels: number, before: string, after: string): string {
  return `${before.repeat(levels)}x${after.repeat(levels)}`
}

describe('a formula that is nested', () => {
  // What is written twice a level would not end.
  it.each([
    ['scripts', 'x^{', '}'],
    ['indices', 'x_{', '}'],
    ['sums', String.raw`\sum_{`, '}^{n}'],
    ['things over others', String.raw`\overset{a}{`, '}'],
    ['things under others', String.raw`\underset{a}{`, '}'],
    ['fractions', String.raw`\frac{1}{`, '}'],
    ['roots', String.raw`\sqrt[3]{`, '}'],
    ['fences', String.raw`\left(`, String.raw`\right)`],
  ])('is as long as it is deep: %s', async (_, before, after) => {
    const typeset = await loadTypesetter()
    const lengthOf = (levels: number) => {
      const made = typeset(nested(levels, before, after), true)
      return mathematics('mathml' in made ? made.mathml : '').length
    }
    expect(lengthOf(30) - lengthOf(20)).toBe(lengthOf(20) - lengthOf(10))
  })

  it('too deeply is a problem at its place', async () => {
    const report = await reportOf(`Text.\n\nMore: $${nested(200, 'x^{', '}')}$.`)
    expect(writeTypst(report, 'd').problems).toEqual([
      {
        line: 7,
        message: expect.stringMatching(
          /^a formula has more than 150 levels within each other: write a part of it as a formula of its own: x\^/,
        ),
      },
    ])
  })
})
