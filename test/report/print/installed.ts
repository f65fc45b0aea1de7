/** What is installed here: tests that need more than Node leave it out where it is not. */

import { spawnSync } from 'node:child_process'

const run = (program: string, ...args: readonly string[]) => spawnSync(program, args, { encoding: 'utf8' })

/** Programs that look into a PDF. */
export const hasPoppler = run('pdftotext', '-v').status === 0

/** Fonts of printed Japanese. */
export const hasJapanese = run('fc-list', ':', 'family').stdout?.includes('Noto Serif CJK JP') ?? false
