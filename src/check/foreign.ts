/**
 * Warns of the syntax of Quarto, MyST, Pandoc and others that this tool does not read: it would print as text, or
 * vanish. Each warning stands at its place and says what to write instead.
 */

import type { Code, InlineCode, Nodes, Paragraph, Parents, Table, Text } from 'mdast'
import type { Place } from '../document/block.ts'
import { calloutKindNames } from '../document/callout.ts'
import type { Document } from '../document/document.ts'
import { isBlock } from '../document/fence.ts'
import { descend } from '../document/markdown.ts'
import {
  locateInFence,
  locateInText,
  type SourceText,
  sliceOf,
  sourceText,
  startOf,
} from '../document/place.ts'
import { warn } from '../document/problem.ts'
import { isListing } from '../document/target.ts'
import { sha256 } from '../files/fingerprint.ts'
import { unlessSilent } from '../text/memory.ts'
import { escapeRegExp } from '../text/pattern.ts'
import { type Form, formsAtLineStart, formsAtStart, formsInText, sayCitation } from './foreignforms.ts'
import {
  checkAccents,
  checkAroundCode,
  checkBareLink,
  checkCodeMarks,
  checkEntities,
  checkHeadingLinks,
  checkItems,
  checkNeighbours,
  checkParagraph,
  checkPictureSize,
  namesIn,
  type Say,
} from './foreignnodes.ts'
import { checkSpans } from './foreignspans.ts'

/** Bounded, as all that is looked for from each of many places to the end of a text. */
const attributeList = String.raw`(?:#[\w:.-]{1,100}|\.[A-Za-z][\w-]{0,100}|[A-Za-z][\w-]{0,100}=(?:"[^"]{0,300}"|'[^']{0,300}'|[^\s}]{1,300})|-)`

/** To something of the document, not to a work. */
const reference = /@(?:tbl|fig|eq|sec|lst)-/

/** Between words or numbers, with blanks on both sides or on none: not `--option`. */
const dashes = (() => {
  const [end, start] = [String.raw`[\p{L}\p{N}).,;:!?%"'”’\]]`, String.raw`[\p{L}\p{N}("'“‘[$]`]
  return new RegExp(
    String.raw`(?<=^|^\s|${end}\s)-{2,3}(?=\s(?:${start}|$)|[,;.:](?:\s|$))|(?<=${end})-{2,3}(?=${start})`,
    'gu',
  )
})()

