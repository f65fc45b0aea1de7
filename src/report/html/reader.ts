/** The script of a report's page (zoom.js, around.js and reader.js), with the words of its language. */

import { readFileSync } from 'node:fs'
import { programUrl } from '../../dist.ts'
import type { Messages } from '../../locale/en.ts'

let source: string | undefined

/** Returns JavaScript that is safe in a script element. */
export function readerScript({ reader }: Messages): string {
  source ??= readFileSync(programUrl('reader.js'), 'utf8').trim()
  // In a script element, < could begin a comment or its end.
  return `const pageWords=${JSON.stringify(reader).replaceAll('<', '\\u003c')};${source}`
}
