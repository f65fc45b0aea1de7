import { readdirSync, readFileSync } from 'node:fs'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { warnOfForeign } from '../../src/check/foreign.ts'
import { parseDocument } from '../../src/document/document.ts'
import { source } from '../source.ts'
import { messages } from './writing.ts'

/** What it is, how it is written, and where each message stands with its rule. The body starts in line 5. */
const constructs: readonly (readonly [name: string, body: string, ...expected: string[]])[] = [
  ['MDX import', "import Chart from '../components/chart.js'", '5:1 mdx'],
  ['MDX import braces', 'import { Chart, Other } from "./chart"', '5:1 mdx'],
  ['MDX import bare', "import './a.css'", '5:1 mdx'],
  ['MDX export', "export const meta = { title: 'Hello' }", '5:1 mdx'],
  ['MDX export default', 'export default function Layout({ children }) { return children }', '5:1 mdx'],
  ['MDX expression', 'Two pi is {Math.PI * 2} wide.', '5:11 mdx'],
  ['MDX expression block', '{props.year}', '5:1 mdx'],
  ['MDX comment', '{/* a comment */}', '5:1 mdx'],
  ['JSX self-closing', '<Chart year={2018} color="#fcb32c" />', '5:1 html'],
  ['JSX inline', 'See <Chart year={2018} /> here.', '5:5 html'],
  ['JSX block', '<Tabs>\n\ntext\n\n</Tabs>', '5:1 html'],
  ['JSX fragment', '<>text</>', '5:7 mdx'],
  ['AsciiDoc link', 'link:https://example.org[words]', '5:6 asciidoc'],
  ['AsciiDoc link in text', 'see link:a.html[words] here', '5:5 asciidoc'],
  ['AsciiDoc url text', 'see https://example.org[Example] here', '5:5 asciidoc'],
  ['AsciiDoc mailto', 'mailto:a@b.org[Mail]', '5:8 asciidoc'],
  ['AsciiDoc attribute', ':author: Jane', '5:1 field-list'],
  ['AsciiDoc attribute ref', 'see {author} here', '5:5 asciidoc'],
  ['AsciiDoc anchor', '[[anchor-a]]', '5:1 wiki-link'],
  ['AsciiDoc xref', 'see <<anchor-a>> here', '5:6 html'],
  ['AsciiDoc xref words', 'see <<anchor-a,words>> here', '5:5 asciidoc'],
  ['AsciiDoc inline image', 'an image:a.png[Alt] here', '5:4 asciidoc'],
  ['AsciiDoc block title', '.Title of block\n|===', '6:1 asciidoc'],
  ['AsciiDoc example', '====\nexample\n====', '5:1 sign-line'],
  ['AsciiDoc listing', '----\ncode\n----', '5:1 sign-line'],
  ['AsciiDoc literal', '....\nliteral\n....', '5:1 sign-line', '7:1 sign-line'],
  ['AsciiDoc sidebar', '****\nsidebar\n****', '5:1 asciidoc', '7:1 sign-line'],
  ['AsciiDoc quote', '____\nquote\n____', '5:1 asciidoc'],
  ['AsciiDoc comment', '// a comment', '5:1 comment'],
  ['AsciiDoc comment block', '////\ncomment\n////', '5:1 sign-line', '7:1 sign-line'],
  ['AsciiDoc ordered', '. one\n. two', '5:1 fancy-list', '6:1 fancy-list'],
  ['AsciiDoc description', 'CPU:: The brain', '5:1 property'],
  ['AsciiDoc menu', 'menu:File[Save]', '5:1 asciidoc'],
  ['AsciiDoc plus pass', 'a +++<u>x</u>+++ b', '5:6 html'],
  ['AsciiDoc highlight', 'a #marked# b', '5:3 highlight'],
  ['AsciiDoc role', 'a [.underline]#text# b', '5:3 highlight'],
  ['AsciiDoc list continuation', '* one\n+\ntext', '6:1 asciidoc'],
  ['AsciiDoc toc', 'toc::[]', '5:1 asciidoc'],
  ['AsciiDoc anchor id', '[#anchor]', '5:1 citation-form'],
  ['AsciiDoc role block', '[.lead]', '5:1 asciidoc'],
  ['AsciiDoc counter', '{counter:x}', '5:1 asciidoc'],
  ['AsciiDoc endif', 'endif::[]', '5:1 asciidoc'],
  ['AsciiDoc page break', '<<<', '5:1 sign-line'],
  ['AsciiDoc ifeval', 'ifeval::["{a}" == "b"]', '5:1 asciidoc'],
  ['AsciiDoc cite', 'cite:[key]', '5:1 asciidoc'],
  ['AsciiDoc bibliography', '[[[pp]]] Andy Hunt.', '5:2 wiki-link'],
  ['AsciiDoc indexterm', '((term)) and (((a, b)))', '5:14 asciidoc'],
  ['AsciiDoc verse', '[verse, Carl, poem]', '5:1 asciidoc'],
  ['AsciiDoc icon', 'icon:heart[]', '5:1 asciidoc'],
  ['Obsidian comment', 'a %%comment%% b', '5:3 comment'],
  ['Obsidian block comment', '%%\ncomment\n%%', '5:1 comment', '7:1 comment'],
  ['Obsidian embed', '![[image.png]]', '5:1 wiki-link'],
  ['Obsidian block id', 'A paragraph. ^37066d', '5:14 block-id'],
  ['Obsidian dataview inline', 'basic:: value', '5:1 property'],
  ['Obsidian dataview bracket', 'a [rating:: 9] b', '5:3 property'],
  ['Obsidian image size', '![alt|100](a.png)', '5:1 attributes'],
  ['Obsidian dataview query', '```dataview\nLIST\n```', '5:1 diagram'],
  ['Obsidian tasks', '- [/] half done', '5:1 task'],
  ['GitHub emoji other', 'a :octocat: b', '5:3 emoji'],
  ['GitHub emoji more', 'a :thinking: b', '5:3 emoji'],
  ['GitHub picture element', '<picture><img src="a.png" alt="a"></picture>', '5:1 html', '5:10 html'],
  ['GitHub details', '<details><summary>a</summary>b</details>', '5:1 html'],
  ['GitHub geojson', '```geojson\n{}\n```', '5:1 diagram'],
  ['Docusaurus admonition', ':::note\n\ntext\n\n:::', '5:1 directive', '9:1 directive'],
  ['Docusaurus admonition title', ':::info[Title]\ntext\n:::', '5:1 directive', '7:1 directive'],
  ['Docusaurus heading id mdx', '## Title {/* #custom */}', '5:10 mdx'],
  ['Docusaurus live code', '```jsx live\nx\n```', '5:1 attributes'],
  ['Docusaurus npm2yarn', '```bash npm2yarn\nnpm i\n```', '5:1 attributes'],
  ['Docusaurus highlight comments', '```js\n// highlight-next-line\nx\n```', '6:1 code-mark'],
  ['VitePress group', '::: code-group\n:::', '5:1 directive', '6:1 directive'],
  ['VitePress badge', '## Title <Badge type="info" text="default" />', '5:10 html'],
  ['Hugo shortcode', '{{< figure src="a.png" >}}', '5:1 shortcode'],
  ['Hugo shortcode percent', '{{% notice note %}}', '5:1 substitution'],
  ['Hugo ref', '[a]({{< ref "b.md" >}})', '5:5 shortcode'],
  ['Jekyll liquid tag', '{% include a.html %}', '5:1 substitution'],
  ['Jekyll highlight', '{% highlight ruby %}\nx\n{% endhighlight %}', '5:1 substitution', '7:1 substitution'],
  ['Jekyll filter', '{{ page.date | date: "%Y" }}', '5:1 substitution'],
  ['kramdown comment', '{::comment}\nhidden\n{:/comment}', '5:1 substitution', '7:1 substitution'],
  ['kramdown options', '{::options parse_block_html="true" /}', '5:1 substitution'],
  ['kramdown eob', '^', '5:1 sign-line'],
  ['MkDocs details', '??? note\n    text', '5:1 admonition'],
  ['MkDocs keys', '++ctrl+alt+del++', '5:1 insertion'],
  ['MkDocs icons', ':material-account-circle:', '5:1 field-list'],
  ['MkDocs caret insert', 'a ^^inserted^^ b', '5:3 insertion'],
  ['reStructuredText comment', '.. a comment here', '5:1 rst-directive'],
  ['reStructuredText target', '.. _target:', '5:1 rst-directive'],
  ['reStructuredText substitution def', '.. |name| replace:: text', '5:1 rst-directive'],
  ['reStructuredText footnote', 'see [1]_ here', '5:5 citation-form'],
  ['reStructuredText footnote auto', 'see [#]_ and [#note]_ here', '5:14 citation-form', '5:5 citation-form'],
  ['reStructuredText footnote def', '.. [1] text', '5:1 rst-directive'],
  ['reStructuredText citation', 'see [CIT2002]_ here', '5:5 citation-form'],
  ['reStructuredText anonymous reference', 'see `some words`__ here', '5:5 link-definition'],
  ['reStructuredText phrase reference', 'see `some words`_ here', '5:5 link-definition'],
  ['reStructuredText literal block', 'Example::\n\n    code', '5:1 sign-line'],
  ['reStructuredText role suffix', '`a`:sub:', '5:1 role'],
  ['reStructuredText section underline', 'Title\n~~~~~', '6:1 open-fence'],
  // With ` behind ``` it opens no code (https://spec.commonmark.org/0.31.2/#info-string), but what should end it does.
  [
    'caption with code',
    '```js id=lst-a caption="A `b`"\nx\n```\n\nText.',
    '5:1 open-fence',
    '7:1 open-fence',
  ],
  ['caption with code between ~', '~~~js id=lst-a caption="A `b`"\nx\n~~~'],
  ['code of three signs in a sentence', '```a b``` here\nand there.'],
  ['reStructuredText section stars', 'Title\n*****', '6:1 sign-line'],
  ['reStructuredText section carets', 'Title\n^^^^^', '6:1 sign-line'],
  ['reStructuredText section plus', 'Title\n+++++', '6:1 sign-line'],
  ['reStructuredText section quotes', 'Title\n"""""', '6:1 sign-line'],
  ['reStructuredText overline', '=====\nTitle\n=====', '5:1 sign-line'],
  [
    'reStructuredText simple table',
    '=====  =====\nA      B\n=====  =====\n1      2\n=====  =====',
    '5:1 grid-table',
    '7:1 grid-table',
    '9:1 grid-table',
  ],
  ['reStructuredText option list', '-a         Output all.', '5:1 option-list'],
  ['reStructuredText inline target', 'an _`inline target` b', '5:4 target'],
  ['reStructuredText hyperlink target', '.. _Python: https://python.org', '5:1 rst-directive'],
  ['reStructuredText attribution', '-- Jane', '5:1 dash'],
  ['Org heading', '* Heading\n** Sub', '6:1 heading-form'],
  ['Org keyword', '#+TITLE: A paper', '5:1 org'],
  ['Org caption', '#+CAPTION: A figure', '5:1 org'],
  ['Org begin_src', '#+BEGIN_SRC python\nx\n#+END_SRC', '5:1 org', '7:1 org'],
  ['Org link', '[[https://example.org][words]] and [[https://example.org]]', '5:1 wiki-link'],
  ['Org file link', '[[file:a.png]]', '5:1 wiki-link'],
  ['Org verbatim', 'a =verbatim= b', '5:3 org'],
  ['Org strike', 'a +strike+ b', '5:3 insertion'],
  ['Org footnote', 'a [fn:1] b', '5:3 inline-note'],
  ['Org footnote def', '[fn:1] text', '5:1 inline-note'],
  ['Org inline footnote', 'a [fn:: text] b', '5:3 inline-note'],
  ['Org timestamp', 'at <2020-01-01 Wed> here', '5:4 org'],
  ['Org citation', 'as [cite:@key] says', '5:4 citation-form'],
  ['Org inline src', 'a src_python{1+1} b', '5:3 org'],
  ['Org table', '| a | b |\n|---+---|\n| 1 | 2 |', '6:1 table-head'],
  ['Org tblfm', '#+TBLFM: $2=$1', '5:1 org'],
  ['Org entity', 'an \\alpha and \\to b', '5:4 latex', '5:15 latex'],
  ['Org deadline', 'DEADLINE: <2020-01-01>', '5:11 org'],
  ['Org checkbox', '- [-] partly', '5:1 task'],
  ['Org description list', '- term :: description', '5:1 property'],
  ['Org macro', 'a {{{name(x)}}} b', '5:4 substitution'],
  ['LaTeX citep opt', '\\citep[see][p. 3]{a}', '5:1 latex'],
  ['LaTeX emph switch', '{\\em word} and {\\bf word}', '5:1 latex', '5:16 latex'],
  ['LaTeX quotes', "``quoted'' words", '5:1 quotes'],
  ['LaTeX item', '\\item one', '5:1 latex'],
  ['LaTeX documentclass', '\\documentclass[a4paper]{article}', '5:1 latex'],
  ['LaTeX caption opt', '\\caption[short]{long}', '5:1 latex'],
  ['LaTeX verb', '\\verb|x| and \\verb+y+', '5:1 latex', '5:14 latex'],
  ['LaTeX xspace', '\\xspace and \\quad', '5:1 latex', '5:13 latex'],
  ['LaTeX accents', 'caf\\\'e and \\"uber, na\\"{i}ve', '5:4 latex', '5:22 latex'],
  ['LaTeX par', '\\par text', '5:1 latex'],
  ['LaTeX symbols', '\\S 3, \\copyright, \\dag', '5:7 latex', '5:19 latex'],
  ['LaTeX em macros', '\\em word', '5:1 latex'],
  ['Quarto video', '{{< video https://x >}}', '5:1 shortcode'],
  ['Quarto code annotation', '```python\nx = 1 # <1>\n```\n1. explain', '6:7 code-mark'],
  ['Quarto citation suppress', '-@doe99', '5:1 citation-form'],
  ['Pandoc citation curly', '[@{https://x.org}]', '5:1 citation-form'],
  ['Pandoc mmd ref', '[#key]', '5:1 citation-form'],
  ['Pandoc mmd critic', '{~~old~>new~~}', '5:2 edit-mark'],
  ['Pandoc mmd glossary', '[?term]', '5:1 abbreviation'],
  ['Pandoc mmd abbreviation', '[>abbr]', '5:1 abbreviation'],
  ['Pandoc raw tex', '\\newline', '5:1 latex'],
  ['R Markdown part', '# (PART) Part I {-}', '5:1 heading-form'],
  ['R Markdown appendix', '# (APPENDIX) Appendix {-}', '5:1 heading-form'],
  ['Typst comment', '/* a */ text // b', '5:1 comment'],
  ['Typst term', '/ Term: def', '5:1 definition'],
  ['MediaWiki heading', '== Heading ==', '5:1 heading-form'],
  ['MediaWiki bold', "'''bold''' and ''italic''", '5:1 quotes', '5:16 quotes'],
  ['MediaWiki ext', 'see [https://example.org words] here', '5:5 wiki-link'],
  [
    'MediaWiki table',
    '{| class="wikitable"\n|-\n| a || b\n|}',
    '5:1 grid-table',
    '6:1 grid-table',
    '8:1 grid-table',
  ],
  ['MediaWiki toc', '__TOC__', '5:1 contents'],
  ['MediaWiki sig', '~~~~', '5:1 open-fence'],
  ['MediaWiki def', '; term : def', '5:1 definition'],
  ['Textile heading', 'h1. Title', '5:1 heading-form'],
  ['Textile link', '"words":https://a.org', '5:9 wiki-link'],
  ['Textile bq', 'bq. text', '5:1 wiki-link'],
  ['Textile img', '!a.png!', '5:1 wiki-link'],
  ['Jira code', '{code:java}\nx\n{code}', '7:1 substitution', '5:1 substitution'],
  ['Jira panel', '{panel}', '5:1 substitution'],
  ['Jira color', '{color:red}x{color}', '5:1 substitution'],
  ['GitLab inline diff', '{+ added +} {- removed -}', '5:1 edit-mark', '5:13 edit-mark'],
  ['remark directive leaf', '::youtube[Video]{#id}', '5:1 directive', '5:17 attributes'],
  ['remark directive text', 'a :abbr[HTML]{title="x"} b', '5:3 directive', '5:14 attributes'],
  ['javadoc', '{@link Foo}', '5:1 substitution'],
  ['jsdoc inline', '{@code x}', '5:1 substitution'],
  ['djot insert', '{+a+} {-b-} {=c=}', '5:1 edit-mark', '5:7 edit-mark', '5:13 edit-mark'],
  ['Logseq property', 'type:: note', '5:1 property'],
  ['critic sub', '{~~a~>b~~}', '5:2 edit-mark'],
  ['DocBook entity', '&mdash; and &nbsp; and &unknown;', '5:1 entity'],
  ['heading ref', '# Intro\n\nsee [Intro] there', '7:5 link-definition'],
]

