/** What the drawing process runs: bundled into one file, whose code is kept (drawer.ts). */

import { QueryError } from '../../query/error.ts'
import { received, type SentOrder } from './columns.ts'
import { draw } from './draw.ts'
import type { Answer } from './process.ts'

/** Draws; never throws. */
export async function answer(order: SentOrder): Promise<Answer> {
  try {
    return { type: 'drawn', svg: await draw(received(order)) }
  } catch (error) {
    const isMistake = error instanceof QueryError
    return { type: 'refused', message: error instanceof Error ? error.message : String(error), isMistake }
  }
}

/** Has V8 compile what most figures need, by drawing some of our own. */
export async function warmUp(): Promise<void> {
  const rows = Array.from({ length: 20 }, (_, index) => ({
    x: index + 1,
    y: (index * 7) % 11,
    group: `${index % 3}`,
  }))
  const [x, y] = ['x', 'y'].map((field) => ({ field, type: 'quantitative', title: field }))
  const group = { field: 'group', type: 'nominal' }
  const specs = [
    { mark: 'point', encoding: { x, y, color: group, shape: group } },
    { mark: 'bar', encoding: { x: group, y: { ...y, aggregate: 'mean' }, color: group } },
    { mark: 'line', encoding: { x: { ...x, scale: { type: 'log' } }, y, color: group } },
    { mark: 'boxplot', encoding: { x: group, y } },
    {
      facet: { field: 'group', columns: 2 },
      spec: {
        layer: [
          { mark: 'rule', encoding: { y: { datum: 5 } } },
          { mark: { type: 'area', opacity: 0.5 }, encoding: { x, y } },
          { mark: 'text', encoding: { x, y, text: { field: 'y' } } },
        ],
      },
      transform: [{ calculate: 'datum.y + 1', as: 'y' }, { filter: 'datum.x > 0' }],
    },
  ]
  for (const spec of specs)
    await draw({ spec: JSON.stringify({ data: { name: 'rows' }, ...spec }), data: { rows } })
}
