import { expect, it } from 'vitest'
import { reportOf } from './print/document.ts'

it('a table has no more cells than its head, in any output', async () => {
  const { body } = await reportOf('| a | b |\n|---|---|\n| 1 | 2 | 3 |\n| 4 |')
  expect(body.children).toMatchObject([
    { type: 'table', children: [{ children: [{}, {}] }, { children: [{}, {}] }, { children: [{}] }] },
  ])
  const [table] = body.children
  expect(
    table && 'children' in table && table.children.map((row) => 'children' in row && row.children.length),
  ).toEqual([2, 2, 1])
})
