/** Output formats of reports by name. To add one: a folder beside this, and a row here. */

import type { Report, Written } from './model.ts'

export interface Format {
  /** File extension, with its dot. */
  readonly extension: string
  /** Loads the writer lazily, so that an up-to-date build needs no libraries. */
  readonly load: () => Promise<Write>
}

/** Deterministic. `folder` is the address of a folder beside the report for its files. */
export type Write = (report: Report, folder: string) => Written

export const formats: ReadonlyMap<string, Format> = new Map([
  ['html', { extension: '.html', load: async () => (await import('./html/page.ts')).writeHtml }],
  [
    'markdown',
    { extension: '.md', load: async () => (await import('./markdown/document.ts')).writeMarkdown },
  ],
])

export const defaultFormat = 'html'
