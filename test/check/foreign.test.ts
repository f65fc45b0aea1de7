import { readdirSync, readFileSync } from 'node:fs'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { warnOfForeign } from '../../src/check/foreign.ts'
import { checkLinks } from '../../src/check/links.ts'
import { checkMathematics } from '../../src/check/mathematics.ts'
import { parseDocument } from '../../src/document/document.ts'
import { source } from '../source.ts'
import { messages, typeset } from './writing.ts'

/** The construct, what it is written as, and the start of its message, or several; none if it works. */
const constructs: readonly (readonly [name: string, body: string, ...expected: string[]])[] = [
  // Quarto and Pandoc.
  [
    'a span with a class',
    'a [word]{.mark} b',
    '5:9 attributes attributes are not read here: {.mark} (write **bold**',
  ],
  ['a heading with a class', '## Data {.wide}', '5:9 attributes attributes are not read here: {.wide}'],
  ['a heading with an id', '## Data {#sec-data}\n\nSee @sec-data.'],
  [
    'a definition of Pandoc',
    'Term\n  ~ What it is',
    '6:3 definition a definition that starts with ~ is plain',
  ],
  ['lines to mark', '```js{1,3}\nx\n```', '5:1 attributes {1,3} of a fence is not read'],
  [
    'the name of a file',
    '```python title="a.py"\nx\n```',
    '5:1 attributes title="a.py" of a fence is not read',
  ],
  [
    'a table with too few columns below its head',
    '| a | b |\n|---|\n| 1 | 2 |',
    '5:1 table-head this is plain text: its head has 2 columns, and the line of hyphens below 1',
  ],
  ['a table that works', '| a | b |\n|---|---|\n| 1 | 2 |'],
  ['options of a directive', ':align: center', '5:1 field-list :align: center is plain text'],
  ['an include of another tool', '!include a.md', '5:1 shortcode !include a.md is plain text'],
  ['an import of a preview', '@import "a.md"', '5:1 shortcode @import "a.md" is plain text'],
  ['code of a file', '<<< @/a.js', '5:1 shortcode <<< @/a.js is plain text'],
  ['contents of kramdown', '{:toc}', '5:1 contents {:toc} is plain text'],
  ['contents of a wiki', '[[_TOC_]]', '5:1 contents [[_TOC_]] is plain text'],
  ['a calculation of knitr', 'a `r 1+1`', '5:3 inline-cell `r 1+1` is shown as code'],
  ['a heading without a number', '## Thanks {-}'],
  [
    'a heading with an id and classes',
    '## Data {#sec-data .unlisted}',
    '5:9 attributes attributes are not read here: {#sec-data .unlisted} (write {#sec-data} alone, at the end',
  ],
  [
    'the address of a work as a key',
    'see [@https://doi.org/10.1/x].',
    '5:6 citation-form @https://doi.org/10.1/x is a link here: write [@key]',
  ],
  [
    'a note with emphasis inside',
    'a ^[with *words* inside] b',
    '5:3 inline-note an inline footnote is not read',
  ],
  [
    'a sign above with emphasis',
    'x^*n*^ and H~*2*~O',
    '5:2 superscript ^…^ is shown',
    '5:13 subscript ~…~ is shown',
  ],
  ['a highlight with code inside', 'a ==b `c` d== e', '5:3 highlight ==b … d== is shown with its signs'],
  ['a command with emphasis inside', 'a \\textbf{b *c* d} e', '5:3 latex \\textbf{b … d} is plain text'],
  [
    'a link with emphasis to nowhere',
    '[a *b* c][nope]',
    '5:1 link-definition [a … c][nope] is no link: nothing defines nope',
  ],
  [
    'dashes beside emphasis and code',
    '*a*--*b* and `c`---d',
    '5:4 dash -- is shown as 2',
    '5:17 dash --- is shown as 3',
  ],
  [
    'a caption with emphasis',
    '| a | b |\n|---|---|\n| 1 | 2 |\n\nTable: Of *it*',
    '9:1 table-caption a Markdown table has no caption',
  ],
  [
    'nodes beside what is meant',
    '*a* - `b`, x = *y* == `z`, [a *b*](#c), `--x` and ~~*d*~~',
    '5:28 unknown-link',
  ],
  ['a formula with blanks', 'a $ x = 1 $ b', '5:3 math-blank $ x = 1 $ is plain text: write $x = 1$'],
  ['prices with blanks', 'a $ 5 and 6 $ b'],
  [
    'a picture whose words are a caption',
    '![How *long* it takes](a.png)\n\n![What we saw there.](a.png)\n\n![A clock](a.png)\n\nIn ![a sentence.](a.png) alone',
    '5:1 picture-caption the words of a picture are for those who cannot see it, and no caption',
    '7:1 picture-caption',
  ],
  ['a role with options', 'a {span .red}`word` b', '5:3 role the role {span .red}`word` is not read'],
  ['a backslash that is meant, before a blank', 'more \\\\ and less'],
  ['a blank that is escaped, behind other escapes', '\\*a\\* \\\\ Mr.\\ Smith', '5:13 escaped-blank'],
  ['a list of figures', '\\listoffigures', '5:1 latex \\listoffigures is plain text'],
  [
    'a reference to a number',
    'see @eq:0 and @fig:1a',
    '5:5 reference-form @eq:0 is plain text: write @eq-0',
    '5:15 reference-form @fig:1a is plain text: write @fig-1a',
  ],
  [
    'a reference to any label of MyST',
    'see @code:ast, not @me:matrix.org',
    '5:5 reference-form @code:ast is plain text: there are references to tables (@tbl-)',
  ],
  ['a dash at the start of a line of a quote', '> Words\\\n> --- Ada', '6:3 dash --- is shown as 3 hyphens'],
  ['a dash before a comma', 'as they do --, the key', '5:12 dash -- is shown as 2 hyphens'],
  ['an option of a command is no dash', 'use --frozen, and -- frozen', '5:19 dash -- is shown'],
  [
    'a directive whose options make a heading of it',
    ':::{toctree}\n---\nmaxdepth: 1\n---\na.md\n:::',
    '7:1 underlined-heading',
    '5:1 directive :::{toctree} is plain text: there are no fenced divs',
    '10:1 directive ::: is plain text',
  ],
  ['the head of a card', 'Head\n\n^^^\n\nBody', '7:1 block-break ^^^ is plain text'],
  [
    'a picture with an id',
    '![A](a.png){#fig-a}',
    '5:12 attributes attributes are not read here: {#fig-a} (write a block yaml figure',
  ],
  [
    'a picture with a width',
    '![A](a.png){width=50%}',
    '5:12 attributes attributes are not read here: {width=50%} (a size is the key width',
  ],
  ['an equation with an id', '$$\nx\n$$ {#eq-x}\n\n@eq-x'],
  ['an equation on one line with an id', '$$x$$ {#eq-x}\n\n@eq-x'],
  [
    'an equation with an id of another prefix',
    '$$\nx\n$$ {#energy}',
    '7:1 id-prefix the text cannot refer to equation energy: name it eq-energy',
  ],
  [
    'an include',
    '{{< include _a.qmd >}}',
    '5:1 shortcode the shortcode include is not read: write a block yaml include',
  ],
  ['another shortcode', 'a {{< video a.mp4 >}}', '5:3 shortcode the shortcode video is not read'],
  [
    'a callout as a div',
    '::: {.callout-warning}\nTake care.\n:::',
    '5:1 directive ::: {.callout-warning} is plain text: write > [!WARNING]',
    '7:1 directive ::: is plain text',
  ],
  [
    'columns',
    '::: {.columns}\n:::',
    '5:1 directive ::: {.columns} is plain text: a page has no tabs',
    '6:1 directive',
  ],
  [
    'a div of figures',
    '::: {#fig-x layout-ncol=2}\n:::',
    '5:1 directive ::: {#fig-x layout-ncol=2} is plain text: write a block yaml figure',
    '6:1 directive',
  ],
  [
    'a cell of R',
    '```{r}\nplot(x)\n```',
    '5:1 code-cell {r} is shown as code: cells of notebooks do not run',
  ],
  [
    'a cell of Python with options',
    '```{python}\n#| label: fig-x\nplot(x)\n```',
    '5:1 code-cell {python} is shown as code',
    '6:1 code-cell the option label is part of the code',
  ],
  ['a cell of Observable', '```{ojs}\nx\n```', '5:1 code-cell {ojs} is shown as code'],
  [
    'a cell of mermaid',
    '```{mermaid}\na --> b\n```',
    '5:1 code-cell {mermaid} is shown as code: make a picture',
  ],
  ['a diagram', '```mermaid\na --> b\n```', '5:1 diagram mermaid is shown as code'],
  [
    'code with attributes',
    '```{#lst-a .python}\nx\n```',
    '5:1 attributes attributes of a fence are not read: write ```python id=lst-a',
  ],
  [
    'code with a language and attributes',
    '```python {.numberLines}\nx\n```',
    '5:1 attributes attributes of a fence are not read: write ```python id=',
  ],
  ['raw HTML for one format', '```{=html}\n<b>\n```', '5:1 raw-format a block {=html} is shown as code'],
  ['raw LaTeX in a sentence', '`\\newpage`{=latex}', '5:11 raw-format {=latex} is not read'],
  ['a value of knitr', 'It is `r mean(x)`.', '5:7 inline-cell `r mean(x)` is shown as code: write a value'],
  ['a value of Quarto', 'It is `{python} x`.', '5:7 inline-cell `{python} x` is shown as code'],
  ['a citation without its author', '[-@xen2003]', '5:1 citation-form [-@xen2003] is not read: write [@key]'],
  [
    'a citation with words before it',
    '[see @xen2003, p. 3]',
    '5:1 citation-form [see @xen2003, p. 3] is not read',
  ],
  ['a citation in braces', '@{xen2003}', '5:1 citation-form @{xen2003} is not read'],
  ['a citation', 'a [@xen2003, p. 3; @b2004]'],
  [
    'a reference of pandoc-crossref',
    'see @fig:one and @tab:two',
    '5:5 reference-form @fig:one is plain text: write @fig-one',
    '5:18 reference-form @tab:two is plain text: write @tbl-two',
  ],
  ['a reference to a theorem', '@thm-main', '5:1 reference-form @thm-main is plain text'],
  ['an inline footnote', 'a^[note]', '5:2 inline-note an inline footnote is not read'],
  ['a footnote without a text', 'a[^x] b', '5:2 footnote the footnote x has no text'],
  [
    'a footnote in a caption',
    'a[^X]\n\n[^X]: b\n\n```yaml figure\nid: fig-a\nsrc: a.png\nalt: A\ncaption: A figure[^X]\n```',
    '13:18 footnote a caption has no footnotes: write the words of [^X] in it, or call the footnote in the text',
  ],
  ['a footnote that nothing calls', 'a\n\n[^x]: b', '7:1 unused-footnote the footnote x is not shown'],
  ['a footnote', 'a[^x]\n\n[^x]: b'],
  ['a superscript', 'm^2^', '5:2 superscript ^2^ is shown with its signs: write $^{2}$'],
  ['a subscript', 'H~2~O', '5:2 subscript ~2~ is struck through: write $_{2}$'],
  ['a struck word', '~~old~~'],
  ['a highlight', 'a ==b c== d', '5:3 highlight ==b c== is shown with its signs'],
  [
    'an insertion',
    'a ++new words++ e',
    '5:3 insertion ++new words++ is shown with its signs: write **new words**',
  ],
  ['increments and a language', 'C++ and ++i, i++ and C++; ++i and C++'],
  [
    'roles of reStructuredText',
    'x\\ :sup:`2`, see :ref:`fig-a`',
    '5:2 escaped-blank',
    '5:4 role the role :sup:`2` is not read: write $^{2}$',
    '5:18 role the role :ref:`fig-a` is not read: write @fig-a',
  ],
  ['a colon before code', 'a: `b`, 10:30:`c`, std::`d`'],
  [
    'a link of reStructuredText',
    '`words <https://example.org>`_ and `vector <int>`',
    '5:1 link-definition `words <https://example.org>`_ is no link: write [words](address)',
  ],
  [
    'a reference that begins a sentence',
    '@Fig-a and @Eq:x',
    '5:1 reference-form @Fig-a is plain text: write @fig-a',
    '5:12 reference-form @Eq:x is plain text: write @eq-x',
  ],
  [
    'references of Bookdown',
    'Figure \\@ref(fig:a) (\\#eq:b)',
    '5:9 reference-form \\@ref(fig:a) is plain text: write @fig-a',
    '5:21 reference-form (#eq:b) of Bookdown is plain text',
  ],
  ['headings of AsciiDoc and Typst', '== Data', '5:1 heading-form == Data is no heading: write ##'],
  [
    'macros of AsciiDoc',
    'image::a.png[] xref:a[b] footnote:[c]',
    '5:1 asciidoc image::a.png[] of AsciiDoc is plain text',
    '5:16 asciidoc xref:a[b]',
    '5:26 asciidoc footnote:[c]',
  ],
  ['a block of AsciiDoc', '[source,python]', '5:1 asciidoc [source,python] of AsciiDoc is plain text'],
  ['a table of AsciiDoc', '|===', '5:1 asciidoc |=== of AsciiDoc is plain text'],
  ['what looks like AsciiDoc', 'std::vector[0], kbd: [x], x == y[1], a = b'],
  ['code of Typst', '#let x = 1', '5:1 typst #let x = 1 of Typst is plain text'],
  ['a function of Typst', 'see #ref(x)', '5:5 typst #ref(...) of Typst is plain text'],
  ['tags and issues', 'issue #12, #text and a#link(x)'],
  ['a tab', '=== "Linux"', '5:1 admonition === "Linux" is plain text: a page has no tabs'],
  ['a snippet', '--8<-- "a.md"', '5:1 shortcode --8<-- "a.md" is plain text: write a block yaml include'],
  ['contents of another kind', '@[toc]', '5:1 contents @[toc] is plain text'],
  [
    'the caption of a table',
    '| a |\n|---|\n| 1 |\n\n: Words {#tbl-a}',
    '9:1 table-caption a Markdown table has no caption',
    '9:9 attributes attributes are not read here: {#tbl-a} (a table that can be referred to is a block yaml table)',
  ],
  [
    'the caption of a table in words',
    '| a |\n|---|\n| 1 |\n\nTable: Words',
    '9:1 table-caption a Markdown table has no caption',
  ],
  [
    'a grid table',
    '+---+---+\n| a | b |\n+---+---+',
    '5:1 grid-table a table of + and - is plain text',
    '7:1 grid-table',
  ],
  [
    'a simple table',
    'Right  Left\n-----  ----\n1      2',
    '6:1 simple-table this is a rule, and a table of hyphens is plain text',
  ],
  [
    'a line block',
    '| a line\n| another',
    '5:1 line-block a line that starts with | is plain text',
    '6:1 line-block',
  ],
  ['an example list', '(@good) An example.', '5:1 example-list (@good) starts no list'],
  ['a list of signs', '#. one\n#. two', '5:1 fancy-list #. starts no list', '6:1 fancy-list'],
  ['a list of letters', 'Text:\na) one\nb) two', '6:1 fancy-list a) starts no list, so its items are one'],
  ['a list of letters with emphasis', 'a. *one*\nb. *two*', '5:1 fancy-list a. starts no list'],
  ['a list of capitals', 'A. one\nB. two', '5:1 fancy-list A. starts no list'],
  ['a list of Roman numbers', 'i. one\nii. two\niii. three', '5:1 fancy-list i. starts no list'],
  ['a list of numbers in brackets', '(1) one\n(2) two', '5:1 fancy-list (1) starts no list'],
  ['initials at the start of lines', 'A. Smith and others,\nC. Jones, and\nI. Newton'],
  [
    'a caption right below a table',
    '| a | b |\n|---|---|\n| 1 | 2 |\n: Caption',
    '8:1 table-row this line is shown as a row of the table above: a Markdown table has no caption',
  ],
  [
    'a sentence right below a table',
    '| a | b |\n|---|---|\n| 1 | 2 |\nSource: we.',
    '8:1 table-row this line is shown as a row of the table above: leave a blank line',
  ],
  ['a table without outer signs', 'a | b\n--- | ---\n1 | 2'],
  ['a definition of two paragraphs', 'Term\n\n:   One\n\n    two', '9:1 definition this is shown as code'],
  ['code below a definition', 'Term\n: One\n\n```\ntwo\n```'],
  [
    'two hyphens for a dash',
    'one -- two, pages 3--5, *so* -- it is',
    '5:5 dash -- is shown as 2 hyphens: write – or —',
    '5:20 dash',
    '5:30 dash',
  ],
  ['three hyphens for a dash', 'one---two', '5:4 dash --- is shown as 3 hyphens'],
  ['options of commands', 'the option --frozen, or `a -- b`'],
  ['a blank that breaks no line', 'Fig.\\ 3', '5:5 escaped-blank a backslash before a blank is shown'],
  ['contents', '[TOC]', '5:1 contents [TOC] is plain text: leave it out'],
  ['attributes of kramdown', '{: .wide #id}', '5:1 attributes attributes are not read here: {: .wide #id}'],
  [
    'edits',
    'a {++new++} b {--old--} c {>>why<<}',
    '5:3 edit-mark {++new++} is shown with its signs',
    '5:15 edit-mark',
    '5:27 edit-mark',
  ],
  ['a heading without a blank', '#Data', '5:1 heading-form #Data is no heading: leave a blank behind the #'],
  ['a heading of seven signs', '####### Data', '5:1 heading-form a heading has at most six #'],
  [
    'a reference with words in brackets',
    '## A {#sec-a}\n\n[Section @sec-a]',
    '7:1 citation-form [Section @sec-a] keeps its brackets, and a reference says what it is to: write @sec-a alone',
  ],
  [
    'a reference without its kind',
    '## A {#sec-a}\n\n[-@sec-a]',
    '7:1 citation-form [-@sec-a] is not read: write @sec-a, which has a kind',
  ],
  [
    'a formula in several lines whose fence is in the first',
    '$$x\n+ y$$',
    '5:1 math-fence $$ is plain text: a formula in several lines stands between lines of $$',
    '6:4 math-fence',
  ],
  ['a formula in two lines of a sentence', '$$x\n= y$$'],
  ['the process of a shell', 'The variable \\$\\$ or `$$` is its number.'],
  ['a formula in GitHub’s other form', 'a $`x_1`$ b'],
  ['a definition list', 'Term\n: What it is.'],
  ['a definition without a term', '# Data\n\n: What it is.', '7:1 table-caption a definition without a term'],
  [
    'TeX’s own brackets',
    'a \\(x^2\\) b',
    '5:3 tex-delimiters \\( is a bracket here: write a formula as $...$',
  ],
  [
    'TeX’s own brackets around a line',
    '\\[ x = 1 \\]',
    '5:1 tex-delimiters \\[ is a bracket here: write a formula as $$...$$',
  ],
  ['brackets that are meant', '\\[@key\\] and \\[not a link\\]'],
  ['prices', 'from $5 to $6'],
  ['a formula', 'a $x_1$ b'],
  ['display mathematics of GitHub', '```math\nx\n```'],
  // LaTeX.
  ['\\ref', 'see \\ref{fig:one}', '5:5 latex \\ref{fig:one} is plain text: write @fig-one'],
  ['\\eqref', '\\eqref{eq:a}', '5:1 latex \\eqref{eq:a} is plain text: write @eq-a'],
  [
    '\\cite',
    'as \\cite{a2001,b2002} say',
    '5:4 latex \\cite{a2001,b2002} is plain text: write [@a2001; @b2002]',
  ],
  [
    '\\citep with a page',
    '\\citep[p.~3]{a2001}',
    '5:1 latex \\citep[p.~3]{a2001} is plain text: write [@a2001]',
  ],
  ['\\label', 'a \\label{sec:a}', '5:3 latex \\label{sec:a} is plain text'],
  ['\\footnote', 'a\\footnote{b}', '5:2 latex \\footnote is plain text'],
  [
    'an environment',
    '\\begin{itemize}\na\n\\end{itemize}',
    '5:1 latex \\begin{itemize} is plain text',
    '7:1 latex',
  ],
  ['\\textbf', 'a \\textbf{b}', '5:3 latex \\textbf{b} is plain text'],
  ['\\newpage', 'a\n\n\\newpage', '7:1 latex \\newpage is plain text'],
  [
    '\\label in a formula',
    '$$\nx \\label{a}\n$$',
    '6:3 math TeX: Undefined control sequence: \\label (write {#eq-name} behind the closing $$)',
  ],
  ['\\tag', '$$\nx \\tag{1}\n$$', '6:3 math \\tag is not drawn: write {#eq-name}'],
  ['lines with numbers', '$$\n\\begin{align}a\\end{align}\n$$', '6:1 math the lines of align get no numbers'],
  // MyST and Sphinx.
  ['a role of mathematics', '{math}`x^2`', '5:1 role the role {math}`x^2` is not read: write $x^2$'],
  ['a role of references', 'see {ref}`sec:a`', '5:5 role the role {ref}`sec:a` is not read: write @sec-a'],
  [
    'a role of citations',
    '{cite:p}`a2001,b2002`',
    '5:1 role the role {cite:p}`a2001,b2002` is not read: write [@a2001; @b2002]',
  ],
  ['a note as a directive', '```{note}\nText\n```', '5:1 code-cell {note} is shown as code: write > [!NOTE]'],
  [
    'a figure as a directive',
    '```{figure} a.png\nText\n```',
    '5:1 code-cell {figure} is shown as code: write a block yaml figure',
  ],
  ['mathematics as a directive', '```{math}\nx\n```', '5:1 code-cell {math} is shown as code: write $$'],
  [
    'an include as a directive',
    '```{include} a.md\n```',
    '5:1 code-cell {include} is shown as code: write a block yaml include',
  ],
  [
    'a directive of colons',
    ':::{tip}\nText\n:::',
    '5:1 directive :::{tip} is plain text: write > [!TIP]',
    '7:1 directive',
  ],
  [
    'a target',
    '(sec-a)=\n## A',
    '5:1 target (sec-a)= is plain text: write an id behind the heading below, ## Title {#sec-a}',
  ],
  [
    'a label of an equation',
    '$$\nx\n$$ (energy)',
    '7:1 math-label (energy) behind a formula is not shown: write {#eq-energy} for a number',
  ],
  ['a comment of MyST', '% a comment', '5:1 comment % is plain text: a comment is <!-- ... -->'],
  ['a break of blocks', 'a\n\n+++\n\nb', '7:1 block-break +++ is plain text'],
  ['a substitution', 'a {{ name }} b', '5:3 substitution {{ name }} is not replaced'],
  ['a link without words', '[](#sec-a)\n\n## A {#sec-a}', '5:1 empty-link the link [](#sec-a) shows nothing'],
  ['a link to nothing', '[a](#nowhere)', '5:1 unknown-link nothing here has the id nowhere'],
  ['a link to a heading', '[a](#the-data)\n\n## The data'],
  // Others.
  ['HTML', 'a <u>c</u>', '5:3 html HTML is not shown'],
  ['HTML with attributes', 'a <b id=x>c</b>', '5:3 html HTML is not shown'],
  ['HTML that is shown', 'a <b>c</b> H<sub>2</sub>O<br>d'],
  ['a comment', 'a <!-- note --> b'],
  ['a wiki link', 'see [[Page]]', '5:5 wiki-link [[Page]] is no link here'],
  ['a link that nothing defines', 'see [a][b]', '5:5 link-definition [a][b] is no link: nothing defines b'],
  ['an admonition', '!!! note\n    Text', '5:1 admonition !!! n... is plain text: write > [!NOTE]'],
  ['a directive of reStructuredText', '.. note:: a', '5:1 rst-directive .. note:: is plain text'],
  ['an abbreviation', '*[HTML]: Hyper', '5:1 abbreviation *[HTML]: is plain text'],
  ['a sign by its name', 'a :warning: b', '5:3 emoji :warning: is plain text'],
  ['a callout of GitHub', '> [!NOTE]\n> Text'],
  ['a callout of another kind', '> [!INFO]\n> Text', '5:3 callout [!INFO] is plain text (known: [!NOTE]'],
  ['a callout with a title', '> [!NOTE] Title\n> Text', '5:3 callout [!NOTE] stands in a line by itself'],
  ['a picture without a text', '![](a.png)', '5:1 alt the picture a.png has no text'],
  ['what is escaped', '\\{{< a >}} \\[^x] \\==a== \\^2^ \\:::'],
  ['what stands in code', '`{{< a >}}` `[^x]` `::: a` `\\ref{a}` `m^2^`\n\n```\n::: {.a}\n```'],
]

