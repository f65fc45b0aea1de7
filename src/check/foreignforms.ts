/**
 * More forms that `foreign.ts` looks for: of MDX, AsciiDoc, Obsidian, reStructuredText, Org, LaTeX, and wikis. What reads the
 * same there and here (`@user`, `#12`, `NOTE: ...`) is left alone, and so is what ordinary prose has (`|x|`, `a +`).
 */

/** A form that a text may have. */
export interface Form {
  readonly ruleId: string
  /** In a text, or in the first line of a paragraph; its start is the place. */
  readonly pattern: RegExp
  /** Characters of which every match has one; texts without them are skipped, as that is quicker. */
  readonly signs?: readonly string[]
  /** Also where its first sign is escaped, as Bookdown and LaTeX write it; else an escaped sign is meant as it is. */
  readonly isEscapedToo?: boolean
  readonly say: (match: RegExpExecArray) => string
}

/** Commands of LaTeX without braces that stand in texts: switches, signs, and letters. */
const commands =
  'alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|varphi|chi|psi|omega|' +
  'Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega|times|pm|approx|leq|geq|neq|cdot|infty|rightarrow|leftarrow|to|sim|' +
  'item|bf|it|em|tt|sc|bfseries|itshape|ttfamily|small|large|Large|huge|par|newline|linebreak|quad|qquad|xspace|dots|' +
  'copyright|dag|ddag|textmu|degree|ss|ae|oe|aa|hline|toprule|midrule|bottomrule|printbibliography|protect'

/** What a document of AsciiDoc has without defining it. */
const attributes =
  'author|email|revnumber|revdate|revremark|doctitle|docname|docdate|docdatetime|localdate|nbsp|zwsp|wj|apos|quot|lsquo|rsquo|' +
  'ldquo|rdquo|startsb|endsb|caret|asterisk|tilde|backslash|backtick|two-colons|two-semicolons|cpp|empty|sp'

const noHeading = (text: string, signs: number) =>
  `${text.trim().slice(0, 40)} is no heading: write ${'#'.repeat(Math.min(6, signs))}`

/** Of a command of LaTeX, whose second group has the keys. */
export const sayCitation: Form['say'] = ([whole, , keys = '']) =>
  `${whole} is plain text: write [${keys
    .split(/\s*,\s*/)
    .map((key) => `@${key.trim()}`)
    .join('; ')}]`

