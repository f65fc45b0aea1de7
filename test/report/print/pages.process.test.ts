/** What stands where on the pages of a PDF, and that nothing is cut off, lost or printed over something else. */

import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { reportOf } from './document.ts'
import { hasJapanese, hasPoppler } from './installed.ts'
import { printed } from './printed.ts'

const times = (count: number, text: string) => text.repeat(count)

/** Rows of a page between two heights (points) that have ink, at 288 dots per inch: four dots per point. */
function inkedRows(file: string, page: number, [top, bottom]: readonly [number, number]): number {
  const area = ['-x', '0', '-y', String(top * 4), '-W', '2400', '-H', String((bottom - top) * 4)]
  const picture = execFileSync(
    'pdftoppm',
    ['-r', '288', '-gray', '-f', String(page), '-l', String(page), ...area, file],
    { maxBuffer: 1e8, stdio: 'pipe' },
  )
  const [head = '', width = ''] = /^P5\s+(\d+)\s+\d+\s+\d+\s/.exec(picture.toString('latin1', 0, 40)) ?? []
  const dots = picture.subarray(head.length)
  const rows = Array.from({ length: dots.length / Number(width) }, (_, row) =>
    dots.subarray(row * Number(width), (row + 1) * Number(width)),
  )
  return rows.filter((row) => row.some((dot) => dot < 128)).length
}

it.skipIf(!hasPoppler)('the head of pages has the whole of its letters', async () => {
  const head = async (title: string) => {
    const report = await reportOf(times(900, 'many words '), { front: `title: ${title}` })
    return inkedRows((await printed(report)).file, 2, [30, 60])
  }
  // What reaches below the line has a third of the height of what does not.
  expect(await head('xgpx')).toBeGreaterThan(1.3 * (await head('xxxx')))
})

it.skipIf(!hasPoppler)('lines of an equation leave room for their signs', async () => {
  const signs = Array.from({ length: 30 }, (_, index) => `a_{${index + 10}}^{${index + 10}}`)
  const report = await reportOf(`$$\nf = ${signs.join(' + ')}\n$$`)
  const { file, words } = await printed(report)
  // Each line has the height of its signs, with their exponents and indices; rows without ink are between two.
  const equation = words.filter(({ text }) => /^[+\d𝑎𝑓=]+$/u.test(text) && text !== '1')
  const top = Math.floor(Math.min(...equation.map(({ top }) => top)))
  const bottom = Math.ceil(Math.max(...equation.map(({ bottom }) => bottom)))
  const lines = new Set(equation.filter(({ text }) => text.includes('+')).map(({ top }) => Math.round(top)))
  expect(lines.size).toBeGreaterThan(2)
  const blank = 4 * (bottom - top) - inkedRows(file, 1, [top, bottom])
  expect(blank).toBeGreaterThan(6 * (lines.size - 1))
})

const claim = (index: number) =>
  `\`\`\`yaml claim\nid: C${index}\nstatement: It is so\nscope: shape\nskip: not here\nvalue: '1'\nbetween: [0, 2]\n\`\`\`\n`

it.skipIf(!hasPoppler)(
  'the caption of a table that breaks is with its first row',
  async () => {
    const table = '```yaml table\nid: tbl-c\nkind: claims\ncaption: CAPTION\n```'
    const claims = Array.from({ length: 60 }, (_, index) => claim(index)).join('\n')
    const pages = new Set<number>()
    for (let lines = 44; lines < 51; lines += 1) {
      const before = Array.from({ length: lines }, () => 'line').join('\\\n')
      const report = await reportOf(`${before}\n\n${table}\n\n${claims}`, {
        front: 'title: T\nprint: {columns: 1}',
      })
      const { words } = await printed(report)
      const caption = words.find(({ text }) => text === 'CAPTION')
      expect(words.find(({ text }) => text === 'C0')?.page).toBe(caption?.page)
      pages.add(caption?.page ?? 0)
    }
    expect([...pages]).toEqual([1, 2])
  },
  90_000,
)

