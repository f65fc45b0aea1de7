/**
 * A report as LaTeX, its works as BibTeX, its figures as PDF:
 *
 *   report -> preamble (preamble.ts) -> title, abstract, banner -> text (nodes.ts) -> bibliography, provenance, large tables
 *
 * Figures become PDF by Typst, which draws each on a page of its size; other ways would need a browser or a
 * program of its own.
 */

import { doiAddress, licenseAddress, orcidAddress } from '../../../document/identifier.ts'
import type { Messages } from '../../../locale/en.ts'
import { messagesFor } from '../../../locale/languages.ts'
import type { FormatProblem, Printed, Report } from '../../model.ts'
import { type Compiler, openCompiler } from '../compiler.ts'
import { eastAsian, isEastAsian } from '../fonts.ts'
import { compileWithGlyphs } from '../glyphs.ts'
import { mathematicsFunctions } from '../mathematics.ts'
import { measures } from '../measures.ts'
import { pictureFile, printable } from '../picture.ts'
import { string } from '../source.ts'
import { bibtex } from './bibtex.ts'
import { latinModern, times } from './columns.ts'
import { foreignSigns, needsOtherAsian, otherAsianFonts } from './fallback.ts'
import { type Translator, translator } from './nodes.ts'
import { bibliographyStyle, preamble } from './preamble.ts'
import { escaper, inMetadata, needsFallback } from './text.ts'

