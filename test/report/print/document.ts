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

/** The head of a JPEG, with its orientation in Exif. */
export function jpeg(width: number, height: number, orientation: number, isLittle = false): Buffer {
  const two = (value: number) => [value >> 8, value & 255]
  const number = (...bytes: readonly number[]) => (isLittle ? bytes.toReversed() : bytes)
  const field = [
    ...number(1, 0x12),
    ...number(0, 3),
    ...number(0, 0, 0, 1),
    ...number(...two(orientation)),
    0,
    0,
  ]
  const tiff = [
    ...Buffer.from(isLittle ? 'II' : 'MM'),
    ...number(0, 42),
    ...number(0, 0, 0, 8),
    ...number(0, 1),
  ]
  const exif = [...Buffer.from('Exif\0\0'), ...tiff, ...field]
  const frame = [8, ...two(height), ...two(width), 1, 1, 0x11, 0]
  const segment = (marker: number, body: readonly number[]) => [
    0xff,
    marker,
    ...two(body.length + 2),
    ...body,
  ]
  return Buffer.from([0xff, 0xd8, ...segment(0xe1, exif), ...segment(0xc0, frame), 0xff, 0xd9])
}

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
