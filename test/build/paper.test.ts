import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { openDocument } from '../../src/build/site.ts'
import { openSeal } from '../../src/results/seal.ts'

const site = {
  project: resolve(import.meta.dirname, '../..'),
  cache: '/nowhere',
  seal: openSeal('/nowhere', '/nowhere'),
  mirror: undefined,
  generator: 'repro',
}

it.each(['paper/index.md', 'paper/index.ja.md'])('%s has no mistake', async (document) => {
  const { document: paper } = await openDocument({ ...site, document })
  expect(paper.file.messages.map(String)).toEqual([])
})

it('the editions of the paper have the same blocks, values and citations', async () => {
  const [english, japanese] = await Promise.all(
    ['paper/index.md', 'paper/index.ja.md'].map(
      async (document) => (await openDocument({ ...site, document })).document,
    ),
  )
  const ids = japanese?.blocks.map(({ id }) => id)
  expect(ids).toEqual(english?.blocks.map(({ id }) => id))
  const values = (document: typeof english) => new Set(document?.values.map(({ source }) => source))
  expect(values(japanese)).toEqual(values(english))
  const keys = (document: typeof english) =>
    new Set(document?.citations.flatMap(({ items }) => items.map(({ key }) => key)))
  expect(keys(japanese)).toEqual(keys(english))
})