it.each([
  ['[a](method.md)', ['5:1 lost-link the link leads to paper/method.md, and there is no such file']],
  [
    '[a](../data/tims.csv#x)',
    [
      '5:1 lost-link the link leads to data/tims.csv, and there is no such file (did you mean data/times.csv?)',
    ],
  ],
  [
    '[a](../data/times.csv) [b](../data/) [c](../../x) [d](/x) [e](https://x.org) [f](mailto:a@b) [g](../_build/x.html)',
    [],
  ],
])('warns of links to files that are not there: %s', (body, expected) => {
  const value = `---\ntitle: T\n---\n\n${body}\n`
  const document = parseDocument(new VFile({ path: 'paper/index.md', value }))
  checkLinks(document, {
    exists: (path) => ['data', 'data/times.csv'].includes(path),
    list: (folder) => (folder === 'data' ? ['times.csv'] : []),
  })
  const told = document.file.messages.map(
    ({ line, column, ruleId, reason }) => `${line}:${column} ${ruleId} ${reason}`,
  )
  expect(told).toEqual(expected)
})

describe('syntax of other tools works, or is warned of at its place', () => {
  it('covers many', () => {
    expect(constructs.length).toBeGreaterThan(90)
  })

  it.each(constructs)('%s', (_, body, ...expected) => {
    const found = messages(body)
    expect(found.map((text, index) => text.slice(0, expected[index]?.length ?? 200))).toEqual(expected)
  })
})

