/** Output formats of reports by name. To add one: a folder beside this, and a row here. */

import type { Root } from 'mdast'
import type { LivePage, PageFacts, Printed, Report, Written } from './model.ts'
import { fileName } from './print/latex/filename.ts'

export interface Format {
  /** File extension, with its dot. */
  readonly extension: string
  /** Returns the name that a report and the folder of its files have instead. Absent if any will do. */
  readonly fileName?: (name: string) => string
  /** Loads the writer lazily, so that an up-to-date build needs no libraries. */
  readonly load: () => Promise<Write>
  /** Loads the writer of printable documents beside a report. Absent if the format has none. */
  readonly page?: () => Promise<WritePage>
  /** Says what must be installed before; undefined if nothing is missing. Absent if the format needs nothing. */
  readonly lacks?: () => Promise<string | undefined>
  /** Opens a writer that keeps the parts of a report that is written again and again. Absent if the format has none. */
  readonly live?: () => Promise<WriteLive>
}

/** Deterministic. `folder` is the address of a folder beside the report for its files. */
export type Write = (report: Report, folder: string) => Written | Printed | Promise<Printed>

/** Returns the same text as `Write`, and the blocks that it is made of. */
export type WriteLive = (report: Report) => LivePage

/** Returns a document's text. */
export type WritePage = (document: Root, facts: PageFacts) => Promise<string>

export const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  [
    'html',
    {
      extension: '.html',
      load: async () => (await import('./html/page.ts')).writeHtml,
      page: async () => (await import('./html/sheets.ts')).writeSheets,
      live: async () => (await import('./html/live.ts')).openWriter(),
    },
  ],
  [
    'markdown',
    { extension: '.md', load: async () => (await import('./markdown/document.ts')).writeMarkdown },
  ],
  [
    'pdf',
    {
      extension: '.pdf',
      load: async () => {
        const { writePdf } = await import('./print/pdf.ts')
        return async (report) => await writePdf(report)
      },
      lacks: async () => (await import('./print/lacks.ts')).lacks('pdf'),
    },
  ],
  [
    'latex',
    {
      extension: '.tex',
      fileName,
      load: async () => (await import('./print/latex/document.ts')).writeLatex,
      lacks: async () => (await import('./print/lacks.ts')).lacks('latex'),
    },
  ],
  ['typst', { extension: '.typ', load: async () => (await import('./print/typst/document.ts')).writeTypst }],
])

export const defaultFormat = 'html'