export async function writeLatex(report: Report, folder: string): Promise<Printed> {
  const { lang, title, abstract, body, print = { columns: 2, paper: 'a4' } } = report
  const messages = messagesFor(lang)
  const files = new Map<string, string | Uint8Array>()
  const problems: FormatProblem[] = []
  let line: number | undefined
  const tell = (message: string, isLoss?: true) => {
    if (!problems.some((one) => one.message === message))
      problems.push({ message, ...(line === undefined ? {} : { line }), ...(isLoss && { isLoss }) })
  }
  // A message for all of a place, such as those of a word; each character once.
  const withoutFont = new Map<number | undefined, Set<string>>()
  const escape = escaper((character) => {
    const known = [...withoutFont.values()].some((one) => one.has(character))
    if (!known) withoutFont.set(line, (withoutFont.get(line) ?? new Set<string>()).add(character))
  })
  const { draw, ...pictures } = picturesIn(
    folder,
    lang,
    files,
    (message, at) => {
      line = at
      tell(message)
    },
    () => line,
  )
  const own = translator(
    {
      ...{ messages, escape, tell, ...pictures },
      measures: measures(print),
      isTwoColumns: print.columns === 2,
      letters: print.columns === 2 && !isEastAsian(lang) ? times : latinModern,
      at: (at) => {
        line = at
      },
    },
    abstract ? [abstract, body] : [body],
  )
  const parts = [
    titleSource(report, messages, escape),
    ...(abstract ? [`\\begin{abstract}\n${own.blocks(abstract)}\n\\end{abstract}`] : []),
    bannerSource(report, own),
    own.blocks(body),
  ]
  line = undefined
  const works = report.works ?? new Map()
  if (works.size > 0) {
    // Its own file: authors go on with it.
    files.set('latex/references.bib', bibtex(works, own.phrasing, messages))
    parts.push(
      `\\bibliographystyle{${bibliographyStyle({ lang, print })}}\n\\bibliography{${folder}/latex/references}`,
    )
  }
  parts.push(provenanceSource(report, messages, own, escape), ...largeTables(own))
  const text = parts.filter((part) => part !== '').join('\n\n')
  await draw()
  const hasEastAsian =
    isEastAsian(lang) ||
    eastAsian.test(text) ||
    [...files.values()].some((one) => typeof one === 'string' && eastAsian.test(one))
  const written = [text, escape(title), ...[...files.values()].filter((one) => typeof one === 'string')]
  const settings = {
    ...{ lang, print, hasEastAsian, hasOthers: written.some(needsFallback) },
    foreignSigns: hasEastAsian ? foreignSigns(written) : [],
    asianFonts: hasEastAsian && needsOtherAsian(written) ? otherAsianFonts(lang, written) : '',
    title: inMetadata(escape(title)),
    hasNumbers: hasNumbers(report),
    floats: text.match(/\\begin\{(?:figure|table)/g)?.length ?? 0,
  }
  const start = preamble(settings, messages, escape)
  for (const [at, characters] of withoutFont) {
    line = at
    const letters = [...characters].filter((one) => inPdf.test(one))
    const others = [...characters].filter((one) => !inPdf.test(one))
    if (letters.length > 0)
      tell(
        `LaTeX has no ${letters.map(named).join(', ')}: print with --to pdf, which has letters of Arabic and Hebrew`,
      )
    if (others.length > 0) tell(`LaTeX has no ${others.map(named).join(', ')}: write something else`)
  }
  return { text: `${start}${text}\n\n\\end{document}\n`, files, problems }
}

/** Of whole languages, whose authors can write nothing else. */
const inPdf = /[\p{Script=Arabic}\p{Script=Hebrew}]/u

function named(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return `${character} (U+${code})`
}

function hasNumbers({ body }: Report): boolean {
  return body.children.some((node) => node.type === 'heading' && node.data?.number !== undefined)
}

/** Keeps pictures as LaTeX takes them: SVG, GIF, WebP and formulas as PDF by Typst. */
function picturesIn(
  folder: string,
  lang: string,
  files: Map<string, string | Uint8Array>,
  tell: (message: string, line: number | undefined) => void,
  lineNow: () => number | undefined,
) {
  const orders: {
    name: string
    source: string
    given: ReadonlyMap<string, string | Uint8Array>
    line?: number | undefined
  }[] = []
  const names = new Map<string, string>()
  const keep = (name: string, content: Uint8Array) => {
    files.set(`latex/${name}`, content)
    return `${folder}/latex/${name}`
  }
  const compiled = (
    name: string,
    source: string,
    given: ReadonlyMap<string, string | Uint8Array>,
  ): string => {
    orders.push({ name, source, given, line: lineNow() })
    return `${folder}/latex/${name}.pdf`
  }
  /** Makes the pictures of all that was written. */
  const draw = async (): Promise<void> => {
    if (orders.length === 0) return
    using compiler = openCompiler()
    for (const { name, source, given, line } of orders) {
      // What is in a box of its own is looked at as a page that everybody can read, where a character without
      // a font is a mistake.
      const isPlain = ![...given.values()].some((one) => typeof one === 'string' && /[^\0-\u017f]/.test(one))
      const checked = isPlain ? { files: given } : await withNumbers(compiler, source, given, line)
      const made = await compiler.compile(source, checked.files, false)
      if ('pdf' in made) keep(`${name}.pdf`, made.pdf)
      else tell(`cannot draw ${name}: ${made.mistakes.map(({ message }) => message).join('; ')}`, line)
    }
  }
  const withNumbers = async (
    compiler: Compiler,
    source: string,
    files: ReadonlyMap<string, string | Uint8Array>,
    line: number | undefined,
  ) => {
    const chunk = { source, ...(line === undefined ? {} : { line }) }
    const head = '#set document(title: "-")\n'
    const found = await compileWithGlyphs(
      compiler,
      { chunks: [chunk], files },
      (chunks) => `${head}${chunks[0]?.source ?? ''}`,
    )
    for (const { message } of found.problems) if (!message.startsWith('cannot')) tell(message, line)
    return found
  }
  const page = '#set page(width: auto, height: auto, margin: 0pt)\n#set document(date: none)\n'
  return {
    draw,
    addPicture: (wanted: string, mime: string, content: string | Uint8Array): string => {
      const key = `${mime} ${typeof content === 'string' ? content : Buffer.from(content).toString('base64')}`
      const known = names.get(key)
      if (known !== undefined) return known
      const count = [...names.keys()].length + 1
      const name = wanted === 'picture' ? `picture-${count}` : wanted
      const path =
        mime === 'image/png' || mime === 'image/jpeg'
          ? keep(`${name}.${mime === 'image/png' ? 'png' : 'jpg'}`, Buffer.from(content))
          : compiled(
              name,
              `${page}#image("drawing", alt: "-")\n`.replace('"drawing"', string(`drawing.${typeOf(mime)}`)),
              new Map([
                [
                  `drawing.${typeOf(mime)}`,
                  typeof content === 'string' ? printable(content, lang) : pictureFile(mime, content),
                ],
              ]),
            )
      names.set(key, path)
      return path
    },
    addFormula: (inside: string, isDisplay: boolean): string => {
      const key = `${isDisplay} ${inside}`
      const known = names.get(key)
      if (known !== undefined) return known
      const name = `formula-${names.size + 1}`
      const fonts = 'font: ("New Computer Modern Math", "Noto Serif CJK JP"), size: 10pt'
      const shown = isDisplay ? `$ ${inside} $` : `$${inside}$`
      const path = compiled(
        name,
        `${page}${mathematicsFunctions}#show math.equation: set text(${fonts})\n#set text(bottom-edge: "bounds", top-edge: "bounds")\n${shown}\n`,
        new Map(),
      )
      names.set(key, path)
      return path
    },
  }
}

function typeOf(mime: string): string {
  return mime.startsWith('image/svg') ? 'svg' : (/^image\/([a-z]+)/.exec(mime)?.[1] ?? '')
}

function titleSource(report: Report, messages: Messages, escape: (text: string) => string): string {
  const { title, subtitle, authors, date, keywords, license, doi, lang, print } = report
  const isIeee = (print?.columns ?? 2) === 2 && !isEastAsian(lang)
  const below = subtitle === undefined ? '' : `\\\\[0.4ex]{\\large ${escape(subtitle)}}`
  const people = authors.map(({ name, affiliation, orcid }) => {
    const lines = [
      ...(affiliation === undefined ? [] : [`\\reproauthor{${escape(affiliation)}}`]),
      ...(orcid === undefined ? [] : [`\\href{${orcidAddress(orcid)}}{ORCID ${orcid}}`]),
    ]
    if (isIeee)
      return `\\IEEEauthorblockN{\\reproauthor{${escape(name)}}}${lines.length === 0 ? '' : `\\IEEEauthorblockA{${lines.join('\\\\')}}`}`
    return [`\\reproauthor{${escape(name)}}`, ...lines.map((one) => `{\\small ${one}}`)].join('\\\\')
  })
  const address = license === undefined ? undefined : licenseAddress(license)
  const facts = [
    ...(date === undefined || date === '' ? [] : [escape(date)]),
    ...(keywords.length === 0
      ? []
      : [`${escape(messages.page.fact(messages.page.keywords))}${escape(messages.page.list(keywords))}`]),
    ...(license === undefined
      ? []
      : [
          `${escape(messages.page.fact(messages.page.license))}${
            address === undefined ? escape(license) : `\\href{${address}}{${escape(license)}}`
          }`,
        ]),
    ...(doi === undefined
      ? []
      : [
          `${escape(messages.page.fact(messages.page.doi))}\\href{${doiAddress(doi).replace(/[%#&_]/g, '\\$&')}}{${escape(doi)}}`,
        ]),
  ]
  return [
    `\\title{${escape(title)}${below}}`,
    `\\author{${people.join('\n\\and\n')}}`,
    '\\date{}',
    '\\maketitle',
    ...(isIeee ? ['\\thispagestyle{plain}\\pagestyle{plain}'] : []),
    ...(facts.length === 0 ? [] : [`{\\footnotesize\\noindent ${facts.join('\\\\\n')}\\par}\\medskip`]),
  ].join('\n')
}

function bannerSource({ banner: { lines } }: Report, { phrasing }: Translator): string {
  if (lines.length === 0) return ''
  const shown = lines.map(({ type, content }) => {
    const words = phrasing(content)
    return type === 'origin' || type === 'runs' ? words : `\\textcolor{reprowrong}{${words}}`
  })
  return `\\begin{reprobanner}\n${shown.join('\\par\n')}\n\\end{reprobanner}`
}

function provenanceSource(
  { provenance }: Report,
  messages: Messages,
  own: Translator,
  escape: (text: string) => string,
): string {
  return [
    `\\section*{${escape(messages.provenance.title)}}`,
    own.facts(provenance.facts),
    `{\\footnotesize\\noindent ${own.phrasing(provenance.howTo)}\\par}`,
  ].join('\n')
}

function largeTables({ large }: Translator): readonly string[] {
  const upright = large.filter(({ isSideways }) => !isSideways).map(({ source }) => source)
  const sideways = large.filter(({ isSideways }) => isSideways).map(({ source }) => source)
  if (upright.length + sideways.length === 0) return []
  return [
    '\\clearpage\\onecolumn',
    ...upright,
    ...(sideways.length === 0 ? [] : ['\\begin{landscape}', ...sideways, '\\end{landscape}']),
  ]
}
