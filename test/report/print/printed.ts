/** Reports printed as PDF, and what is on their pages, as Poppler reads it. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report } from '../../../src/report/model.ts'
import { writePdf } from '../../../src/report/print/pdf.ts'

/** With its sides in points, and its page from 1. */
export interface Word {
  readonly text: string
  readonly page: number
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Writes a PDF; returns its path, its words, and its text without blanks. */
export async function printed(report: Report) {
  const { text, problems = [] } = await writePdf(report)
  const file = join(mkdtempSync(join(tmpdir(), 'repro-printed-')), 'd.pdf')
  writeFileSync(file, text ?? '')
  const options = { encoding: 'utf8', maxBuffer: 1e8, stdio: 'pipe' } as const
  const [, ...pages] = execFileSync('pdftotext', ['-bbox', file, '-'], options).split('<page ')
  return {
    file,
    problems,
    words: pages.flatMap((page, index) => wordsOf(page, index + 1)),
    text: execFileSync('pdftotext', ['-raw', file, '-'], options).replace(/\s+/g, ''),
  }
}

function wordsOf(page: string, number: number): readonly Word[] {
  const words = page.matchAll(
    /<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*)<\/word>/g,
  )
  return [...words].map(([, left, top, right, bottom, text = '']) => ({
    text,
    page: number,
    left: Number(left),
    top: Number(top),
    right: Number(right),
    bottom: Number(bottom),
  }))
}
