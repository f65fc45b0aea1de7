/** Formulas as browsers draw them. */

import rehypeStringify from 'rehype-stringify'
import { unified } from 'unified'
import { describe, expect, it } from 'vitest'
import { formulaElement } from '../../../src/report/html/mathml.ts'
import { loadTypesetter } from '../../../src/text/tex.ts'

describe('an accent', () => {
  it.each([
    [String.raw`\hat{x}`, '<mo stretchy="false">\u02c6</mo>'],
    [String.raw`\tilde{x}`, '<mo stretchy="false">\u02dc</mo>'],
    [String.raw`\bar{x}`, '<mo stretchy="false">\u02c9</mo>'],
    [String.raw`\widehat{xyz}`, '<mo stretchy="true">^</mo>'],
    [String.raw`\overline{xyz}`, '<mo stretchy="true">'],
    [String.raw`\overbrace{xyz}^n`, '<mo stretchy="true">'],
  ])('is as small as in print, or as wide as what it is over: %s', async (tex, expected) => {
    const typeset = await loadTypesetter()
    const made = typeset(tex, true)
    const mathml = 'mathml' in made ? made.mathml : ''
    const element = formulaElement({ type: 'formula', mathml, tex, text: '', isDisplay: true })
    const html = unified()
      .use(rehypeStringify)
      .stringify({ type: 'root', children: [element] })
    expect(html).toContain(expected)
  })
})