describe('a text that was read before', () => {
  it('is warned of again', () => {
    const all = () => constructs.map(([, body]) => messages(body))
    expect(all()).toEqual(all())
  })

  it.each([
    ['[words][there] stand here.', '[there]: https://example.org', 'link-definition'],
    ['It is so [^a].', '[^a]: A note.', 'footnote'],
  ])('%s is warned of once %s is gone', (text, other, rule) => {
    expect(messages(`${text}\n\n${other}`)).toEqual([])
    expect(messages(text)).toEqual([expect.stringContaining(` ${rule} `)])
    expect(messages(`${text}\n\n${other}`)).toEqual([])
  })

  it.each([
    ['See [All results] there.', '## All results', 'link-definition'],
    ['@lovelace shows it.', 'It is known [@lovelace].', 'citation-form'],
  ])('%s is warned of once %s is there', (text, other, rule) => {
    expect(messages(text)).toEqual([])
    expect(messages(`${text}\n\n${other}`)).toEqual([expect.stringContaining(` ${rule} `)])
    expect(messages(text)).toEqual([])
  })

  it.each([
    ['`x` stands here.', '{ref}', 'role'],
    ['*x* stands here.', ':emoji', undefined],
  ])('%s depends on %s before it', (text, before, rule) => {
    expect(messages(`A word ${text}`)).toEqual([])
    const found = messages(`A word ${before}${text}`)
    expect(found).toEqual(rule === undefined ? [] : [expect.stringContaining(` ${rule} `)])
    expect(messages(`A word ${text}`)).toEqual([])
  })
})

