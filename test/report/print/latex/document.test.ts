/** What is written for LaTeX; document.process.test.ts has the pages that it becomes. */

import { describe, expect, it } from 'vitest'
import type { Report } from '../../../../src/report/model.ts'
import { writeLatex } from '../../../../src/report/print/latex/document.ts'
import { tableOf } from '../document.ts'

async function sourceOf(report: Report): Promise<string> {
  return String((await writeLatex(report, 'd')).text)
}

describe('tables of runs', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, index) => [`ROW${index}`, 'b'])
  const front = (columns: number) => ({ front: `title: T\nprint: {columns: ${columns}}` })

  it.each([
    [1, 10, 'table'],
    [1, 100, 'longtable'],
    [2, 10, 'table'],
    [2, 35, 'table'],
    [2, 100, 'longtable'],
  ])('in columns %i with rows %i stand in a %s', async (columns, count, environment) => {
    const source = await sourceOf(await tableOf(['HEAD', 'b'], rows(count), front(columns)))
    expect(source).toContain(`\\begin{${environment}}`)
    expect(source).toContain(`ROW${count - 1}`)
    if (environment === 'longtable') expect(source.match(/HEAD/g)).toHaveLength(2)
  })
})
