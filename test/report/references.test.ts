import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { renderReport } from '../../src/report/page.ts'

const bib = `
@inproceedings{xen2003,
  author = {Barham, Paul and Dragovic, Boris and Fraser, Keir},
  title = {{Xen} and the Art of Virtualization}, booktitle = {Proc.\\ 19th {ACM} Symposium}, series = {SOSP '03},
  pages = {164--177}, publisher = {ACM}, year = 2003, month = oct, doi = {https://doi.org/10.1145/945445.945462}
}
@article{efron1987, author = {Efron, Bradley}, title = {Better \\emph{Bootstrap} <Intervals>?}, journal = {JASA},
  volume = 82, number = 397, pages = {171--185}, year = 1987, url = {https://example.org/a?b=c&d}}
@online{tanaka, author = {田中, 太郎 and others}, title = {仮想化}, url = {javascript:alert(1)}, date = {2020-09-29}, urldate = {2026-01-02}}
@phdthesis{böok, editor = {von Neumann, John and M{\\"u}ller, J{\\"o}rg}, title = {Thesis}, type = {phdthesis}, edition = 2, school = {Uni}, address = {Berlin}, year = {1999}, note = {Out of print}}
@misc{nothing,}
@misc{never, title = {Never cited}}
`
async function html(body: string, { lang = 'en', text = bib } = {}): Promise<string> {
  const value = `---\ntitle: T\nlang: ${lang}\nbibliography: paper/references.bib\n---\n\n${body}\n`
  const document = parseDocument(new VFile({ path: 'paper/index.md', value }))
  const read = async (path: string) => {
    if (path === 'paper/references.bib') return new TextEncoder().encode(text)
    return await readFile(path)
  }
  return (await renderReport({ document, runs: [], read, generator: 'repro 1.2.3' })).html
}
const item = (page: string, key: string) => new RegExp(`<li id="cite:${key}">(.*?)</li>`, 's').exec(page)?.[1]

/** Modules that were loaded as CommonJS, as this library is. */
const isLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('@citation-js'))

describe('citations', () => {
  it('of nothing load no library and make no section', async () => {
    const page = await html('Nothing.')
    expect(page).not.toContain('References')
    expect(isLoaded()).toBe(false)
    await html('As in [@xen2003].')
    expect(isLoaded()).toBe(true)
  })

  it('are numbers in the order of the text, each a link, with the place in the work', async () => {
    const page = await html('First [@efron1987], then [@xen2003, p.\n3; @efron1987] and [@tanaka; @xen2003].')
    expect(/<p>(First .*?)<\/p>/s.exec(page)?.[1]).toBe(
      'First <span class="citation">[<a href="#cite:efron1987">1</a>]</span>, then ' +
        '<span class="citation">[<a href="#cite:xen2003">2</a>, p. 3; <a href="#cite:efron1987">1</a>]</span> and ' +
        '<span class="citation">[<a href="#cite:tanaka">3</a>, <a href="#cite:xen2003">2</a>]</span>.',
    )
    expect(page.match(/<li id="cite:/g)).toHaveLength(3)
    expect(page).not.toContain('Never cited')
  })

  it('stand beside references to tables in one text', async () => {
    const table = '\n\n```yaml table\nid: tbl-x\nkind: environment\nfrom: latency\ncaption: X\n```'
    const page = await html(`See [@xen2003], @tbl-x [@tbl-x].${table}`)
    expect(/<p>(See .*?)<\/p>/s.exec(page)?.[1]).toBe(
      'See <span class="citation">[<a href="#cite:xen2003">1</a>]</span>, <a href="#tbl-x">Table\u00a01</a> [<a href="#tbl-x">Table\u00a01</a>].',
    )
  })

  it('with an unknown key are marked, and the others are counted', async () => {
    const page = await html('See [@gone; @xen2003].')
    expect(page).toContain(
      '[<span class="missing">@gone (no such entry)</span>, <a href="#cite:xen2003">1</a>]',
    )
  })

  it('that cannot be read stay as they are written', async () => {
    expect(await html('See [@xen2003;].')).toContain('<p>See [@xen2003;].</p>')
  })

  it('are marked where the bibliography cannot be read', async () => {
    expect(await html('See [@xen2003].', { text: '@article{xen2003, title' })).toContain(
      '@xen2003 (no such entry)',
    )
  })
})

describe('the list of references', () => {
  const cite = '[@xen2003; @efron1987; @tanaka; @böok; @nothing]'

  it('stands at the end and in the contents', async () => {
    const page = await html(`## One\n\n${cite}[^1]\n\n[^1]: A note.`)
    expect(page).toContain('<li class="depth-2"><a href="#references">References</a></li>')
    expect(page.indexOf('<h2 id="references">References</h2>')).toBeGreaterThan(page.indexOf('A note.'))
  })

  it('says people, title, container, numbers and a link', async () => {
    const page = await html(cite)
    expect(item(page, 'xen2003')).toBe(
      'Paul Barham, Boris Dragovic and Keir Fraser. Xen and the Art of Virtualization. ' +
        "In <cite>Proc. 19th ACM Symposium</cite> (SOSP '03), pp.\u00a0164–177. ACM, 2003-10. " +
        '<a href="https://doi.org/10.1145/945445.945462">doi:10.1145/945445.945462</a>.',
    )
    expect(item(page, 'efron1987')).toBe(
      'Bradley Efron. Better Bootstrap &#x3C;Intervals>? <cite>JASA</cite>, vol.\u00a082, no.\u00a0397, pp.\u00a0171–185, 1987. ' +
        '<a href="https://example.org/a?b=c&#x26;d">https://example.org/a?b=c&#x26;d</a>.',
    )
  })

  it('puts the family first in Japanese names, and links to nothing that runs', async () => {
    expect(item(await html(cite), 'tanaka')).toBe(
      '田中 太郎 et al. <cite>仮想化</cite>. 2020-09-29. javascript:alert(1) (accessed 2026-01-02).',
    )
  })

  it('names editors, editions and kinds of theses, and by its key a work that has nothing', async () => {
    const page = await html(cite)
    expect(item(page, 'böok')).toBe(
      'John von Neumann and Jörg Müller (eds.). <cite>Thesis</cite>. edition 2, PhD thesis, Uni, Berlin, 1999. Out of print.',
    )
    expect(item(page, 'nothing')).toBe('nothing')
  })

  it.each(['ja', 'ja-JP'])('has Japanese words in a document in %s', async (lang) => {
    const page = await html(cite, { lang })
    expect(page).toContain('<h2 id="references">参考文献</h2>')
    expect(item(page, 'tanaka')).toContain('田中 太郎他. <cite>仮想化</cite>. 2020-09-29. ')
    expect(item(page, 'tanaka')).toContain('(2026-01-02 閲覧)')
    expect(item(page, 'böok')).toContain('（編）. <cite>Thesis</cite>. 第2版, 博士論文')
  })

  it('has English words in any other language', async () => {
    expect(await html(cite, { lang: 'eo' })).toContain('<h2 id="references">References</h2>')
  })
})
