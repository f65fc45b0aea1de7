/** Reports of Markdown alone, to print. */

import { VFile } from 'vfile'
import { parseDocument } from '../../../src/document/document.ts'
import type { Report, TableContent } from '../../../src/report/model.ts'
import { makeReport } from '../../../src/report/report.ts'
import type { Run } from '../../../src/results/run.ts'

/** A picture of one point. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)

export interface Given {
  readonly front?: string
  readonly runs?: readonly Run[]
  readonly files?: Readonly<Record<string, string | Uint8Array>>
}

export async function reportOf(
  body: string,
  { front = 'title: T', runs = [], files = {} }: Given = {},
): Promise<Report> {
  const document = parseDocument(new VFile({ path: 'paper/d.md', value: `---\n${front}\n---\n\n${body}\n` }))
  return await makeReport({
    ...{ document, runs, generator: 'repro 0.0.0' },
    read: async (path) => {
      const content = path === 'figures/setup.png' ? png : files[path]
      if (content === undefined) throw new Error(`no file ${path}`)
      return Buffer.from(content)
    },
  })
}

/** A report with a table of runs, of these texts. */
export async function tableOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  given?: Given,
): Promise<Report> {
  const report = await reportOf('Before.', given)
  const cell = (text: string) => ({ type: 'text' as const, text })
  const content: TableContent = {
    type: 'table',
    head: [head.map((text) => ({ text }))],
    groups: [{ rows: rows.map((row) => row.map(cell)) }],
  }
  const float = { type: 'float', id: 'tbl-a', label: 'Table 1', caption: 'CAPTION', content } as const
  const children = [...report.body.children, { ...float, notes: ['A note.'], missing: [], stale: [] }]
  return { ...report, body: { ...report.body, children } }
}
