import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type Bibliography, parseBibliography } from '../../src/bibliography/bibliography.ts'
import { check, type Project } from '../../src/check/check.ts'
import { type Document, parseDocument } from '../../src/document/document.ts'
import { publishedTables } from '../../src/query/published.ts'

const folder = fileURLToPath(new URL('../fixtures/document/', import.meta.url))
const cases = readdirSync(folder).sort()

const bibliography: Bibliography = await parseBibliography(
  `
@inproceedings{xen2003, title = {Xen and the Art of Virtualization}}
@article{efron1987, title = {Better Bootstrap Confidence Intervals}}
`,
  [],
)
const files = [
  'experiments/pause-resume.ts',
  'figures/phases.vl.json',
  'figures/scatter.vl.json',
  'paper/published/latency.csv',
  'paper/published/phases.csv',
  'paper/references.bib',
]
const project: Project = {
  exists: (path) => files.includes(path),
  problem: () => undefined,
  match: () => [],
  read: (path) => (files.includes(path) ? readFileSync(path) : undefined),
  list: (path) =>
    files.filter((file) => file.startsWith(`${path}/`)).map((file) => file.slice(path.length + 1)),
  environments: ['xen-4.14', 'xen-4.17'],
  languages: ['en', 'ja'],
  tableKinds: new Map([
    ['facts', { options: () => z.object({}), from: false }],
    [
      'summary',
      {
        options: () =>
          z.object({
            measures: z.array(z.string()).optional(),
            patterns: z.array(z.string()).optional(),
            published: z.string().optional(),
          }),
        files: ['published'],
      },
    ],
    ['validity', { options: () => z.object({ reference: z.string() }), environments: ['reference'] }],
    ['recordings', { options: () => z.object({ published: z.array(z.string()) }), files: ['published'] }],
  ]),
}

function read(name: string): string {
  return readFileSync(`${folder}${name}/input.md`, 'utf8')
}

function checked(text: string): Document {
  const document = parseDocument(new VFile({ value: text, path: 'input.md' }))
  const named = document.frontMatter.bibliography?.file ?? ''
  const published = publishedTables(document.frontMatter.published, (path) =>
    files.includes(path) ? readFileSync(path, 'utf8') : undefined,
  )
  check(document, { ...project, published, ...(files.includes(named) ? { bibliography } : {}) })
  return document
}

function messagesOf({ file }: Document): string {
  return file.messages
    .map(({ line, column, fatal, ruleId, reason }) => {
      const severity = fatal ? 'error' : 'warning'
      return `${line}:${column} ${severity} ${ruleId} ${reason}\n`
    })
    .join('')
}

/** What can be written as JSON; the tree and the nodes cannot be compared usefully. */
function dataOf({ frontMatter, blocks, values, references, citations }: Document): string {
  const plain = {
    frontMatter,
    blocks,
    values: values.map(({ place, source, ast, filters }) => ({ place, source, ast, filters })),
    references: references.map(({ id, place, start, end }) => ({ id, place, start, end })),
    citations: citations.map(({ place, items, start, end }) => ({ place, items, start, end })),
  }
  return `${JSON.stringify(plain, null, 2)}\n`
}

describe.each(cases)('document %s', (name) => {
  const text = read(name)

  it('has the expected messages, in the order of the text', async () => {
    await expect(messagesOf(checked(text))).toMatchFileSnapshot(`${folder}${name}/messages.txt`)
  })

  it('has the same messages with CRLF line ends and a byte order mark', () => {
    expect(messagesOf(checked(`\uFEFF${text.replaceAll('\n', '\r\n')}`))).toBe(messagesOf(checked(text)))
  })

  it('names unknown words where they stand', () => {
    const lines = text.split('\n')
    for (const { reason, line, column } of checked(text).file.messages) {
      const unknown = /^unknown [^:]+: ([^\s;]+)/
        .exec(reason)?.[1]
        ?.split('.')
        .at(reason.startsWith('unknown parameter') ? -1 : 0)
      if (unknown === undefined || line == null || column == null) continue
      const written = lines[line - 1]?.slice(column - 1).replace(/^['"]/, '')
      if (!/^[\d.]/.test(unknown)) expect(written).toMatch(new RegExp(`^${unknown.replaceAll('.', '\\.')}`))
    }
  })
})

describe('a good document', () => {
  it.each(cases.filter((name) => existsSync(`${folder}${name}/expected.json`)))(
    '%s has the expected content',
    async (name) => {
      await expect(dataOf(checked(read(name)))).toMatchFileSnapshot(`${folder}${name}/expected.json`)
    },
  )

  it('reads alike with CRLF line ends', () => {
    const unix = checked(read('whole'))
    const windows = checked(read('whole').replaceAll('\n', '\r\n'))
    const withoutOffsets = (document: Document) => dataOf(document).replace(/"(?:start|end)": \d+/g, '')
    expect(withoutOffsets(windows)).toBe(withoutOffsets(unix))
  })

  it('knows what its nodes stand for', () => {
    const document = checked(read('whole'))
    for (const [node, meaning] of document.nodes) {
      expect(node.type).toBe(meaning.type === 'value' ? 'inlineCode' : 'code')
      expect(meaning.place).toEqual({ line: node.position?.start.line, column: node.position?.start.column })
    }
    expect([...document.nodes.values()]).toHaveLength(document.blocks.length + document.values.length)
    for (const { node, start, end, id } of document.references)
      expect(node.value.slice(start, end)).toBe(`@${id}`)
  })
})