/** Forms within a line, in the order in which they are looked for; of two at one place the first counts. */
const inText: readonly Form[] = [
  ...formsInText,
  {
    ruleId: 'shortcode',
    pattern: /\{\{<\s*([\w-]+)[^>{]{0,300}>\}\}/g,
    say: ([, name]) =>
      `the shortcode ${name} is not read: ${name === 'include' ? 'write a block yaml include with file: ...' : 'write Markdown'}`,
  },
  {
    ruleId: 'substitution',
    pattern: /\{\{[^{}<]+\}\}|\{%[^%]*%\}/g,
    say: ([whole]) => `${whole} is not replaced: write the text itself, or a value (\`=...\`)`,
  },
  {
    ruleId: 'raw-format',
    pattern: /\{=[a-z]+\}/g,
    say: ([whole]) => `${whole} is not read, and text for one format only is not shown: write Markdown`,
  },
  {
    ruleId: 'attributes',
    // Kramdown puts a colon first.
    pattern: new RegExp(
      String.raw`\{:?[ \t]{0,20}${attributeList}(?:[ \t]{1,20}${attributeList}){0,20}[ \t]{0,20}\}`,
      'g',
    ),
    say: ([whole]) => `attributes are not read here: ${whole} (${adviceOnAttributes(whole)})`,
  },
  {
    ruleId: 'citation-form',
    pattern: /\[-@[\p{L}\p{N}_][^[\]]*\]/gu,
    say: ([whole]) =>
      reference.test(whole)
        ? `${whole} is not read: write ${whole.slice(2, -1)}, which has a kind and a number`
        : `${whole} is not read: write [@key]; a citation is a number and has no names to leave out`,
  },
  {
    ruleId: 'citation-form',
    pattern: /\[(?!\s*-?@)[^[\]@]*\s-?@[\p{L}_][\w:.-]*[^[\]]*\]/gu,
    say: ([whole]) =>
      reference.test(whole)
        ? `${whole} keeps its brackets, and a reference says what it is to: write @${/@([\w-]+)/.exec(whole)?.[1]} alone`
        : `${whole} is not read: write the words before it, and [@key] or [@key, p. 3]`,
  },
  {
    ruleId: 'citation-form',
    pattern: /(?<![\w.+/@-])@\{[^{}]{1,300}\}/g,
    say: ([whole]) => `${whole} is not read: write [@key]`,
  },
  {
    ruleId: 'reference-form',
    pattern: /(?<![\w.+/@-])@(fig|tbl|tab|eq|sec|lst):(\w[\w-]*)/g,
    say: ([whole, kind = '', name]) =>
      `${whole} is plain text: write @${kind === 'tab' ? 'tbl' : kind}-${name}`,
  },
  {
    ruleId: 'reference-form',
    pattern:
      /(?<![\w.+/@-])@(thm|lem|cor|prp|cnj|def|exm|exr|sol|rem|alg|nte|tip|wrn|imp|cau|suppfig|supptbl)-[A-Za-z][\w-]*/g,
    say: ([whole]) =>
      `${whole} is plain text: there are references to tables (tbl-), figures (fig-), equations (eq-), sections (sec-) and listings (lst-)`,
  },
  {
    // MyST takes any label; what ends in a domain is somebody's address.
    ruleId: 'reference-form',
    pattern: /(?<![\w.+/@-])@(?!(?:fig|tbl|tab|eq|sec|lst):)[A-Za-z][\w-]*:[A-Za-z][\w:-]*(?![\w:-]|\.\w)/gi,
    say: ([whole]) =>
      `${whole} is plain text: there are references to tables (@tbl-), figures (@fig-), equations (@eq-), sections (@sec-) and listings (@lst-), and [@key] to a work`,
  },
  {
    // Pandoc-crossref begins a sentence with it.
    ruleId: 'reference-form',
    pattern: /(?<![\w.+/@-])@(Fig|Tbl|Eq|Sec|Lst)[-:]([A-Za-z][\w-]*)/g,
    say: ([whole, kind = '', name]) => `${whole} is plain text: write @${kind.toLowerCase()}-${name}`,
  },
  {
    // Bookdown.
    ruleId: 'reference-form',
    pattern: /@ref\(([\w:-]+)\)/g,
    isEscapedToo: true,
    say: ([whole, name = '']) => `\\${whole} is plain text: write @${idLike(name)}`,
  },
  {
    ruleId: 'reference-form',
    pattern: /\(#(?:fig|tab|eq|thm|lem|def|exm):[\w-]+\)|\(ref:[\w-]+\)/g,
    isEscapedToo: true,
    say: ([whole]) =>
      `${whole} of Bookdown is plain text: a caption is a key of a block, and an equation ends in $$ {#eq-name}`,
  },
  {
    ruleId: 'inline-note',
    pattern: /\^\[[^\]]{0,2000}\]/g,
    say: () => 'an inline footnote is not read: write [^1] here, and [^1]: the text in a line of its own',
  },
  {
    ruleId: 'footnote',
    pattern: /(?<!!)\[\^([^\]\s]{1,200})\](?!:)/g,
    say: ([, name]) => `the footnote ${name} has no text: write [^${name}]: ... in a line of its own`,
  },
  {
    ruleId: 'superscript',
    pattern: /(?<![\\^[])\^[^\s^[\]$]+\^(?!\^)/g,
    say: ([whole]) =>
      `${whole} is shown with its signs: write ${'$'}^{${whole.slice(1, -1)}}${'$'}, or a sign such as ²`,
  },
  {
    ruleId: 'edit-mark',
    pattern: /\{(?:\+\+[^{}]*\+\+|--[^{}]*--|>>[^{}]*<<|==[^{}]*==)\}/g,
    say: ([whole]) => `${whole} is shown with its signs: accept the edit, or leave it out`,
  },
  {
    // MyST allows the blanks. What has no sign of a formula may be two prices.
    ruleId: 'math-blank',
    pattern: /(?<![\\$\w])\$[ \t]+(?=[^$\n]{0,200}[\\^_={}])[^$\n]{1,200}[ \t]\$(?![\d$])/g,
    say: ([whole]) =>
      `${whole} is plain text: write $${whole.slice(1, -1).trim()}$, without blanks behind and before the signs`,
  },
  {
    ruleId: 'math-fence',
    pattern: /(?<!\$)\$\$(?!\$)/g,
    say: () => '$$ is plain text: a formula in several lines stands between lines of $$',
  },
  {
    ruleId: 'dash',
    pattern: dashes,
    say: ([whole]) => `${whole} is shown as ${whole.length} hyphens: write – or —`,
  },
  {
    ruleId: 'escaped-blank',
    pattern: /\\ (?=\S)/g,
    say: () => 'a backslash before a blank is shown: write &nbsp; for a blank that breaks no line',
  },
  {
    ruleId: 'highlight',
    pattern: /(?<![=\w])==(?=[^\s=])[^=\n]*[^\s=]==(?![=\w])/g,
    say: ([whole]) => `${whole} is shown with its signs: write **${whole.slice(2, -2)}**`,
  },
  {
    ruleId: 'insertion',
    // Not `++i` and `C++`.
    pattern: /(?<![\w+])\+\+(?=[^\s+])(?!\w\b)(?=[^+\n]*?\p{L})[^+\n]{1,300}(?<!\s|\b\w)\+\+(?![\w+])/gu,
    say: ([whole]) => `${whole} is shown with its signs: write **${whole.slice(2, -2)}**`,
  },
  {
    ruleId: 'asciidoc',
    pattern:
      /(?<![\w:])(?:(?:image|include|video|audio|ifdef|ifndef)::|(?:xref|footnote|stem|latexmath|kbd|btn):)[^\s[\]:]{0,300}\[[^\]\n]{0,300}\]/g,
    say: ([whole]) => `${whole} of AsciiDoc is plain text: write Markdown or a block`,
  },
  {
    ruleId: 'typst',
    pattern: /(?<![\w&#])#(?:cite|ref|link|emph|strong|footnote|image|figure|table|text|bibliography)\(/g,
    say: ([whole]) => `${whole}...) of Typst is plain text: write Markdown or a block`,
  },
  {
    ruleId: 'wiki-link',
    pattern: /!?\[\[[^[\]\n]+\]\]/g,
    say: ([whole]) => `${whole} is no link here: write [words](address)`,
  },
  {
    ruleId: 'link-definition',
    pattern: /\[[^[\]\n]+\]\[([^[\]\n]*)\]/g,
    say: ([whole, name]) =>
      `${whole} is no link: nothing defines ${name || 'it'} ([${name || 'name'}]: address)`,
  },
  {
    ruleId: 'latex',
    pattern: /\\(ref|eqref|autoref|cref|Cref|pageref|nameref)\{([^{}]*)\}/g,
    say: ([whole, , name = '']) => `${whole} is plain text: write @${idLike(name)}`,
  },
  {
    ruleId: 'latex',
    pattern:
      /\\(cite|citep|citet|textcite|parencite|autocite|footcite|citeauthor|citeyear|nocite)\*?(?:\[[^\]]{0,300}\]){0,5}\{([^{}]*)\}/g,
    say: sayCitation,
  },
  {
    ruleId: 'latex',
    pattern: /\\label\{([^{}]*)\}/g,
    say: ([whole]) =>
      `${whole} is plain text: write {#sec-name} behind a heading, {#eq-name} behind the closing $$`,
  },
  {
    ruleId: 'latex',
    pattern: /\\footnote\{[^{}]*\}?/g,
    say: () => '\\footnote is plain text: write [^1] here, and [^1]: the text in a line of its own',
  },
  {
    ruleId: 'latex',
    pattern: /\\(?:begin|end)\{([^{}]*)\}/g,
    say: ([whole]) =>
      `${whole} is plain text: formulas stand between $$, lists, tables and figures are Markdown or blocks`,
  },
  {
    ruleId: 'latex',
    pattern: /\\([A-Za-z]+)\*?\{[^{}]*\}/g,
    say: ([whole]) => `${whole} is plain text: LaTeX stands in formulas only, $...$; write Markdown`,
  },
  {
    ruleId: 'latex',
    pattern:
      /\\(newpage|pagebreak|clearpage|noindent|maketitle|tableofcontents|listoffigures|listoftables|listoflistings|frontmatter|mainmatter|backmatter|cleardoublepage|appendix|bigskip|medskip|smallskip|vfill|hfill|centering|LaTeX|TeX|ldots|textbackslash)\b/g,
    say: ([whole]) => `${whole} is plain text: leave it out, or write Markdown`,
  },
  {
    ruleId: 'emoji',
    pattern:
      /(?<![\w:`/]):(smile|warning|tada|rocket|bulb|memo|bug|sparkles|heavy_check_mark|white_check_mark|x|\+1|-1|fire|star|eyes|construction|exclamation|question|info|information_source|point_right|thumbsup|thumbsdown|heart):(?![\w:])/g,
    say: ([whole]) => `${whole} is plain text: write the sign itself`,
  },
]

/** Forms at the start of a line of a paragraph. */
const atLineStart: readonly Form[] = [
  ...formsAtLineStart,
  {
    ruleId: 'directive',
    pattern: /^:{3,}.*$/,
    say: ([whole]) =>
      /^:+\s*$/.test(whole)
        ? `${whole} is plain text: there are no fenced divs`
        : `${whole.slice(0, 40)} is plain text: ${adviceOnDiv(whole)}`,
  },
  {
    ruleId: 'target',
    pattern: /^\(([\w:.-]+)\)=\s*$/,
    say: ([, name = '']) =>
      `(${name})= is plain text: write an id behind the heading below, ## Title {#${sectionId(name)}}`,
  },
  {
    ruleId: 'block-break',
    pattern: /^\+\+\+(?:\s.*)?$/,
    say: () => '+++ is plain text: cells of notebooks are not read; a line --- between blank lines is a rule',
  },
  {
    ruleId: 'block-break',
    pattern: /^\^{3,}\s*$/,
    say: ([whole]) => `${whole.trim()} is plain text: a page has no cards: write headings`,
  },
  {
    ruleId: 'admonition',
    pattern: /^(?:!!!|\?\?\?\+?)\s+\w/,
    say: ([whole]) =>
      `${whole.trim()}... is plain text: write > [!NOTE] and the text in lines that start with >`,
  },
  {
    ruleId: 'admonition',
    pattern: /^===[!+]? "[^"]*"\s*$/,
    say: ([whole]) => `${whole.trim()} is plain text: a page has no tabs: write headings`,
  },
  {
    ruleId: 'shortcode',
    // MkDocs, several converters, VitePress, Markdown Preview Enhanced.
    pattern: /^(?:-{1,2}8<-{1,2} "[^"]*"|!?!include[ (].*|<<< ?@?[\w./-]+.*|@import ".*")\s*$/,
    say: ([whole]) => `${whole.trim()} is plain text: write a block yaml include with file: ...`,
  },
  {
    ruleId: 'asciidoc',
    pattern:
      /^\[(?:source|listing|quote|cols|options|%header|NOTE|TIP|IMPORTANT|WARNING|CAUTION)\b[^\]]*\]\s*$|^\|={3,}\s*$/,
    say: ([whole]) => `${whole.trim()} of AsciiDoc is plain text: write Markdown or a block`,
  },
  {
    ruleId: 'rst-directive',
    pattern: /^\.\. [\w-]+::/,
    say: ([whole]) => `${whole} is plain text: write Markdown or a block`,
  },
  {
    ruleId: 'grid-table',
    pattern: /^\+[-=:]{2,}(?:\+[-=:]+)+\+\s*$/,
    say: () => 'a table of + and - is plain text: write cells between |, and |---| below the head',
  },
  {
    ruleId: 'example-list',
    pattern: /^\(@[\w-]*\)\s/,
    say: ([whole]) => `${whole.trim()} starts no list: write 1. and refer to it in words`,
  },
  {
    ruleId: 'fancy-list',
    pattern: /^#\.\s/,
    say: () => '#. starts no list: write 1.',
  },
  {
    ruleId: 'table-caption',
    pattern: /^(?:Table:|:)\s+\S.*$/,
    say: ([whole]) =>
      whole.startsWith(':') && !/\{#tbl-/.test(whole)
        ? 'a definition without a term, or the caption of a table, is plain text: put the term in the line above; a table of data with a caption is a block yaml table'
        : 'a Markdown table has no caption: write it as a sentence, or make a block yaml table',
  },
  {
    ruleId: 'definition',
    pattern: /^[ \t]*~[ \t]+\S/,
    say: () => 'a definition that starts with ~ is plain text: start it with : in the line below its term',
  },
  {
    ruleId: 'field-list',
    pattern: /^:[A-Za-z][\w-]*:(?:[ \t]+\S.*)?$/,
    say: ([whole]) => `${whole.trim()} is plain text: options of directives are not read`,
  },
  {
    ruleId: 'abbreviation',
    pattern: /^\*\[[^\]]+\]:\s/,
    say: ([whole]) => `${whole.trim()} is plain text: explain the abbreviation where it first stands`,
  },
  {
    ruleId: 'contents',
    pattern: /^(?:@?\[(?:TOC|toc|_TOC_)\]|\{:toc\})\s*$/,
    say: ([whole]) => `${whole} is plain text: leave it out, as a report has its contents`,
  },
  {
    ruleId: 'line-block',
    pattern: /^\|\s+[^|]*$/,
    say: () =>
      'a line that starts with | is plain text: end lines with \\ to keep them apart, or close the cells with |',
  },
]

/** Forms at the start of a paragraph. */
const atStart: readonly Form[] = [
  ...formsAtStart,
  {
    ruleId: 'typst',
    pattern: /^#(?:let|set|show|import|include)\s+[\w"].*[=:("].*$/,
    say: ([whole]) => `${whole.slice(0, 40)} of Typst is plain text: write Markdown or a block`,
  },
  {
    ruleId: 'heading-form',
    pattern: /^={1,6}[ \t]+\p{L}[^=]*$/u,
    say: ([whole]) =>
      `${whole.slice(0, 40)} is no heading: write ${'#'.repeat(/^=+/.exec(whole)?.[0].length ?? 1)}`,
  },
  {
    ruleId: 'comment',
    pattern: /^%+[ \t]+\S/,
    say: () => '% is plain text: a comment is <!-- ... -->',
  },
  {
    ruleId: 'heading-form',
    pattern: /^#{1,6}[\p{L}][^#]*$/u,
    say: ([whole]) => `${whole.slice(0, 40)} is no heading: leave a blank behind the #`,
  },
  {
    ruleId: 'heading-form',
    pattern: /^#{7,}\s/,
    say: () => 'a heading has at most six #',
  },
]

function adviceOnAttributes(written: string): string {
  const [, id = ''] = /#([\w:.-]+)/.exec(written) ?? []
  if (/^fig[-:]/.test(id)) return 'write a block yaml figure with id, src, caption and alt'
  if (/^tbl[-:]|^tab[-:]/.test(id)) return 'a table that can be referred to is a block yaml table'
  if (/^lst[-:]/.test(id)) return `write \`\`\`python id=${id} caption="..."`
  if (/^eq[-:]/.test(id)) return `write $$ {#${idLike(id)}} as the closing line of a formula`
  if (/^sec-.*\s/.test(written.slice(2))) return `write {#${id}} alone, at the end of the heading`
  if (id !== '') return 'an id stands at the end of a heading, {#sec-name}, or behind the closing $$'
  if (/\.(?:mark|smallcaps|underline)\b/.test(written)) return 'write **bold** or *emphasis*'
  if (/width|height/.test(written)) return 'a size is the key width of a block yaml figure'
  return 'classes and styles have no effect: leave them out'
}

function adviceOnDiv(written: string): string {
  const callout =
    /callout-(\w+)|\{(note|tip|important|warning|caution|danger|admonition|seealso|hint)\}/i.exec(written)
  const kind = (callout?.[1] ?? callout?.[2])?.toUpperCase()
  if (kind !== undefined)
    return `write > [!${calloutKindNames.includes(kind) ? kind : 'NOTE'}], and the text in lines that start with >`
  if (/#fig-|layout|\{figure\}|subfigure/.test(written))
    return 'write a block yaml figure, with parts for subfigures'
  if (/#tbl-|table/.test(written)) return 'write a block yaml table'
  if (/panel-tabset|column|tab-set|grid/.test(written))
    return 'a page has no tabs and columns: write headings'
  if (/#(?:thm|lem|def|exm)-|proof|theorem/.test(written)) return 'write **Theorem 1.** and the text'
  return 'there are no fenced divs: leave it out'
}

/** As an id of a heading, which text can refer to. */
function sectionId(name: string): string {
  const id = idLike(name).replace(/^sec(?:tion)?-/, '')
  return `sec-${id}`
}

/** `fig:one` as an id here. */
function idLike(name: string): string {
  return name.replace(/^tab(?=[:-])/, 'tbl').replace(/[^\w-]+/g, '-')
}

/** Warnings of a rule: who has so many has all of the text to change. */
const mostOfRule = 1000

export function warnOfForeign(document: Document): void {
  const { tree, abstract, captions, file } = document
  const source = sourceText(file)
  const near = file.messages.flatMap(({ ruleId, line, column }) =>
    ruleId === 'reference-near-miss' ? [`${line}:${column}`] : [],
  )
  const { headings, definitions } = namesIn(tree)
  const known = {
    headings,
    definitions: new Set(definitions),
    citation: bareCitation(document),
    near: new Set(near),
  }
  const said = new Map<string, number>()
  let count = 0
  const say = (ruleId: string, place: Place, reason: string) => {
    count += 1
    const own = (said.get(ruleId) ?? 0) + 1
    said.set(ruleId, own)
    if (own > mostOfRule) return
    warn(file, ruleId, place, own === mostOfRule ? `${reason} (more of these are not told)` : reason)
  }
  const checkAll = (top: Nodes, root: Nodes) => {
    for (const { node, near } of descend(top, startOf(top))) {
      if ('children' in node) checkChildren(node, source, near, say)
      if (node.type === 'text') checkText(node, source, near, known, say)
      else if (node.type === 'paragraph') {
        checkLines(node, source, near, say)
        checkCaption(node, source, say)
      } else if (node.type === 'heading') checkHeadingLabel(node, source, say)
      else if (node.type === 'table') checkRows(node, source, say)
      else if (node.type === 'delete') checkTilde(node, source, say)
      else if (node.type === 'code' && !isBlock(node)) checkCode(node, source, say)
      else if (node.type === 'inlineCode') checkInlineCode(node, root, source, say)
      else if (node.type === 'link') checkBareLink(node, source, say)
      else if (node.type === 'list') checkItems(node, source, say)
      else if (node.type === 'blockquote') checkCallout(node, say)
      else if (node.type === 'image') checkImage(node, say)
      else if (node.type === 'thematicBreak' && /(?<!-)-{2,}[ \t]+-{2,}/.test(sliceOf(source, node)))
        say('simple-table', startOf(node), simpleTable)
    }
  }
  // Most of a text is as it was, and says nothing. What a node is, and what it is compared with, others decide too.
  const others = sha256(JSON.stringify([[...headings], definitions, known.citation.source]))
  for (const root of [...(abstract ? [abstract] : []), tree, ...captions.values()]) {
    if (root.type === 'root') checkChildren(root, source, { line: 1, column: 1 }, say)
    for (const top of root.type === 'root' ? root.children : [root]) {
      const check = () => {
        const before = count
        checkAll(top, root)
        return count > before
      }
      if (known.near.size > 0) check()
      else unlessSilent('foreign', `${others} ${root.type} ${surroundings(top, source)}`, check)
    }
  }
}

function checkChildren(node: Parents, source: SourceText, near: Place, say: Say): void {
  checkDefinitions(node.children, source, say)
  checkNeighbours(node, source, say)
  checkParagraphs(node.children, source, say)
  checkSpans(node, source, near, say)
}

/** A node's Markdown, with as much of what is around it as a check looks at. */
function surroundings({ position }: Nodes, { text }: SourceText): string {
  const [start, end] = [position?.start.offset ?? 0, position?.end.offset ?? text.length]
  return `${text.slice(Math.max(0, start - 160), start)}\0${text.slice(start, end + 50)}`
}

/** To Markdown, the line below a head is a rule. */
const simpleTable =
  'this is a rule, and a table of hyphens is plain text: write cells between |, and |---| below the head'

/** What texts are compared with. */
interface Known {
  readonly headings: ReadonlySet<string>
  readonly citation: RegExp
  /** `footnoteDefinition x`: what has a text. */
  readonly definitions: ReadonlySet<string>
  /** Places of words that another check told to be citations. */
  readonly near: ReadonlySet<string>
}

/** `@smith2020 shows`: keys that the document cites, and what looks like one, also where no bibliography is named. */
function bareCitation({ citations }: Document): RegExp {
  const keys = new Set(citations.flatMap(({ items }) => items.map(({ key }) => key)))
  const cited = [...keys].map(escapeRegExp)
  const one = [String.raw`\p{L}[\p{L}_:-]*(?:19|20)\d\d\w*`, ...cited].join('|')
  return new RegExp(String.raw`(?<![\w.+/@[;-]|\[[^\]]{0,300})@(?:${one})(?![\w/-]|\.\w)`, 'gu')
}

/** What is said of a footnote that has a text, but is called where none is read. */
function noNotesHere(name: string): string {
  return `a caption has no footnotes: write the words of [^${name}] in it, or call the footnote in the text`
}

function checkText(node: Text, source: SourceText, near: Place, known: Known, say: Say): void {
  const { value } = node
  checkAccents(node, source, say)
  // Most texts have none of these signs.
  if (!/[\\{}[\]^@=:~#%`+!<&]|--|''|\/\*|\({3}|\$\$/.test(value) && !/[\\~]/.test(sliceOf(source, node)))
    return
  const locate = locateInText(source, node, near)
  const taken = new Uint8Array(value.length)
  for (const { ruleId, pattern, signs, isEscapedToo = false, say: words } of inText) {
    if (signs !== undefined && !signs.some((sign) => value.includes(sign))) continue
    let [line, before] = [0, 0]
    for (const match of value.matchAll(pattern)) {
      const start = match.index
      const end = start + match[0].length
      line = Math.max(line, before + value.slice(before, start).lastIndexOf('\n') + 1)
      before = start
      if (taken.subarray(start, end).includes(1)) continue
      // The line of a directive is told of as a whole.
      if (value.startsWith(':::', line)) continue
      const { isEscaped, ...place } = locate(start)
      if (isEscaped && !isEscapedToo && ruleId !== 'latex') continue
      // A role, which the code behind it tells of.
      if (ruleId === 'emoji' && end === value.length && source.text[node.position?.end.offset ?? 0] === '`')
        continue
      taken.fill(1, start, end)
      const [, name = ''] = match
      const isNote =
        ruleId === 'footnote' && known.definitions.has(`footnoteDefinition ${name.toLowerCase()}`)
      say(ruleId, place, isNote ? noNotesHere(name) : words(match as unknown as RegExpExecArray))
    }
  }
  for (const { 0: whole, index } of value.matchAll(known.citation)) {
    const { isEscaped, ...place } = locate(index)
    if (!isEscaped && taken[index] !== 1 && !known.near.has(`${place.line}:${place.column}`))
      say('citation-form', place, `${whole} is plain text: write the names, and [${whole}]`)
  }
  for (const { index, whole } of checkHeadingLinks(value, known.headings)) {
    const { isEscaped, ...place } = locate(index)
    if (!isEscaped)
      say(
        'link-definition',
        place,
        `${whole} is no link to the heading: write [words](#its-id), or @sec-name`,
      )
  }
  for (const { index, whole } of checkEntities(value)) {
    if (!sliceOf(source, node).includes(whole)) continue
    const { isEscaped, ...place } = locate(index)
    if (!isEscaped) say('entity', place, `${whole} names no sign: write the sign itself`)
  }
  checkDelimiters(node, source, say)
}

function checkParagraphs(children: readonly Nodes[], source: SourceText, say: Say): void {
  for (const [index, node] of children.entries())
    if (node.type === 'paragraph') checkParagraph(node, children[index + 1], source, say)
}

const delimited = /(?<!\\)\\\((?:(?!\\[()]).)+\\\)|(?<!\\)\\\[(?:(?!\\[[\]]).)+\\\]/gs

/** `\(x\)` and `\[x\]`: Markdown drops the backslashes, so they are looked for in the source. */
function checkDelimiters(node: Text, source: SourceText, say: Say): void {
  const slice = sliceOf(source, node)
  const offset = node.position?.start.offset ?? 0
  for (const { 0: whole, index } of slice.matchAll(delimited)) {
    // `\[@key\]` and other brackets that an author escapes are meant as such.
    if (whole.startsWith('\\[') && (/^..\s*-?@/.test(whole) || !/[=^_\\+<>]/.test(whole.slice(2, -2))))
      continue
    const point = source.location.toPoint(offset + index)
    if (point === undefined) continue
    const [sign, form] = whole.startsWith('\\(') ? ['\\(', '$...$'] : ['\\[', '$$...$$']
    say(
      'tex-delimiters',
      { line: point.line, column: point.column },
      `${sign} is a bracket here: write a formula as ${form}`,
    )
  }
}

/** A line of hyphens below a head makes a table only if it has as many columns. */
function checkHyphenLine(paragraph: Paragraph, source: SourceText, say: Say): void {
  const [head = '', line = ''] = sliceOf(source, paragraph).split('\n')
  const cells = line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
  if (!head.includes('|') || !line.includes('--') || !cells.every((cell) => /^:?-+:?$/.test(cell.trim())))
    return
  const columns = (row: string) =>
    row
      .trim()
      .replace(/^\||(?<!\\)\|$/g, '')
      .split(/(?<!\\)\|/).length
  say(
    'table-head',
    startOf(paragraph),
    `this is plain text: its head has ${columns(head)} columns, and the line of hyphens below ${columns(line)}`,
  )
}

function checkLines(paragraph: Paragraph, source: SourceText, near: Place, say: Say): void {
  checkHyphenLine(paragraph, source, say)
  // Its underscores are taken for emphasis.
  if (sliceOf(source, paragraph).trim() === '[[_TOC_]]')
    say('contents', startOf(paragraph), '[[_TOC_]] is plain text: leave it out, as a report has its contents')
  let startsLine = true
  let item: (ListItem & { readonly place: Place }) | undefined
  for (const [index, node] of paragraph.children.entries()) {
    if (node.type !== 'text') {
      startsLine = node.type === 'break'
      continue
    }
    let offset = 0
    const lines = node.value.split('\n')
    const locate = locateInText(source, node, near)
    for (const [number, line] of lines.entries()) {
      if (number > 0 || startsLine) {
        const forms = index === 0 && number === 0 ? [...atStart, ...atLineStart] : atLineStart
        // The line goes on behind this text, so nothing is known of its end.
        const isOpen = number === lines.length - 1 && index < paragraph.children.length - 1
        for (const { ruleId, pattern, say: words } of forms) {
          const match = pattern.exec(line)
          if (match === null || (isOpen && pattern.source.endsWith('$') && ruleId !== 'directive')) continue
          const { isEscaped, ...place } = locate(offset)
          if (isEscaped) continue
          say(ruleId, place, words(match))
          break
        }
        const found = listItem(line)
        // The second item tells that the first is one: a line may start with somebody's initial.
        const before = item
        if (before !== undefined && found?.some((one) => follows(one, before)))
          say(
            'fancy-list',
            before.place,
            `${before.sign} starts no list, so its items are one paragraph: write 1.`,
          )
        item = undefined
        const first = found?.find(({ number }) => number === 1)
        if (first) {
          const { isEscaped, ...place } = locate(offset)
          if (!isEscaped) item = { ...first, place }
        }
      }
      offset += line.length + 1
    }
    startsLine = false
  }
}

/** The sign of an item of a list that is none here: `a)`, `(ii)`, `(1)`. */
interface ListItem {
  readonly sign: string
  readonly style: string
  readonly number: number
}

const romans = ['i', 'ii', 'iii', 'iv', 'v']

/** Readings of a line's start: `i.` is a letter or a number. */
function listItem(line: string): readonly ListItem[] | undefined {
  const [sign, open = '', name = '', close] = /^(\()?([A-Za-z]{1,3}|\d{1,2})([.)])(?=\s)/.exec(line) ?? []
  if (sign === undefined || (open !== '' && close === '.')) return undefined
  const item = (kind: string, number: number) => ({ sign, style: `${open}${kind}${close}`, number })
  // Without the bracket in front these are lists.
  if (/\d/.test(name)) return open === '' ? undefined : [item('1', Number(name))]
  const small = name.toLowerCase()
  if (name !== small && name !== name.toUpperCase()) return undefined
  const letter = name === small ? 'a' : 'A'
  return [
    ...(romans.includes(small) ? [item(`roman ${letter}`, romans.indexOf(small) + 1)] : []),
    ...(small.length === 1 ? [item(letter, small.charCodeAt(0) - 96)] : []),
  ]
}

function follows(next: ListItem, before: ListItem): boolean {
  return next.style === before.style && next.number === before.number + 1
}

/** A definition is one paragraph; what else belongs to it in Pandoc is indented, which is code here. */
function checkDefinitions(children: readonly Nodes[], source: SourceText, say: Say): void {
  for (const [index, node] of children.entries()) {
    const isIndented = node.type === 'code' && !/^\s*(?:`{3}|~{3})/.test(sliceOf(source, node))
    if (isIndented && children[index - 1]?.type === 'definitionList')
      say('definition', startOf(node), 'this is shown as code: a definition is one paragraph, without lists')
  }
}

/** GitHub takes any line below a table for a row. */
function checkRows(table: Table, source: SourceText, say: Say): void {
  if ((table.children[0]?.children.length ?? 0) < 2) return
  for (const row of table.children.slice(1)) {
    const slice = sliceOf(source, row)
    if (slice.includes('|')) continue
    const advice = /^(?:Table)?:\s/.test(slice)
      ? 'a Markdown table has no caption: write it as a sentence below a blank line, or make a block yaml table'
      : 'leave a blank line before it'
    say('table-row', startOf(row), `this line is shown as a row of the table above: ${advice}`)
  }
}

/** `~x~`, which GitHub strikes through as `~~x~~`, and Pandoc lowers. */
function checkTilde(node: Nodes, source: SourceText, say: Say): void {
  const slice = sliceOf(source, node)
  if (!slice.startsWith('~') || slice.startsWith('~~')) return
  const text = slice.slice(1, -1)
  say(
    'subscript',
    startOf(node),
    `${slice} is struck through: write $_{${text}}$ or a sign such as ₂ to lower it, ~~${text}~~ to strike it`,
  )
}

/** A heading may have `{#id}` and `{-}`; what else stands in braces is told of as text. */
function checkHeadingLabel(node: Nodes, source: SourceText, say: Say): void {
  if (node.type !== 'heading') return
  // The options of a directive, between lines of hyphens, make a heading of its first line.
  const [directive = ''] = /^:{3,}[^\n]*(?=\n)/.exec(sliceOf(source, node)) ?? []
  if (directive !== '')
    say('directive', startOf(node), `${directive.slice(0, 40)} is plain text: ${adviceOnDiv(directive)}`)
  const [first] = node.children
  const part = first?.type === 'text' ? /^\((?:PART|APPENDIX)\\?\*?\)/.exec(first.value) : null
  if (part) say('heading-form', startOf(node), `${part[0]} of Bookdown is plain text: leave it out`)
  const id = node.data?.id
  if (id === undefined || id.startsWith('sec-')) return
  if (/^(?:tbl|fig|eq|lst)-/.test(id))
    say('id-prefix', startOf(node), `the id ${id} is a heading's: name it sec-${id.replace(/^\w+-/, '')}`)
}

/** What other tools read of a fence: names of files, lines to number or to mark. */
const otherInfo =
  /(?:^|\s)(?:title|filename|file|linenums|lineno|hl_lines|startFrom|showLineNumbers|emphasize-lines|npm2yarn|live|noInline)(?:=\S*|(?=\s|$))|\{[\d,\s-]+\}/

/** Languages of cells that Quarto, knitr and notebooks run. */
const cell = /^\{([\w-]+)?(?:[\s,}]|$)/

function checkCode(node: Code, source: SourceText, say: Say): void {
  checkCodeMarks(node, source, say)
  const place = startOf(node)
  const info = `${node.lang ?? ''} ${node.meta ?? ''}`.trim()
  if (/^\{=\w+\}/.test(info))
    say('raw-format', place, `a block ${info} is shown as code: text for one format only is not read`)
  else if (/^\{[\s.#]/.test(info) || /\{[^{}]*[.#=][^{}]*\}/.test(info)) {
    const [, language] = /^([\w+-]+)\s/.exec(info) ?? /\.([\w+-]+)/.exec(info) ?? []
    const name = /#([\w-]+)/.exec(info)?.[1] ?? 'lst-name'
    const reason = `attributes of a fence are not read: write \`\`\`${language ?? 'python'} id=${name} caption="..."`
    say('attributes', place, reason)
  } else if (cell.test(info)) {
    const [, language = ''] = cell.exec(info) ?? []
    say('code-cell', place, `{${language}} is shown as code: ${adviceOnCell(language)}`)
  } else if (
    /^(?:mermaid|dot|graphviz|plantuml|tikz|d2|ditaa|nomnoml|svgbob|pikchr|markmap|wavedrom|dataview|dataviewjs|geojson|topojson|stl)$/.test(
      node.lang ?? '',
    )
  )
    say(
      'diagram',
      place,
      `${node.lang} is shown as code: make a picture of it, and a block yaml figure with src`,
    )
  else if (otherInfo.test(info))
    say(
      'attributes',
      place,
      `${otherInfo.exec(info)?.[0].trim()} of a fence is not read: name a file in caption="...", with id=lst-name`,
    )
  else if (
    isListing(node) &&
    /(?:^|\s)caption=/.test(node.meta ?? '') &&
    !/(?:^|\s)id=/.test(node.meta ?? '')
  )
    say('listing', place, 'the caption of a code block is shown with an id only: add id=lst-name')
  else if (isListing(node) && /(?:^|\s)id=(?!lst-)/.test(node.meta ?? ''))
    say('id-prefix', place, 'the text cannot refer to this listing: name it id=lst-...')
  const option = /^[ \t]*(?:#|\/\/|%|--)\|[ \t]*([\w-]+):/m.exec(node.value)
  if (option)
    say(
      'code-cell',
      locateInFence(source, node)(option.index),
      `the option ${option[1]} is part of the code: nothing runs here; an experiment is a block of its own`,
    )
}

function adviceOnCell(language: string): string {
  if (
    /^(?:note|tip|important|warning|caution|danger|admonition|hint|seealso|attention|error)$/.test(language)
  ) {
    const kind = language.toUpperCase()
    return `write > [!${calloutKindNames.includes(kind) ? kind : 'NOTE'}], and the text in lines that start with >`
  }
  if (/^(?:figure|image|subfigure)$/.test(language))
    return 'write a block yaml figure with id, src, caption and alt'
  if (/^(?:math|equation)$/.test(language)) return 'write $$ above and below the formula'
  if (/^(?:include|literalinclude)$/.test(language)) return 'write a block yaml include with file: ...'
  if (/^(?:table|list-table|csv-table)$/.test(language))
    return 'write a Markdown table, or a block yaml table'
  if (/^(?:code|code-block|sourcecode)$/.test(language)) return 'write the language behind ```, as ```python'
  if (/^(?:bibliography|toctree|contents|tableofcontents|index|glossary)$/.test(language))
    return 'leave it out: references and contents are made by themselves'
  if (/^(?:mermaid|dot|graphviz)$/.test(language))
    return 'make a picture of it, and a block yaml figure with src'
  return 'cells of notebooks do not run; what measures is an experiment, a block ts experiment or a script'
}

function checkInlineCode(node: InlineCode, root: Nodes, source: SourceText, say: Say): void {
  if (root.type === 'root') checkAroundCode(node, source, say)
  const place = startOf(node)
  const slice = sliceOf(source, node)
  if (
    /^(?:r|python|julia|\{(?:r|python|julia|ojs)\})\s+\S/.test(node.value) &&
    !/^(?:python|julia)\s/.test(node.value)
  ) {
    if (/^r\s/.test(node.value) && !/[()$[\]]|^r\s+\d/.test(node.value)) return
    say(
      'inline-cell',
      place,
      `\`${node.value}\` is shown as code: write a value, \`=experiment.environment.pattern.measure.mean\``,
    )
    return
  }
  const start = node.position?.start.offset ?? 0
  const end = node.position?.end.offset ?? 0
  // Of reStructuredText: `words <address>`_
  if (/^[^`]+ <[^<>]+>$/.test(node.value) && /^__?(?!\w)/.test(source.text.slice(end, end + 3))) {
    say('link-definition', place, `${slice}_ is no link: write [words](address)`)
    return
  }
  const before = /(?:\{([a-z][\w:+-]*)(?:[ \t][^{}\n]{0,100})?\}|(?<![\w:]):([a-z][\w:+-]*):)$/.exec(
    source.text.slice(Math.max(0, start - 150), start),
  )
  if (before && root.type === 'root') {
    const [role, braced, name = braced ?? ''] = before
    const column = place.column - role.length
    say(
      'role',
      { line: place.line, column: Math.max(1, column) },
      `the role ${role}${slice} is not read: ${adviceOnRole(name, node.value)}`,
    )
  }
}

function adviceOnRole(name: string, value: string): string {
  if (name === 'math') return `write $${value}$`
  if (name.startsWith('cite'))
    return `write [${value
      .split(',')
      .map((key) => `@${key.trim()}`)
      .join('; ')}]`
  if (/^(?:ref|numref|eq|doc|term)$/.test(name))
    return `write @${idLike(value.replace(/^.*<|>$/g, ''))}, or a link`
  if (/^(?:sub|subscript)$/.test(name)) return `write $_{${value}}$`
  if (/^(?:sup|superscript)$/.test(name)) return `write $^{${value}}$`
  if (/^(?:eval|glue)/.test(name)) return 'write a value, `=...`'
  return 'write Markdown'
}

const quoteSign = /^\[!([A-Za-z]+)\]([+-]?)([^\n]*)/

function checkCallout(node: Nodes, say: Say): void {
  if (node.type !== 'blockquote') return
  const [first] = node.children
  const text = first?.type === 'paragraph' ? first.children[0] : undefined
  if (text?.type !== 'text') return
  const [, kind = '', fold, rest = ''] = quoteSign.exec(text.value) ?? []
  if (kind === '' || first === undefined) return
  const place = startOf(first)
  if (!calloutKindNames.includes(kind.toUpperCase()))
    say(
      'callout',
      place,
      `[!${kind}] is plain text (known: ${calloutKindNames.map((name) => `[!${name}]`).join(', ')})`,
    )
  else if (fold !== '' || rest.trim() !== '')
    say(
      'callout',
      place,
      `[!${kind}] stands in a line by itself, or it is plain text: put "${rest.trim()}" into the next line`,
    )
}

/**
 * A picture that is a paragraph: Pandoc and Quarto show its words below it. Those of a sentence, or with Markdown, are
 * meant so; others say what there is to see.
 */
function checkCaption(paragraph: Paragraph, source: SourceText, say: Say): void {
  const [picture, ...others] = paragraph.children
  if (
    picture?.type !== 'image' ||
    others.some((one) => one.type !== 'text' || !/^\{[^{}]*\}$/.test(one.value))
  )
    return
  const [, words = ''] = /^!\[(.*)\]\(/s.exec(sliceOf(source, picture)) ?? []
  if (/\S[ \t]+\S+.*\.$|\$[^$]+\$|\*[^*]+\*|`[^`]+`|@[\w-]+/s.test(words))
    say(
      'picture-caption',
      startOf(picture),
      'the words of a picture are for those who cannot see it, and no caption: a block yaml figure has both (src, caption, alt)',
    )
}

/** MyST and Pandoc take an empty text of a picture as none; readers who cannot see it have nothing. */
function checkImage(node: Nodes, say: Say): void {
  checkPictureSize(node, say)
  if (node.type !== 'image' || (node.alt ?? '').trim() !== '') return
  say(
    'alt',
    startOf(node),
    `the picture ${node.url} has no text for those who cannot see it: write ![words](...)`,
  )
}