describe('keys of Quarto and MyST in the front matter', () => {
  it.each([
    ['author: A', '3:1 unknown-key unknown key: author (now called authors)'],
    ['format: html', '3:1 unknown-key unknown key: format'],
    ['number-sections: true', '3:1 unknown-key unknown key: number-sections (now called numberSections)'],
    ['execute: {echo: false}', '3:1 unknown-key unknown key: execute'],
    ['jupyter: python3', '3:1 unknown-key unknown key: jupyter'],
    ['toc: true', '3:1 unknown-key unknown key: toc'],
    ['exports: [pdf]', '3:1 unknown-key unknown key: exports'],
  ])('%s', (line, expected) => {
    expect(messages('a', `title: T\n${line}`).map((text) => text.slice(0, expected.length))).toEqual([
      expected,
    ])
  })
})

describe('no false alarm', () => {
  const files = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    ...readdirSync(source('docs')).map((name) => `docs/${name}`),
  ]

  it.each(files.filter((name) => name.endsWith('.md') && name !== 'docs/writing.md'))('in %s', (name) => {
    const body = readFileSync(source(name), 'utf8')
    const document = parseDocument(new VFile({ path: name, value: `---\ntitle: T\n---\n${body}` }))
    document.file.messages.length = 0
    warnOfForeign(document)
    checkMathematics(document, typeset)
    expect(document.file.messages.map(String)).toEqual([])
  })

  it('takes time that grows with the text only', () => {
    const long = [
      '{{< a >}}',
      '@fig:a ',
      '\\(a\\)',
      '\\[=\\]',
      '[a @b ]',
      '==a== ',
      '^a',
      '{#a}',
      '| a\n',
      '::: a\n',
      '@{a}',
    ]
    for (const part of long) {
      const body = part.repeat(Math.floor(20_000 / part.length))
      const document = parseDocument(new VFile({ path: 'd.md', value: `---\ntitle: T\n---\n\n${body}\n` }))
      warnOfForeign(document)
      expect([part, document.file.messages.length > 0]).toEqual([part, true])
    }
  }, 60_000)
})
