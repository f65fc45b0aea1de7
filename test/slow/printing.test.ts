/** The study in both languages, printed by the command line; looked into by poppler's programs, and compiled by TeX Live. */

import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { visit } from 'unist-util-visit'
import { describe, expect, it } from 'vitest'
import { textOf } from '../../src/report/textof.ts'
import { inaccessible } from '../report/print/accessible.ts'
import { hasJapanese, hasPoppler } from '../report/print/installed.ts'
import { makeProject, repro } from './project.ts'

const has = (program: string, ...args: readonly string[]) => spawnSync(program, args).status === 0
const parts = ['paper', 'experiments', 'figures', 'results', 'package.json']

/** Cells of all tables of a report in Markdown that have a number. */
async function numbersIn(markdown: string): Promise<ReadonlySet<string>> {
  const tree = unified()
    .use(remarkParse)
    .use(remarkGfm)
    .parse(await readFile(markdown, 'utf8'))
  const found = new Set<string>()
  const folded = /raw files|生ファイル|key|キー/
  visit(tree, 'table', (table) => {
    if (folded.test(table.children[0]?.children.map(textOf).join(' ') ?? '')) return
    for (const row of table.children.slice(1))
      for (const cell of row.children) {
        const text = textOf(cell).trim()
        if (/^[+−]?[\d,.]+$/.test(text)) found.add(text)
      }
  })
  return found
}

describe.each([
  ['paper/index.md', 'index', true],
  ['paper/index.ja.md', 'index.ja', hasJapanese],
] as const)('%s', (document, name, canPrint) => {
  it.skipIf(!canPrint || !hasPoppler)(
    'is printed, tagged, the same twice, with every number of its tables',
    async () => {
      const project = await makeProject(parts)
      const build = async (formats: string) =>
        await repro(project, 'build', document, '--frozen', '--to', formats)
      const first = await build('markdown,pdf,latex')
      expect(first, first.err).toMatchObject({ exitCode: 0 })
      const pdf = join(project, `_build/${name}.pdf`)
      const digest = async () =>
        createHash('sha256')
          .update(await readFile(pdf))
          .digest('hex')
      const before = await digest()
      const text = execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8', maxBuffer: 1e8 })
      const words = new Set(text.split(/\s+/))
      const numbers = await numbersIn(join(project, `_build/${name}.md`))
      expect(numbers.size).toBeGreaterThan(1000)
      expect([...numbers].filter((one) => !words.has(one))).toEqual([])
      const fonts = execFileSync('pdffonts', [pdf], { encoding: 'utf8' }).trim().split('\n').slice(2)
      for (const font of fonts) expect(font).toMatch(/ yes yes yes +\d+ +0$/)
      const info = execFileSync('pdfinfo', [pdf], { encoding: 'utf8' })
      expect(info).toMatch(/^Tagged: +yes$/m)
      const said = /with (\d+) pages \((\d+) in Japanese\)/.exec(await readFile('docs/printing.md', 'utf8'))
      expect(/^Pages: +(\d+)$/m.exec(info)?.[1]).toBe(said?.[name === 'index' ? 1 : 2])
      expect(inaccessible(await readFile(pdf))).toEqual([])
      const structure = execFileSync('pdfinfo', ['-struct', pdf], { encoding: 'utf8', maxBuffer: 1e8 })
      for (const tag of ['H1', 'H2', 'Figure', 'Table', 'TH', 'TD', 'Caption', 'Link'])
        expect(structure).toMatch(new RegExp(`^ *${tag}\\b`, 'm'))
      await rm(pdf)
      expect(await build('pdf')).toMatchObject({ exitCode: 0 })
      expect(await digest()).toBe(before)
      if (!has('kpsewhich', name === 'index' ? 'IEEEtran.cls' : 'ltjsarticle.cls') || !has('latexmk', '-v'))
        return
      // As docs/printing.md says.
      const job = `${name}-latex`
      const tex = spawnSync(
        'latexmk',
        [
          ...['-cd', name === 'index' ? '-pdf' : '-lualatex', `-jobname=${job}`],
          ...['-interaction=nonstopmode', `_build/${name}.tex`],
        ],
        { cwd: project, encoding: 'utf8', maxBuffer: 1e8 },
      )
      expect(tex.stdout.split('\n').filter((line) => line.startsWith('!'))).toEqual([])
      expect(tex.status).toBe(0)
      expect(await digest()).toBe(before)
      const made = join(project, `_build/${job}.pdf`)
      const wrap = execFileSync('pdftotext', ['-layout', made, '-'], { encoding: 'utf8', maxBuffer: 1e8 })
      const printed = new Set(wrap.split(/\s+/))
      expect([...numbers].filter((one) => !printed.has(one))).toEqual([])
    },
  )
})