/** Forms within a line, before those of `foreign.ts`. */
export const formsInText: readonly Form[] = [
  {
    ruleId: 'mdx',
    signs: ['{/*'],
    pattern: /\{\/\*.{0,2000}?\*\/\}/gs,
    say: () =>
      '{/* */} is plain text: a comment is <!-- ... -->, and an id stands behind a heading, {#sec-name}',
  },
  {
    ruleId: 'mdx',
    signs: ['</>'],
    pattern: /<\/>/g,
    say: () => '</> is plain text: leave it and its <> out',
  },
  {
    ruleId: 'mdx',
    signs: ['{'],
    pattern: /(?<![{$\\])\{(?:[A-Za-z_$]\w*(?:\.[A-Za-z_$]\w*)+|new Date|Math\.)[^{}]*\}/g,
    say: ([whole]) => `${whole} is not evaluated: write the text itself, or a value (\`=...\`)`,
  },
  {
    ruleId: 'shortcode',
    // Its end is hidden behind a link, or missing.
    signs: ['{{<', '{{%'],
    pattern: /\{\{[<%]\s*\/?\s*([\w-]+)(?![^]{0,400}[>%]\}\})/g,
    say: ([, name]) => `the shortcode ${name} is not read: write Markdown`,
  },
  {
    ruleId: 'substitution',
    signs: ['{@'],
    pattern: /\{@[a-z]+\s[^{}]*\}/g,
    say: ([whole]) => `${whole} is plain text: write Markdown`,
  },
  {
    ruleId: 'substitution',
    signs: ['{:'],
    pattern: /\{:[:/][^{}]*\}/g,
    say: ([whole]) => `${whole} of Kramdown is plain text: leave it out; a comment is <!-- ... -->`,
  },
  {
    ruleId: 'substitution',
    signs: ['{'],
    pattern: /\{(?:code|noformat|panel|color|quote|info|warning|tip|note|expand)(?::[^{}]*)\}/g,
    say: ([whole]) => `${whole} of Jira is plain text: write Markdown`,
  },
  {
    ruleId: 'asciidoc',
    signs: [':['],
    pattern:
      /(?<![\w:])(?:pass|cite|citenp|bibitem|indexterm2?|asciimath|footnoteref|edanote):\w*\[[^\]\n]*\]/g,
    say: ([whole]) =>
      `${whole} of AsciiDoc is plain text: ${whole.startsWith('cite') ? 'write [@key]' : 'write Markdown'}`,
  },
  {
    ruleId: 'asciidoc',
    signs: ['['],
    pattern: /(?<![\w:/])(?:link|image|menu|icon|anchor|mailto|asset):(?!\/\/)[^\s[\]:]+\[[^\]\n]*\](?!\()/g,
    say: ([whole]) =>
      `${whole} of AsciiDoc is plain text: write ${whole.startsWith('image') ? '!' : ''}[words](address)`,
  },
  {
    ruleId: 'asciidoc',
    signs: ['::'],
    pattern: /(?<![\w:])(?:toc|endif|ifeval|audio)::[^\s[\]]*\[[^\n]*\]/g,
    say: ([whole]) => `${whole} of AsciiDoc is plain text: leave it out`,
  },
  {
    ruleId: 'asciidoc',
    signs: ['<<'],
    pattern: /<<[\w#./-]+,[^<>\n]+>>/g,
    say: ([whole]) => `${whole} of AsciiDoc is plain text: write [words](#id)`,
  },
  {
    ruleId: 'asciidoc',
    signs: ['((('],
    pattern: /\({3}[^()\n]+\){3}/g,
    say: ([whole]) => `${whole} of AsciiDoc is plain text: a report has no index; leave it out`,
  },
  {
    ruleId: 'asciidoc',
    signs: ['{'],
    pattern: new RegExp(String.raw`(?<![{$\\])\{(?:(?:counter2?|set):[^{}\n]+|(?:${attributes}))\}`, 'g'),
    say: ([whole]) => `${whole} of AsciiDoc is not replaced: write the text itself`,
  },
  {
    ruleId: 'highlight',
    signs: [']#'],
    pattern: /\[[.%][\w.%-]+\]#[^#\n]+#/g,
    say: ([whole]) => `${whole} of AsciiDoc is plain text: write **bold** or *emphasis*`,
  },
  {
    ruleId: 'highlight',
    signs: ['#'],
    pattern: /(?<![\w#&(/])#(?=\p{L})(?:[^#\n]*[^\s#])?#(?![\w#])/gu,
    say: ([whole]) => `${whole} is shown with its signs: write **${whole.slice(1, -1)}**`,
  },
  {
    ruleId: 'comment',
    signs: ['%%'],
    pattern: /(?<!%)%%(?!%)[^%\n]+%%(?!%)/g,
    say: () => '%% is plain text: a comment is <!-- ... -->',
  },
  {
    ruleId: 'comment',
    signs: ['/*'],
    pattern: /(?<!\S)\/\*\s.{0,2000}?\s\*\/(?!\S)/gs,
    say: () => '/* */ is plain text: a comment is <!-- ... -->',
  },
  {
    ruleId: 'block-id',
    signs: ['^'],
    pattern: /(?:(?<=\s)|(?<=^))\^[A-Za-z0-9][A-Za-z0-9-]{3,}$/g,
    say: ([whole]) => `${whole} is plain text: an id stands behind a heading, {#sec-name}`,
  },
  {
    ruleId: 'property',
    signs: ['::'],
    pattern: /\[(?!fn:)\p{L}[\p{L}\p{N} _-]*::[ \t][^\]\n]*\]/gu,
    say: ([whole]) => `${whole} is plain text: write it as words`,
  },
  {
    ruleId: 'inline-note',
    signs: ['[fn:'],
    pattern: /\[fn:[^\]\n]*\]/g,
    say: ([whole]) =>
      `${whole} of Org is plain text: write [^1] here, and [^1]: the text in a line of its own`,
  },
  {
    ruleId: 'citation-form',
    signs: ['[cite'],
    pattern: /\[cite(?:\/[\w/-]+)?:\s*@([\w.:-]+)[^\]\n]*\]/g,
    say: ([whole, key = '']) => `${whole} is not read: write [@${key}]`,
  },
  {
    ruleId: 'citation-form',
    signs: ['[@{'],
    pattern: /\[@\{/g,
    say: () => '[@{...}] is not read: write [@key], with the key of an entry of the bibliography',
  },
  {
    ruleId: 'citation-form',
    signs: ['-@'],
    pattern: /(?<=^|[\s(])-@[\p{L}_][\w:.-]*/gu,
    say: ([whole]) =>
      `${whole} is not read: write [${whole.slice(1)}]; a citation is a number and has no names`,
  },
  {
    ruleId: 'citation-form',
    signs: ['[#'],
    pattern: /\[#\p{L}[\w:.+-]{2,}\](?![([])/gu,
    say: ([whole]) =>
      `${whole} is plain text: write [@key] for a citation, and {#sec-name} behind a heading for an id`,
  },
  {
    ruleId: 'citation-form',
    signs: [']_'],
    pattern: /\[(?:\d+|#[\w-]*|\*|\p{L}[\w.-]*)\]_(?![\w_])/gu,
    say: ([whole]) =>
      `${whole} of reStructuredText is plain text: write [^1] and [^1]: the text, or [@key] for a work`,
  },
  {
    ruleId: 'abbreviation',
    signs: ['[?', '[>'],
    pattern: /\[[?>]\(?\p{L}[^\]\n]*\]/gu,
    say: ([whole]) => `${whole} is plain text: explain the word where it first stands`,
  },
  {
    ruleId: 'insertion',
    signs: ['++'],
    pattern: /(?<![\w+])\+\+[a-z0-9-]+(?:\+[a-z0-9-]+)+\+\+(?![\w+])/g,
    say: ([whole]) =>
      `${whole} is shown with its signs: write <kbd>${whole.slice(2, -2).split('+')[0]}</kbd>`,
  },
  {
    ruleId: 'insertion',
    signs: ['^^'],
    pattern: /(?<!\^)\^\^(?=[^\s^])[^^\n]*[^\s^]\^\^(?!\^)/g,
    say: ([whole]) => `${whole} is shown with its signs: write **${whole.slice(2, -2)}**`,
  },
  {
    ruleId: 'insertion',
    signs: ['+'],
    pattern: /(?<![\w+)\]])\+\p{L}{4,}(?: \p{L}+)*\+(?![\w+])/gu,
    say: ([whole]) => `${whole} is shown with its signs: write ~~${whole.slice(1, -1)}~~ to strike it`,
  },
  {
    ruleId: 'edit-mark',
    signs: ['{+', '{-', '{='],
    pattern: /\{\+(?!\+)[^{}]+\+\}|\{-(?!-)[^{}]+-\}|\{=(?!=)[^{}]+=\}/g,
    say: ([whole]) => `${whole} is shown with its signs: write the text itself, **bold**, or ~~struck~~`,
  },
  {
    ruleId: 'org',
    signs: ['src_'],
    pattern: /(?<!\w)src_\w+(?:\[[^\]\n]*\])?\{[^{}\n]*\}/g,
    say: ([whole]) => `${whole} of Org is not run: write a value, \`=...\``,
  },
  {
    ruleId: 'org',
    signs: ['<', '['],
    pattern: /<\d{4}-\d\d-\d\d(?: [^<>[\]\n]*)?>|\[\d{4}-\d\d-\d\d \p{L}{2,9}\.?(?: [^<>[\]\n]*)?\]/gu,
    say: ([whole]) => `${whole} of Org is shown with its brackets: write the date itself`,
  },
  {
    ruleId: 'org',
    signs: ['='],
    pattern: /(?<![\w=<>!:&"'])=\p{L}(?:[^=\n]{0,60}[^\s=])?=(?![\w=>])/gu,
    say: ([whole]) => `${whole} is shown with its signs: write \`${whole.slice(1, -1)}\``,
  },
  {
    ruleId: 'latex',
    signs: ['\\'],
    pattern:
      /\\(cite|citep|citet|textcite|parencite|autocite|footcite|citeauthor|citeyear)\*?(?:\[[^\]\n]*\])+\{([^{}\n]*)\}/g,
    say: sayCitation,
  },
  {
    ruleId: 'latex',
    signs: ['{\\'],
    pattern: /\{\\[a-z]+\s[^{}\n]*\}/g,
    say: ([whole]) => `${whole} is plain text: write **bold** or *emphasis*`,
  },
  {
    ruleId: 'latex',
    signs: ['\\'],
    pattern: /(?<![\w\\:/.])\\[A-Za-z]+\*?(?:\[[^\]\n]*\])+\{[^{}\n]*\}?/g,
    say: ([whole]) => `${whole} is plain text: write Markdown or a block`,
  },
  {
    ruleId: 'latex',
    signs: ['\\verb'],
    pattern: /\\verb\*?([|+!"/])[^\n]*?\1/g,
    say: ([whole]) => `${whole} is plain text: write code between backticks`,
  },
  {
    ruleId: 'latex',
    signs: ['\\'],
    pattern: new RegExp(String.raw`(?<![\w\\:/.])\\(?:${commands})(?![A-Za-z\\{/])`, 'g'),
    say: ([whole]) => `${whole} is plain text: write the sign itself, a formula $...$, or Markdown`,
  },
  {
    ruleId: 'quotes',
    signs: ['``'],
    pattern: /``[^`'\n]+''/g,
    say: ([whole]) => `${whole} keeps its signs: write “${whole.slice(2, -2)}”`,
  },
  {
    ruleId: 'quotes',
    signs: ["''"],
    pattern: /(?<![\w'’)])('{2,3})(?=[^\s'])[^'\n]*[^\s']\1(?!['\w])/g,
    say: ([whole, signs = '']) =>
      `${whole} is shown with its signs: write ${signs.length === 3 ? '**bold**' : '*emphasis*'}`,
  },
  {
    ruleId: 'tie',
    signs: ['~'],
    pattern: /(?<=\p{Ll}\.?)~(?=\d|[@[$]|\\\w)/gu,
    say: () => '~ is shown: write &nbsp; for a blank that breaks no line',
  },
  {
    ruleId: 'emoji',
    signs: [':'],
    // At the start of a line it is told of as a field.
    pattern: /(?<=[^\S\n]|[([])(?<!:\s):[a-z][a-z0-9_]*(?:[_-][a-z0-9]+)*:(?![\w:`[])/g,
    say: ([whole]) => `${whole} is plain text: write the sign itself`,
  },
  {
    ruleId: 'directive',
    signs: ['['],
    pattern: /(?<![\w:/]):[a-z][\w-]*\[[^\]\n]*\](?![([])/g,
    say: ([whole]) => `${whole} is plain text: write Markdown`,
  },
  {
    ruleId: 'wiki-link',
    signs: ['!'],
    pattern: /(?<![\w!])![^\s!()[\]]+\.(?:png|jpe?g|gif|svg)(?:\([^()\n]*\))?!/g,
    say: ([whole]) => `${whole} is no picture: write ![words](address)`,
  },
]

/** Forms at the start of a line of a paragraph. */
export const formsAtLineStart: readonly Form[] = [
  {
    ruleId: 'mdx',
    pattern: /^import (?:[\w*{$][^'"\n]* from )?(['"])[^'"\n]+\1;?\s*$/,
    say: ([whole]) => `${whole.trim().slice(0, 60)} is plain text: a document imports nothing; leave it out`,
  },
  {
    ruleId: 'mdx',
    pattern: /^export (?:(?:const|let|var)\s+[\w$]+\s*=|(?:async )?(?:function|class)\*?\s+[\w$]+\s*[({]).*$/,
    say: ([whole]) => `${whole.trim().slice(0, 60)} is plain text: a document runs no code; leave it out`,
  },
  {
    ruleId: 'org',
    pattern: /^#\+[A-Za-z_]+(?::|\[|\s|$)/,
    say: ([whole]) =>
      `${whole.trim()}... of Org is plain text: ${
        /begin_src|end_src|begin_example|end_example/i.test(whole)
          ? 'code stands between ```'
          : /caption|name|label/i.test(whole)
            ? 'a caption and an id are keys of a block'
            : 'write Markdown, or a key of the front matter'
      }`,
  },
  {
    ruleId: 'heading-form',
    pattern: /^\*{2,6}\s+\p{L}/u,
    say: ([whole]) =>
      `${whole}... is no heading: write ${'#'.repeat(whole.trim().split(/\s/)[0]?.length ?? 2)}`,
  },
  {
    ruleId: 'table-head',
    pattern: /^\|-+(?:\+-+)+\|?\s*$/,
    say: () => 'this is plain text: between the head and the rows of a table stands |---|---|',
  },
  {
    ruleId: 'heading-form',
    pattern: /^(={1,6})[ \t]+[^=\n]*[^=\s][ \t]+\1\s*$/,
    say: ([whole, signs = '']) => noHeading(whole, signs.length),
  },
  {
    ruleId: 'grid-table',
    pattern: /^={2,}(?:[ \t]+={2,})+\s*$/,
    say: () => 'a table of equals signs is plain text: write cells between |, and |---| below the head',
  },
  {
    ruleId: 'grid-table',
    pattern: /^(?:\{\|.*|\|\}|\|-+)\s*$/,
    say: () => 'a table of a wiki is plain text: write cells between |, and |---| below the head',
  },
  {
    ruleId: 'asciidoc',
    pattern:
      /^\[(?:[.%][A-Za-z][\w.#%-]*|(?:verse|abstract|preface|partintro|appendix|glossary|bibliography|horizontal|qanda|stem|latexmath|discrete|example|sidebar)(?:,[^\]]*)?)\]\s*$/,
    say: ([whole]) => `${whole.trim()} of AsciiDoc is plain text: write Markdown or a block`,
  },
  {
    ruleId: 'fancy-list',
    pattern: /^\.[ \t]+\p{L}/u,
    say: () => '. starts no list: write 1.',
  },
  {
    ruleId: 'comment',
    pattern: /^(?:\/\/[ \t]+\S|%%\s*$|%%[ \t]|\/\*(?:\s|$)(?!.*\*\/))/,
    say: ([whole]) => `${whole.trim().slice(0, 2)} is plain text: a comment is <!-- ... -->`,
  },
  {
    ruleId: 'rst-directive',
    pattern: /^\.\.[ \t]+(?:_[^:]*:|\|[^|]+\|[ \t]+\w+::|\[[^\]]+\]).*/,
    say: ([whole]) =>
      `${whole.trim().slice(0, 40)} of reStructuredText is plain text: ${
        /^\.\.\s+_/.test(whole)
          ? 'write {#sec-name} behind a heading, and [words](address) for a link'
          : /^\.\.\s+\[/.test(whole)
            ? 'write [^1]: the text'
            : 'write the text itself'
      }`,
  },
  {
    ruleId: 'directive',
    pattern: /^::[A-Za-z][\w-]*(?:\[|\{|\s*$)/,
    say: ([whole]) => `${whole.trim()} is plain text: write Markdown or a block`,
  },
  {
    ruleId: 'property',
    pattern: /^[\p{L}\p{N}*][^\s:][^:\n]{0,60}(?<!\s)::[ \t]+\S/u,
    say: ([whole]) =>
      `${whole.slice(0, whole.indexOf('::') + 2)} is plain text: for a definition, write the term in a line, and what it is below, behind a colon and a blank`,
  },
  {
    ruleId: 'definition',
    pattern: /^;[ \t]*\p{L}/u,
    say: () =>
      'a term that starts with ; is plain text: write it in a line, and what it is below, behind a colon and a blank',
  },
  {
    ruleId: 'definition',
    pattern: /^\/[ \t]+\p{L}[^:\n]*:[ \t]/u,
    say: () =>
      'a term that starts with / is plain text: write it in a line, and what it is below, behind a colon and a blank',
  },
  {
    ruleId: 'option-list',
    pattern: /^-{1,2}[A-Za-z][\w-]*(?:[= ]<?\w+>?)?(?:,[ \t]--?\w[\w-]*)?[ \t]{2,}\S/,
    say: () =>
      'a list of options is one paragraph: write a table, or a list that starts with - and the option as `code`',
  },
  {
    ruleId: 'substitution',
    pattern: /^\{(?:code|noformat|panel|quote)\}\s*$/,
    say: ([whole]) =>
      `${whole.trim()} of Jira is plain text: write \`\`\` around code, and > before the lines of a quote`,
  },
  {
    ruleId: 'sign-line',
    pattern: /^(?:([\^+".'/&;,?@!<>])\1{3,}|<{3}|[<^+])\s*$/,
    say: ([whole]) =>
      `a line of ${whole.trim()[0]} is plain text: a heading starts with #, and code stands between \`\`\``,
  },
]

/** Forms at the start of a paragraph. */
export const formsAtStart: readonly Form[] = [
  {
    ruleId: 'mdx',
    pattern: /^export (?:default\s+(?:function|class|\(|\{|[\w$]+;?\s*$)|\{[^}\n]*\}|\* from ).*$/,
    say: ([whole]) => `${whole.trim().slice(0, 60)} is plain text: a document runs no code; leave it out`,
  },
  {
    ruleId: 'rst-directive',
    pattern: /^\.\.[ \t]+(?![.\w-]+::)[^\s.|_[].*$/,
    say: () => 'a comment of reStructuredText is plain text: a comment is <!-- ... -->',
  },
  {
    ruleId: 'heading-form',
    pattern: /^h([1-6])(?:\([^)\n]*\))?\.[ \t]+\S.*$/,
    say: ([whole, level]) => noHeading(whole, Number(level)),
  },
  {
    ruleId: 'wiki-link',
    pattern: /^(?:bq|fn\d+|pre|bc)\.[ \t]+\S/,
    say: ([whole]) => `${whole.split(/\s/)[0]} of Textile is plain text: write Markdown`,
  },
]
