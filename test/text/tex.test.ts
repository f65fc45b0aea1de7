import { parseXml, type XmlElement } from '@rgrove/parse-xml'
import { expect, it } from 'vitest'
import { loadTypesetter } from '../../src/text/tex.ts'

it.each([
  ['{', '}'],
  [String.raw`\sqrt{`, '}'],
  [String.raw`\left(`, String.raw`\right)`],
])('a formula of many %s in each other is a mistake, and no fault of the program', async (open, close) => {
  const typeset = await loadTypesetter()
  const count = Math.floor(19_000 / (open.length + close.length))
  expect(typeset(`${open.repeat(count)}x${close.repeat(count)}`, true)).toMatchObject({
    mistake: expect.stringMatching(/nested too deeply|^TeX: /),
  })
})

// Accents and fractions with other than two children are drawn in a line by browsers.
it.each([
  [String.raw`\widehat{\operatorname{Var}}`, 'mover', 2],
  [String.raw`\frac{\sin}{\cos}`, 'mfrac', 2],
  [String.raw`\sin^2`, 'msup', 2],
])('the formula %s has what belongs together in one element', async (tex, name, count) => {
  const made = (await loadTypesetter())(tex, true)
  const { root } = parseXml('mathml' in made ? made.mathml : '')
  const found: number[] = []
  const walk = (element: XmlElement) => {
    const inside = element.children.filter((child): child is XmlElement => child.type === 'element')
    if (element.name === name) found.push(inside.length)
    for (const one of inside) walk(one)
  }
  if (root !== null) walk(root)
  expect(found).toEqual([count])
})