it.skipIf(!hasPoppler)('the caption of a listing is with its first line', async () => {
  const listing = '```python id=lst-a caption="CAPTION"\nFIRST\n```'
  for (let lines = 44; lines < 51; lines += 1) {
    const before = Array.from({ length: lines }, () => 'line').join('\\\n')
    const report = await reportOf(`${before}\n\n${listing}`, { front: 'title: T\nprint: {columns: 1}' })
    const { words } = await printed(report)
    const pages = ['CAPTION', 'FIRST'].map((word) => words.find(({ text }) => text === word)?.page)
    expect(pages[0]).toBe(pages[1])
  }
})

const table = (heads: readonly string[], ...rows: readonly (readonly string[])[]) =>
  [heads, heads.map(() => '--:'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
const numbers = (columns: number) => {
  const heads = Array.from({ length: columns }, (_, index) => `quite long head ${index}`)
  return table(
    heads,
    heads.map(() => '123456789'),
  )
}

it.skipIf(!hasPoppler).each([
  ['in a list of two columns', 2, 9, `- item\n\n${numbers(9).replaceAll(/^/gm, '  ')}`],
  ['in a callout of two columns', 2, 9, `> [!NOTE]\n> A\n>\n${numbers(9).replaceAll(/^/gm, '> ')}`],
  ['in a list of one column', 1, 14, `- item\n\n${numbers(14).replaceAll(/^/gm, '  ')}`],
  ['in a footnote', 2, 9, `Text[^n].\n\n[^n]: Note\n\n${numbers(9).replaceAll(/^/gm, '    ')}`],
  ['wider than a page', 2, 30, numbers(30)],
])('no number of a table is printed over another: %s', async (_, columns, count, body) => {
  const { words } = await printed(await reportOf(body, { front: `title: T\nprint: {columns: ${columns}}` }))
  const found = words.filter(({ text }) => text === '123456789').toSorted((a, b) => a.left - b.left)
  expect(found).toHaveLength(count)
  for (const [index, { right }] of found.entries())
    expect(found[index + 1]?.left ?? Infinity).toBeGreaterThan(right + 1)
})

it.skipIf(!hasPoppler).each([
  ['words', Array.from({ length: 2000 }, (_, index) => `w${index}`).join(' '), ''],
  ['lines', Array.from({ length: 200 }, (_, index) => `w${index}`).join('<br>'), ''],
  ['formulas', Array.from({ length: 200 }, (_, index) => `w${index} $\\frac{1}{2}$`).join('<br>'), ''],
  ['words, in a list', Array.from({ length: 2000 }, (_, index) => `w${index}`).join(' '), '  '],
])('a row of a table that no page holds goes on, with nothing lost: of %s', async (_, cell, indent) => {
  const source = table(['a', 'b'], ['before', cell], ['after', 'END'])
  const body = indent === '' ? source : `- item\n\n${source.replaceAll(/^/gm, indent)}`
  const { words, problems } = await printed(await reportOf(body))
  expect(problems).toEqual([])
  const expected = cell.match(/w\d+/g) ?? []
  const found = words.filter(({ text }) => /^w\d+$/.test(text))
  expect(found.map(({ text }) => text).toSorted()).toEqual(expected.toSorted())
  expect(words.filter(({ bottom }) => bottom > 842 - 20)).toEqual([])
  const end = words.find(({ text }) => text === 'END')
  const last = found.at(-1)
  expect((end?.page ?? 0) * 1e5 + (end?.left ?? 0)).toBeGreaterThanOrEqual((last?.page ?? 0) * 1e5)
})

it.skipIf(!hasPoppler)('limits of formulas touch nothing', async () => {
  const names = ['max', 'lim', 'det', 'mini']
  const formulas = [...names.slice(0, 3).map((name) => `\\${name}_{k} x`), '\\underset{k}{\\text{mini}} x']
  const { words } = await printed(await reportOf(formulas.map((tex) => `$$\n${tex}\n$$`).join('\n\n')))
  const limits = words.filter(({ text }) => text === '𝑘')
  for (const [index, name] of names.entries()) {
    const top = words.find(({ text }) => text === name)?.top ?? Infinity
    // Letters without a descender end here; limits begin 7 points below the top if the font's measures are unknown.
    expect((limits[index]?.top ?? 0) - top).toBeGreaterThan(8)
  }
})

const drawing = (name: string, width: number, height: number) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
  `<rect width="${width}" height="${height}" fill="#ddd"/><text x="0" y="20" font-size="20">${name}-BEGIN</text>` +
  `<text x="0" y="${height - 8}" font-size="20">${name}-END</text></svg>`

it.skipIf(!hasPoppler).each([
  ['a tall one, then a wide one', ['TALL', 'WIDE']],
  ['wide ones around a tall one', ['WIDE', 'TALL', 'WIDER']],
])('no figure of two columns is printed over another: %s', async (_, order) => {
  const files = {
    'figures/TALL.svg': drawing('TALL', 200, 1100),
    'figures/WIDE.svg': drawing('WIDE', 1000, 500),
    'figures/WIDER.svg': drawing('WIDER', 1200, 300),
  }
  const figures = order.map(
    (name) =>
      `\`\`\`yaml figure\nid: fig-${name.toLowerCase()}\nsrc: figures/${name}.svg\nalt: A\ncaption: ${name}-CAPTION\n\`\`\``,
  )
  for (const before of [10, 60, 160, 250]) {
    const body = [times(before, 'some words of text '), ...figures, times(200, 'and more ')].join('\n\n')
    const { words } = await printed(await reportOf(body, { front: 'title: T\nprint: {columns: 2}', files }))
    const areas = order.map((name) => {
      const [begin, end, caption] = ['BEGIN', 'END', 'CAPTION'].map((part) =>
        words.find(({ text }) => text === `${name}-${part}`),
      )
      if (begin === undefined || end === undefined || caption === undefined) throw new Error(`no ${name}`)
      expect([end.page, caption.page]).toEqual([begin.page, begin.page])
      expect(end.bottom).toBeLessThan(caption.top + 2)
      // Nor is it smaller where less of a page is left.
      if (name === 'TALL') expect(end.top - begin.top).toBeGreaterThan(590)
      return { page: begin.page, top: begin.top, bottom: caption.bottom }
    })
    for (const one of areas)
      for (const other of areas)
        if (one !== other && one.page === other.page && one.top <= other.top)
          expect(one.bottom).toBeLessThan(other.top + 2)
  }
})

it.skipIf(!hasPoppler)('a long word is divided by its syllables, and one without them is cut', async () => {
  const word = 'Rechtsschutzversicherungsgesellschaften'
  const front = 'title: T\nlang: de\nprint: {columns: 2}'
  const { words } = await printed(
    await reportOf(`Eine ganz lange Zeile ${word}.\n\n${times(70, 'x')}.`, { front }),
  )
  const first = words.find(({ text }) => text.startsWith('Recht'))?.text ?? ''
  expect(first).toMatch(/^Rechts-$|^Rechtsschutz-$|^Rechtsschutzver/)
  expect(words.filter(({ text, right }) => /^x+/.test(text) && right > 292)).toEqual([])
})

it.skipIf(!hasPoppler || !hasJapanese)('emphasis of East Asian letters has other letters', async () => {
  const fontsOf = async (text: string) => {
    const { file } = await printed(await reportOf(text, { front: 'title: T\nlang: ja' }))
    return execFileSync('pdffonts', [file], { encoding: 'utf8', stdio: 'pipe' })
  }
  expect(await fontsOf('この語')).not.toContain('NotoSansCJK')
  for (const text of ['この*語*', '# 一\n\n## 二*三*', '| 一 |\n| --- |\n| *二* |'])
    expect(await fontsOf(text)).toContain('NotoSansCJK')
})
