import { readFile } from 'node:fs/promises'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { renderReport } from './render.ts'

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

describe('citations', () => {
  it('of nothing make no section', async () => {
    expect(await html('Nothing.')).not.toContain('References')
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
    expect(await html('See [@xen2003].', { text: '@article xen2003, title' })).toContain(
      '@xen2003 (no such entry)',
    )
  })
})

describe('the list of references', () => {
  const cite = '[@xen2003; @efron1987; @tanaka; @böok; @nothing]'

  it('stands at the end and in the contents', async () => {
    const page = await html(`## One\n\n${cite}[^1]\n\n[^1]: A note.`)
    expect(page).toContain('<li class="depth-2"><a href="#page:references">References</a></li>')
    expect(page.indexOf('<h2 id="page:references">References</h2>')).toBeGreaterThan(page.indexOf('A note.'))
  })

  it('says people, title, container, numbers and a link', async () => {
    const page = await html(cite)
    expect(item(page, 'xen2003')).toBe(
      'Paul Barham, Boris Dragovic and Keir Fraser. Xen and the Art of Virtualization. ' +
        "In <cite>Proc. 19th ACM Symposium</cite> (SOSP '03), pp.\u00a0164–177. ACM, 2003-10. " +
        '<a href="https://doi.org/10.1145/945445.945462">doi:10.1145/945445.945462</a>.',
    )
    expect(item(page, 'efron1987')).toBe(
      'Bradley Efron. Better <em>Bootstrap</em> &#x3C;Intervals>? <cite>JASA</cite>, vol.\u00a082, no.\u00a0397, pp.\u00a0171–185, 1987. ' +
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
      'John von Neumann and Jörg Müller (eds.). <cite>Thesis</cite>. 2nd ed., PhD thesis, Uni, Berlin, 1999. Out of print.',
    )
    expect(item(page, 'nothing')).toBe('nothing')
  })

  it.each([
    ['3', '3rd ed.', '第3版'],
    ['3rd', '3rd ed.', '第3版'],
    ['third', '3rd ed.', '第3版'],
    ['Third', '3rd ed.', '第3版'],
    ['3rd ed.', '3rd ed.', '第3版'],
    ['Third Edition', '3rd ed.', '第3版'],
    ['3\\textsuperscript{rd}', '3rd ed.', '第3版'],
    ['第3版', '3rd ed.', '第3版'],
    ['1', '1st ed.', '第1版'],
    ['11th', '11th ed.', '第11版'],
    ['22', '22nd ed.', '第22版'],
    ['revised edition', 'revised edition', 'revised edition'],
    ['2nd, revised', '2nd, revised', '2nd, revised'],
    ['2. Auflage', '2. Auflage', '2. Auflage'],
  ])('says an edition written as %s in the words of the report', async (edition, english, japanese) => {
    const text = `@book{k, title={T}, publisher={P}, year=2000, edition={${edition}}}`
    expect(item(await html('[@k]', { text }), 'k')).toBe(`<cite>T</cite>. ${english}, P, 2000.`)
    expect(item(await html('[@k]', { text, lang: 'ja' }), 'k')).toBe(`<cite>T</cite>. ${japanese}, P, 2000.`)
  })

  it.each(['ja', 'ja-JP'])('has Japanese words in a document in %s', async (lang) => {
    const page = await html(cite, { lang })
    expect(page).toContain('<h2 id="page:references">参考文献</h2>')
    expect(item(page, 'tanaka')).toContain('田中 太郎他. <cite>仮想化</cite>. 2020-09-29. ')
    expect(item(page, 'tanaka')).toContain('(2026-01-02 閲覧)')
    expect(item(page, 'böok')).toContain('（編）. <cite>Thesis</cite>. 第2版, 博士論文')
  })

  it('has English words in any other language', async () => {
    expect(await html(cite, { lang: 'eo' })).toContain('<h2 id="page:references">References</h2>')
  })
})

