/** Reports compiled by TeX Live, where it is installed. */

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Report } from '../../../../src/report/model.ts'
import { writeLatex } from '../../../../src/report/print/latex/document.ts'
import { hasPoppler } from '../installed.ts'

const has = (program: string, ...args: readonly string[]) => spawnSync(program, args).status === 0

export const hasLatex = has('kpsewhich', 'IEEEtran.cls') && has('pdflatex', '--version') && hasPoppler

/** For a report that is compiled. */
export const mostTeX = 180_000

export interface Compiled {
  /** With one blank between them. */
  readonly words: string
  readonly lines: readonly string[]
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  /** By how much text is wider than its place, in points, where that can be seen. */
  readonly overfull: readonly number[]
  readonly pages: number
  readonly program: string
  readonly problems: readonly { readonly message: string }[]
}

/** Compiles by the program that the file names, once. */
export async function compiled(report: Report): Promise<Compiled> {
  const place = mkdtempSync(join(tmpdir(), 'repro-latex-'))
  const { text, files = new Map(), problems = [] } = await writeLatex(report, 'd')
  writeFileSync(join(place, 'd.tex'), String(text))
  for (const [name, content] of files) {
    mkdirSync(dirname(join(place, 'd', name)), { recursive: true })
    writeFileSync(join(place, 'd', name), content)
  }
  const [, program = ''] = /^% !TEX program = (\w+)/.exec(String(text)) ?? []
  const { stdout } = spawnSync(program, ['-no-shell-escape', '-interaction=nonstopmode', 'd.tex'], {
    cwd: place,
    encoding: 'utf8',
    env: { ...process.env, max_print_line: '1000' },
    maxBuffer: 1e8,
  })
  const words = execFileSync('pdftotext', ['-nopgbrk', join(place, 'd.pdf'), '-'], { encoding: 'utf8' })
  return {
    words: words.replace(/\s+/g, ' '),
    lines: words.split('\n').map((line) => line.trim()),
    errors: stdout.split('\n').filter((line) => line.startsWith('!') || /Missing character/.test(line)),
    warnings: stdout.split('\n').filter((line) => /warning/i.test(line)),
    overfull: [...stdout.matchAll(/Overfull \\hbox \(([\d.]+)pt/g)]
      .map(([, wide]) => Number(wide))
      .filter((wide) => wide > 5),
    pages: Number(/Output written on .* \((\d+) pages?/.exec(stdout)?.[1]),
    problems,
    program,
  }
}
