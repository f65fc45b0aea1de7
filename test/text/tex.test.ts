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