/** The list's only item, as text unless there are links. */
async function listed(entry: string, lang = 'en'): Promise<string> {
  const key = /\{([^,]*),/.exec(entry)?.[1] ?? ''
  const found = item(await html(`[@${key}]`, { text: entry, lang })) ?? ''
  return found.replaceAll('&#x3C;', '‹').replaceAll('&#x26;', '&')

  function item(page: string): string | undefined {
    return new RegExp(`<li id="cite:${key}">(.*?)</li>`, 's').exec(page)?.[1]
  }
}

describe('LaTeX in an entry', () => {
  it.each([
    [String.raw`{\AA}ngstr{\"o}m`, 'Ångström'],
    [String.raw`Garc{\'\i}a Garc\'{\i}a Garc\'\i a`, 'García García García'],
    [String.raw`\aa s {\aa}s`, 'ås ås'],
    [String.raw`\v{C}apek \c{C}elik Erd\H{o}s \.Z {\.{z}} W\k{a}s \u{g}`, 'Čapek Çelik Erdős Ż ż Wąs ğ'],
    [String.raw`{\O}re Gau{\ss} {\L}ukasz \l{} \i{} {\DJ} \ae{} \OE{}`, 'Øre Gauß Łukasz ł ı Đ æ Œ'],
    [String.raw`{\"u} \"{u} \"u {\"{u}} \^{o} \~n \=a \d{a} \r{a} \b{b} \t{oo}`, 'ü ü ü ü ô ñ ā ạ å ḇ o͡o'],
    [String.raw`A \& B \% C \_ D \# \$5 50% -- ---`, 'A & B % C _ D # $5 50% – —'],
    ["``quoted'' and `single'", '“quoted” and ‘single’'],
    ['a~b', 'a\u00a0b'],
    [String.raw`Proc.\ 19th`, 'Proc. 19th'],
    [String.raw`$O(n^2)$ in $\mathcal{O}(n \log n)$`, 'O(n²) in O(n log n)'],
    [String.raw`$n^{\log n}$ $x_{ij}$`, 'n<sup> log n</sup> x<sub>ij</sub>'],
    [String.raw`\(x^2\) $$y^2$$ $\hat{x}$ $\mu$s $a<b$`, 'x² y² x̂ μs a‹b'],
    [String.raw`{\LaTeX}, \BibTeX{} and \TeX`, 'LaTeX, BibTeX and TeX'],
    [
      String.raw`\textit{a} \emph{b} {\em c} \textbf{d} \texttt{e} \textsc{f}`,
      '<em>a b c</em> <strong>d</strong> <code>e</code> f',
    ],
    [String.raw`{{Double}} {P}rotected {\small s}`, 'Double Protected s'],
    ['H<sub>2</sub>O <b>x', 'H<sub>2</sub>O <strong>x</strong>'],
    [
      String.raw`\url{https://example.org/\~{}u/a%20b_c#d}`,
      '<a href="https://example.org/~u/a%20b_c#d">https://example.org/~u/a%20b_c#d</a>',
    ],
    [String.raw`\href{https://example.org/a_b}{label}`, '<a href="https://example.org/a_b">label</a>'],
  ])('is Unicode: %s', async (latex, shown) => {
    expect(await listed(`@misc{k, title={T}, note={${latex}}}`)).toBe(`<cite>T</cite>. ${shown}.`)
  })

  it.each([
    ['note', String.raw`\href{javascript:alert(1)}{a}`, 'a.'],
    ['note', String.raw`\url{javascript:alert(1)}`, 'javascript:alert(1).'],
    ['note', String.raw`\href{data:text/html,a}{b}`, 'b.'],
    [
      'note',
      String.raw`\url{https://a.example/" onclick="b}`,
      '<a href="https://a.example/%22%20onclick=%22b">https://a.example/" onclick="b</a>.',
    ],
    ['note', '<script>a</script><img src=x onerror=b>', '‹script>a‹/script>‹img src=x onerror=b>.'],
    ['note', '<a href="javascript:alert(1)">a</a><i onclick="b">c', 'a‹i onclick="b">c.'],
    ['url', 'javascript:alert(1)', 'javascript:alert(1).'],
    ['url', 'java\tscript:alert(1)', 'java script:alert(1).'],
    ['howpublished', String.raw`\url{vbscript:a}`, 'vbscript:a.'],
    ['doi', 'javascript:alert(1)', 'doi:javascript:alert(1).'],
    [
      'doi',
      '10.1000/"><script>',
      '<a href="https://doi.org/10.1000/%22%3E%3Cscript%3E">doi:10.1000/">‹script></a>.',
    ],
    ['eprint', '../../"><b>', '../../"><b>.'.replaceAll('<', '‹')],
  ])('cannot put HTML or a bad address into the page: %s %s', async (name, value, shown) => {
    expect(await listed(`@misc{k, title={T}, ${name}={${value}}}`)).toBe(`<cite>T</cite>. ${shown}`)
  })
})

describe('a work', () => {
  const link = (href: string, text = href) => `<a href="${href}">${text}</a>`

  it.each([
    [
      String.raw`doi={10.1007/978-3-032-00942-5\_12}`,
      link('https://doi.org/10.1007/978-3-032-00942-5_12', 'doi:10.1007/978-3-032-00942-5_12'),
    ],
    [
      String.raw`doi={10.1000/a{\_}b#c?d}`,
      link('https://doi.org/10.1000/a_b%23c%3Fd', 'doi:10.1000/a_b#c?d'),
    ],
    [
      'doi={http://dx.doi.org/10.1002/(SICI)1097<1661::AID>3.0.CO;2-2}',
      link(
        'https://doi.org/10.1002/(SICI)1097%3C1661::AID%3E3.0.CO;2-2',
        'doi:10.1002/(SICI)1097‹1661::AID>3.0.CO;2-2',
      ),
    ],
    [
      'doi={https://doi.org/10.1002/%28SICI%29}',
      link('https://doi.org/10.1002/(SICI)', 'doi:10.1002/(SICI)'),
    ],
    [String.raw`url={https://example.com/a\_b}`, link('https://example.com/a_b')],
    [
      String.raw`url={\url{https://example.com/\~{}u/{\textasciitilde}v/a\%20b\#c}}`,
      link('https://example.com/~u/~v/a%20b#c'),
    ],
    ['url={https://example.com/~u/a%20b_c?x=1&y=2#d}', link('https://example.com/~u/a%20b_c?x=1&y=2#d')],
    [String.raw`howpublished={\url{https://example.com/\~{}user}}`, link('https://example.com/~user')],
    [
      'eprint={2101.00001}, archiveprefix={arXiv}',
      link('https://arxiv.org/abs/2101.00001', 'arXiv:2101.00001'),
    ],
    [
      'eprint={arXiv:2101.00001v2}, primaryclass={cs.DC}',
      link('https://arxiv.org/abs/2101.00001v2', 'arXiv:2101.00001v2 [cs.DC]'),
    ],
    [
      'eprint={hep-th/9901001}, eprinttype={arxiv}',
      link('https://arxiv.org/abs/hep-th/9901001', 'arXiv:hep-th/9901001'),
    ],
    ['eprint={5}, eprinttype={local}', 'local:5'],
    ['url={https://a.example/}, urldate={2020-01-02}', `${link('https://a.example/')} (accessed 2020-01-02)`],
  ])('is found by %s', async (fields, shown) => {
    expect(await listed(`@misc{k, title={T}, ${fields}}`)).toBe(`<cite>T</cite>. ${shown}.`)
  })

  it.each([
    ['date={2020/}', '2020/.', '2020/.'],
    ['date={2020/..}', '2020/.', '2020/.'],
    ['date={/2020}', '/2020.', '/2020.'],
    ['date={../2020}', '/2020.', '/2020.'],
    ['date={2020–}', '2020/.', '2020/.'],
    ['date={2019-02/2020-03-04}', '2019-02/2020-03-04.', '2019-02/2020-03-04.'],
    ['date={-0300}', '301 BC.', '紀元前301年.'],
    ['date={-0043-03-15}', '44-03-15 BC.', '紀元前44-03-15.'],
    ['date={2020~}', 'c. 2020.', '2020年頃.'],
    ['date={2020?}', '2020?', '2020?'],
    ['date={2020-21}', 'spring 2020.', '2020年春.'],
    ['date={2020-13}', '2020-13.', '2020-13.'],
    ['date={1997-07-05T10:00:00Z}', '1997-07-05.', '1997-07-05.'],
    ['year={in press}', 'in press.', 'in press.'],
    ['year={circa 1500}', 'circa 1500.', 'circa 1500.'],
    ['year=2020, month=3', '2020-03.', '2020-03.'],
    ['year=2020, month=mar', '2020-03.', '2020-03.'],
    ['year=2020, month="15~" # mar', '2020-03-15.', '2020-03-15.'],
    ['year=79', '79.', '79.'],
    ['year={2019--2020}', '2019–2020.', '2019–2020.'],
    ['pubstate={inpress}', 'in press.', '印刷中.'],
  ])('is dated by %s', async (fields, english, japanese) => {
    expect(await listed(`@misc{k, title={T}, ${fields}}`)).toBe(`<cite>T</cite>. ${english}`)
    expect(await listed(`@misc{k, title={T}, ${fields}}`, 'ja')).toBe(`<cite>T</cite>. ${japanese}`)
  })

  it.each([
    ['鈴木 花子', '鈴木 花子'],
    ['鈴木, 花子', '鈴木 花子'],
    ['鈴木，花子', '鈴木 花子'],
    ['鈴木　花子', '鈴木　花子'],
    ['鈴木花子 and 佐藤, 太郎', '鈴木花子 and 佐藤 太郎'],
    ['スズキ, ハナコ', 'スズキ ハナコ'],
    ['{日本 情報処理学会}', '日本 情報処理学会'],
    ['김, 민준 and 王, 小明', '김 민준 and 王 小明'],
    ['von Neumann, John and Ludwig van Beethoven', 'John von Neumann and Ludwig van Beethoven'],
    ['King, Jr., Martin Luther and {Barnes and Noble}', 'Martin Luther King Jr. and Barnes and Noble'],
    [String.raw`de la Vall{\'e}e Poussin, Charles and others`, 'Charles de la Vallée Poussin et al'],
    ['family=Smith, given=John, prefix=von', 'John von Smith'],
  ])('is by %s', async (author, shown) => {
    expect(await listed(`@misc{k, author={${author}}, title={T}}`)).toBe(`${shown}. <cite>T</cite>.`)
  })

  it.each([
    [
      '@techreport{k, title={R}, institution={MIT}, number={TR-5}, year=1999}',
      '<cite>R</cite>. Technical report TR-5, MIT, 1999.',
    ],
    ['@patent{k, title={R}, number={123}, type={patentus}}', '<cite>R</cite>. US patent 123.'],
    ['@inbook{k, title={R}, chapter={7}, pages={1}}', '<cite>R</cite>. ch.\u00a07, p.\u00a01.'],
    ['@software{k, title={R}, version={1.2}, date=2020}', '<cite>R</cite>. version 1.2, 2020.'],
    [
      '@article{k, title={A}, journal={J}, volume={1--2}, number={3}, pages={4-5}}',
      'A. <cite>J</cite>, vol.\u00a01–2, no.\u00a03, pp.\u00a04–5.',
    ],
    [
      '@inproceedings{k, author={A, B}, title={P}, crossref={c}}\n@proceedings{c, title={Proc}, editor={E, F}, year=1999}',
      'B A. P. In <cite>Proc</cite>, F E (ed.), 1999.',
    ],
    [
      '@book{k, title={X}, xdata={c}}\n@xdata{c, publisher={P}, xdata={d}}\n@xdata{d, date=2001, xdata={c}}',
      '<cite>X</cite>. P, 2001.',
    ],
    ['@book{k, title=t # { and } # "more", publisher=p}\n@string{t={no}}', '<cite>t and more</cite>. p.'],
    [
      '@string{p="ACM " # {Press}}@comment{@book{k, title={no}}}@preamble{"x"}@book(k, title={T}, publisher=P)',
      '',
    ],
  ])('is shown with what its type has: %s', async (entry, shown) => {
    if (shown !== '') expect(await listed(entry)).toBe(shown)
    else expect(item(await html('[@k]', { text: entry }), 'k')).toBe('<cite>T</cite>. ACM Press.')
  })
})
