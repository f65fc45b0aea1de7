/** The formats that a report is written in, by name. To add one: a folder beside this, and a line here. */

import type { Report, Written } from './model.ts'

export interface Format {
  /** Of the report's file, with its dot. */
  readonly extension: string
  /** Loads what writes it: libraries that a build which has nothing to do can do without. */
  readonly load: () => Promise<Write>
}

/** Same report, same bytes. `folder` is the address of a folder beside the report, for files that it needs. */
export type Write = (report: Report, folder: string) => Written

export const formats: ReadonlyMap<string, Format> = new Map([
  ['html', { extension: '.html', load: async () => (await import('./html/page.ts')).writeHtml }],
  [
    'markdown',
    { extension: '.md', load: async () => (await import('./markdown/document.ts')).writeMarkdown },
  ],
])

export const defaultFormat = 'html'
