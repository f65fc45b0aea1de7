import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { reportName } from '../../src/project/manifest.ts'
import { addressesFrom, addressIn } from '../../src/report/addresses.ts'
import { writeHtml } from '../../src/report/html/page.ts'
import { writeMarkdown } from '../../src/report/markdown/document.ts'
import { makeReport } from '../../src/report/report.ts'

describe.each([
  ['docs/engine.md', 'claims.md', '+docs+claims.html'],
  ['docs/engine.md', 'claims.md#expressions', '+docs+claims.html#expressions'],
  ['docs/engine.md', './how/to%20run.md?x#y', '+docs+how+to%20run.html?x#y'],
  ['docs/engine.md', '../README.md#commands', '../README.md#commands'],
  ['docs/engine.md', '../paper/index.md', '../paper/index.md'],
  ['docs/engine.md', 'verify.schema.json', '../docs/verify.schema.json'],
  ['paper/index.md', 'notes.md', 'notes.html'],
  ['paper/index.md', '../figures/setup.png', '../figures/setup.png'],
  ['draft.md', 'notes/other.md', '+notes+other.html'],
  ['draft.md', '../elsewhere/other.md', '../../elsewhere/other.md'],
  ['docs/engine.md', '#runs', '#runs'],
  ['docs/engine.md', 'https://example.org/a.md', 'https://example.org/a.md'],
  ['docs/engine.md', '//example.org/a.md', '//example.org/a.md'],
  ['docs/engine.md', 'mailto:a@example.org', 'mailto:a@example.org'],
  ['docs/engine.md', 'odd%zz.md', '+docs+odd%2525zz.html'],
  ['paper/index.md', 'a%23b%3F.md#c', 'a%2523b%253F.html#c'],
])('in %s a link to %s', (document, url, expected) => {
  it(`leads to ${expected}`, () => {
    expect(addressIn(addressesFrom(document, reportName)(url), '.html')).toBe(expected)
  })
})

it('has the extension of the format', () => {
  const address = addressesFrom('docs/a.md', reportName)('b.md#c')
  expect(addressIn(address, '.md')).toBe('+docs+b.md#c')
})

it('a guide has a page without a word of runs, and leads to others in each format', async () => {
  const value = '# A guide\n\nSee [claims](claims.md#expressions), or [the license](../LICENSE).\n'
  const report = await makeReport({
    document: parseDocument(new VFile({ path: 'docs/guide.md', value })),
    runs: [],
    read: async () => new Uint8Array(),
    nameOf: reportName,
    generator: 'g',
  })
  const html = writeHtml(report).text
  expect(html).toContain('<h1>A guide</h1>')
  expect(html).toContain('href="+docs+claims.html#expressions"')
  expect(html).toContain('href="../LICENSE"')
  expect(html).not.toMatch(/runs yet|0 runs|class="banner|--rerun/)
  const markdown = writeMarkdown(report, '+docs+guide').text
  expect(markdown).toContain('(+docs+claims.md#expressions)')
  expect(markdown).not.toMatch(/runs yet|0 runs|--rerun/)
})
