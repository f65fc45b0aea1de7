import { VFile } from 'vfile'
import { expect, it } from 'vitest'
import { parseDocument } from '../../../src/document/document.ts'
import { openWriter } from '../../../src/report/html/live.ts'
import { writeHtml } from '../../../src/report/html/page.ts'
import type { Float } from '../../../src/report/model.ts'
import { type Keeping, makeReport } from '../../../src/report/report.ts'

const figure = (id: string) => `\`\`\`yaml figure
id: ${id}
caption: Caption
alt: A point.
spec: {mark: point, data: {name: rows}}
data: {rows: data.csv}
\`\`\``

const inList = (block: string) => `- A list with\n\n  ${block.replaceAll('\n', '\n  ')}`

const text = (ids: readonly string[]) => `---
title: Figures
---

First.

${ids.flatMap((id) => [figure(id), inList(figure(`${id}-inner`))]).join('\n\n')}

Last, with a note.[^1]

[^1]: The note.
`

const drawing = (color: string, path = 'M0,0') =>
  '<svg xmlns="http://www.w3.org/2000/svg" class="marks" width="9" height="9">' +
  `<path d="${path}" fill="${color}"/></svg>`

/** As a live document's: what is beside the figures is made once. */
function keepingOf(): Keeping {
  const stages = new Map<string, unknown>()
  return {
    value: (_, make) => make(),
    verification: (_, make) => make(),
    claim: (_, __, make) => make(),
    async stage<T>(name: string, make: (read: () => Promise<Uint8Array>) => Promise<T>) {
      if (!stages.has(name)) stages.set(name, await make(async () => new Uint8Array()))
      return stages.get(name) as T
    },
  }
}

async function open(...ids: readonly string[]) {
  const document = parseDocument(new VFile({ path: 'paper/index.md', value: text(ids) }))
  const made = new Map<string, Float>() // of the live document
  const write = openWriter()
  const keeping = keepingOf()
  const reportOf = (svgs: Readonly<Record<string, string>>, keeping?: Keeping) =>
    makeReport({
      ...{ document, runs: [], read: async () => new Uint8Array(), generator: 'g' },
      ...(keeping && { keeping }),
      floats: {
        find(id) {
          const svg = svgs[id] ?? drawing('red')
          const float: Float = (keeping && made.get(id + svg)) ?? {
            ...{ type: 'float', id, label: `Figure ${id}`, caption: 'Caption' },
            content: { type: 'figure', svg, spec: '{}', alt: 'A point.', data: [], isFolded: false },
            ...{ notes: [], missing: [], stale: [] },
          }
          if (keeping) made.set(id + svg, float)
          return float
        },
        keep: async () => {},
      },
    })
  return {
    live: async (svgs: Readonly<Record<string, string>>) => write(frozen(await reportOf(svgs, keeping))),
    whole: async (svgs: Readonly<Record<string, string>>) => writeHtml(await reportOf(svgs)).text,
  }
}

/** What is made once for several reports may not be changed. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const one of Object.values(value)) frozen(one)
  }
  return value
}

it('writes the bytes of a build whatever figure changes, and only its block anew', async () => {
  const { live, whole } = await open('fig-a', 'fig-b')
  const looks = [
    {},
    { 'fig-a': drawing('red', 'M1,1') },
    { 'fig-a': drawing('red', 'M1,1'), 'fig-b': drawing('red', 'M2,2') },
    { 'fig-b': drawing('blue') }, // another style
    { 'fig-b': drawing('blue'), 'fig-a-inner': drawing('blue', 'M3,3') },
    { 'fig-b': drawing('blue', 'M4,4') },
    { 'fig-b': '<svg xmlns="http://www.w3.org/2000/svg"><path style="mix-blend-mode: multiply;"/></svg>' },
    {},
  ]
  let before: readonly unknown[] = []
  const changes: number[] = []
  for (const svgs of looks) {
    const page = await live(svgs)
    expect(page.text).toBe(await whole(svgs))
    const hashes = page.blocks.map((one) => (one.type === 'block' ? one.hash : one.name))
    changes.push(hashes.filter((hash, index) => hash !== before[index]).length)
    before = hashes
  }
  expect(changes.slice(1)).toEqual([1, 1, 2, 1, 2, 1, 1])
})

it('tells figures with one id apart', async () => {
  const { live, whole } = await open('fig-a', 'fig-a')
  for (const svgs of [{}, { 'fig-a': drawing('red', 'M1,1') }, { 'fig-a': drawing('red', 'M2,2') }])
    expect((await live(svgs)).text).toBe(await whole(svgs))
})

it('tells where the drawings of a block are, also of one within another', async () => {
  const { live } = await open('fig-a')
  const { blocks } = await live({ 'fig-a-inner': drawing('blue') })
  const found = blocks.flatMap((one) =>
    one.type === 'block' ? [one.pieces.map(([start, end]) => one.html.slice(start, end))] : [],
  )
  expect(found.filter((pieces) => pieces.length > 0)).toEqual([
    [expect.stringMatching(/^<svg[^]*fill="red"[^]*<\/svg>$/)],
    [expect.stringMatching(/^<svg[^]*fill="blue"[^]*<\/svg>$/)],
  ])
})
