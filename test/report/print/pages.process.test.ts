/** What stands where on the pages of a PDF, and that nothing is cut off, lost or printed over something else. */

import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { reportOf } from './document.ts'
import { hasPoppler } from './installed.ts'
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