describe('each construct of other tools is warned of at its place', () => {
  it('covers many', () => {
    expect(constructs.length).toBeGreaterThan(150)
  })

  it.each(constructs)('%s', (_, body, ...expected) => {
    expect(messages(body).map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual(expected)
  })

  it('says what to write instead', () => {
    expect(messages("import A from './a.js'")).toEqual([
      "5:1 mdx import A from './a.js' is plain text: a document imports nothing; leave it out",
    ])
    expect(messages('see link:a.html[words]')).toEqual([
      '5:5 asciidoc link:a.html[words] of AsciiDoc is plain text: write [words](address)',
    ])
    expect(messages('a %%note%% b')).toEqual(['5:3 comment %% is plain text: a comment is <!-- ... -->'])
  })

  it('tells of a citation without brackets, also where the bibliography is named in another file', () => {
    const text = 'As @smith2020 says [@Doe]. So does @Doe, and @me, and me@doe2020.org.'
    expect(messages('As @smith2020 says. So does @me.')).toEqual([
      '5:4 citation-form @smith2020 is plain text: write the names, and [@smith2020]',
    ])
    expect(messages(text, 'title: T\nbibliography: a.bib')).toEqual([
      '6:4 citation-form @smith2020 is plain text: write the names, and [@smith2020]',
      '6:36 citation-form @Doe is plain text: write the names, and [@Doe]',
    ])
  })
})

describe('what reads the same there and here, works, or is prose', () => {
  it.each([
    'NOTE: This is a note. TIP: So is this. Thanks to @octocat for #12 and a/b#12; about #topic/sub.',
    '- [ ] todo\n- [x] done',
    "The set {a, b} and f(x) = 3, where A = B = C; `a`: b, and \"x\" or 'y'. It's 5% of 10%, x/y and a+b+c, C++/C#.",
    'In [1] and [2, 3], see (a) and (b); 10:30:15, std::vector, a::b, http://a.org/b_c?d[]=1&e=2. R&D; AT&T.',
    "See [https://a.org] and [https://a.org, read in May]. Don\\'t and it's; users' data; rock 'n' roll; f'' and g'.",
    'Run a/b and /usr/bin, C:\\Users\\alpha, ~5 ms, a ~ b, x^2, 2^10, a_b, <= 5 and >= 6, !=, ==, ::1, key=value, a=b=c, --flag=x.',
    '日本語の文章（注：これは例）、「引用」。図~3。値=5ms、A:B。',
    'Mail me@x.org or [mail](mailto:a@b.org); see <https://x.org/a[b]> and https://x.org/a.',
    'The latency (in ms; see #fig) grew: 3 + 4 = 7. The [draft] is here. Types: `List[int]`: a list.',
    'an export default is\nexport default of the shell, and import from Japan grew',
    'It has 5 + 3 +\n2 parts, issues #12 and #13, \\{author\\}, a < b, |x| = |y|, "x" -> y, and §3.',
    '***\n\nThe end.\n\n---\n\nTitle\n===\n\ntext',
    '```sh\necho # <a>\n--8<-- x\n```\n\n$\\alpha \\to \\beta$ and `\\alpha`, `[[x]]`, `%%a%%`.',
  ])('%s', (body) => {
    expect(messages(body)).toEqual([])
  })

  const papers = ['paper', 'examples']
    .flatMap((folder) =>
      readdirSync(source(folder), { recursive: true }).map((name) => `${folder}/${String(name)}`),
    )
    .filter((name) => name.endsWith('.md') && !name.includes('_build'))

  it.each(papers)('in %s', (path) => {
    const value = readFileSync(source(path), 'utf8')
    const document = parseDocument(
      new VFile({ path, value: value.startsWith('---') ? value : `---\ntitle: T\n---\n${value}` }),
    )
    document.file.messages.length = 0
    warnOfForeign(document)
    expect(document.file.messages.map(String)).toEqual([])
  })

  it('takes time that grows with the text only', () => {
    for (const part of [
      '{/* a ',
      '{{< a ',
      '/* a ',
      '[[https://a.org ',
      '#a',
      '``a',
      '%%a',
      "''a",
      '=a ',
      '[a::',
      '\\"{',
      '<<a,',
    ]) {
      const body = part.repeat(Math.floor(20_000 / part.length))
      const document = parseDocument(new VFile({ path: 'd.md', value: `---\ntitle: T\n---\n\n${body}\n` }))
      warnOfForeign(document)
      expect(document.file.messages.every(({ reason }) => reason !== '')).toBe(true)
    }
  }, 60_000)
})
