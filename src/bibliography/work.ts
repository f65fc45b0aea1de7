/**
 * Works of a bibliography, ready for display: LaTeX converted to Unicode, names in order, and inherited
 * fields (crossref, xdata) filled in. LaTeX is parsed by the parser of Better BibTeX for Zotero.
 */

import type { BibliographyProblem, BibtexEntry, BibtexField } from './bibtex.ts'
import { readDate, type WrittenDate, yearAndMonth } from './date.ts'

export interface Work {
  /** A BibLaTeX type. */
  readonly type: string
  readonly authors: People
  readonly editors: People
  /**
   * By BibLaTeX name. Italics and the like are HTML tags (i, b, sub, sup, code, a), which are untrusted; all
   * else is text. `doi`, `url` and `eprint` are plain text.
   */
  readonly fields: ReadonlyMap<string, string>
  readonly date?: WrittenDate
  readonly accessed?: WrittenDate
}

export interface People {
  /** Formatted for display. */
  readonly names: readonly string[]
  /** Whether the list ends with "and others". */
  readonly isOpen: boolean
}

/** BibTeX field name -> BibLaTeX's. */
const fieldNames: Readonly<Record<string, string>> = {
  journal: 'journaltitle',
  address: 'location',
  school: 'institution',
  archiveprefix: 'eprinttype',
  primaryclass: 'eprintclass',
}

const people = ['author', 'editor']

/** Fields that contain LaTeX. */
const texts = [
  'title subtitle journaltitle booktitle booksubtitle maintitle series volume number issue pages eid chapter edition type',
  'publisher institution organization location howpublished version note addendum pubstate year month',
].flatMap((line) => line.split(' '))

/** Fields that are not LaTeX, though authors often escape them as if they were. */
const verbatim = 'doi url eprint eprinttype eprintclass date urldate'.split(' ')

/** BibLaTeX's types (manual, section 2.1). */
const ownTypes = [
  'article book mvbook inbook bookinbook suppbook booklet collection mvcollection incollection suppcollection',
  'dataset manual misc online patent periodical suppperiodical proceedings mvproceedings inproceedings',
  'reference mvreference inreference report set software thesis unpublished xdata',
  'artwork audio bibnote commentary image jurisdiction legislation legal letter movie music performance',
  'review standard video customa customb customc customd custome customf',
].flatMap((line) => line.split(' '))

/** BibTeX type -> BibLaTeX type, and the `type` field that it implies. */
const otherTypes: ReadonlyMap<string, readonly [type: string, kind?: string]> = new Map([
  ['conference', ['inproceedings']],
  ['electronic', ['online']],
  ['www', ['online']],
  ['phdthesis', ['thesis', 'phdthesis']],
  ['mastersthesis', ['thesis', 'mathesis']],
  ['techreport', ['report', 'techreport']],
])

export const typeNames: readonly string[] = [...ownTypes, ...otherTypes.keys()]

/** Maximum characters per field, per list of people, and in total: parsing a field takes quadratic time. */
const mostOfField = 10_000
const mostOfPeople = 50_000
const mostOfAll = 1_000_000
const deepestBraces = 100
const mostDonors = 100

/**
 * Reads the entries with these keys. Invalid fields become problems; unreadable ones are left out.
 * @param entries the first of each key
 */
export async function readWorks(
  keys: Iterable<string>,
  entries: ReadonlyMap<string, BibtexEntry>,
): Promise<{ readonly works: ReadonlyMap<string, Work>; readonly problems: readonly BibliographyProblem[] }> {
  const problems: BibliographyProblem[] = []
  const chosen = withParents(keys, entries, problems)
  if (chosen.size === 0) return { works: new Map(), problems }
  const sources = [...chosen.values()].map((entry) => sourceOf(entry, entries, problems))
  const total = sources.flatMap(({ fields }) => [...fields.values()].map(({ value }) => value.length))
  if (total.reduce((sum, length) => sum + length, 0) > mostOfAll) {
    const [first] = chosen.values()
    const reason = `the entries that are cited have more than ${mostOfAll} characters`
    if (first) problems.push({ type: 'error', ...first.place, reason })
    return { works: new Map(), problems }
  }
  const { parse } = await import('@retorquere/bibtex-parser')
  const unknown = new Set<string>()
  const numbers = new Map([...chosen.keys()].map((key, index) => [key, index]))
  const library = parse(sources.map((source) => bibtexOf(source, numbers)).join('\n'), {
    sentenceCase: false,
    unsupported: (node, tex, { key }) => {
      const shown = shownMacro(node, tex)
      const source = sources[Number(key.slice(1))]
      if (shown.isKnown || source === undefined || unknown.has(`${key} ${tex}`)) return shown.text
      unknown.add(`${key} ${tex}`)
      const name = /^\\(?:[A-Za-z]+|[\s\S])/.exec(tex)?.[0] ?? tex
      const at = [...source.fields.values()].find(({ value }) => value.includes(name)) ?? source.entry
      problems.push({ type: 'warning', ...at.place, reason: `unknown LaTeX is left out: ${name}` })
      return shown.text
    },
  })
  for (const { error } of library.errors) {
    const [, index, reason = ''] = /^@k(\d+): (.*)$/s.exec(error) ?? []
    const source = index === undefined ? undefined : sources[Number(index)]
    const at = source?.fields.get('author') ?? source?.fields.get('editor') ?? source?.entry
    if (at) problems.push({ type: 'warning', ...at.place, reason })
  }
  const works = new Map<string, Work>()
  for (const { key, fields } of library.entries) {
    const source = sources[Number(key.slice(1))]
    if (source) works.set(source.entry.key, await workOf(source, fields as Fields, problems))
  }
  for (const { entry } of sources.filter((source) => !works.has(source.entry.key))) {
    problems.push({ type: 'error', ...entry.place, reason: `the LaTeX of ${entry.key} cannot be read` })
  }
  return { works, problems }
}

/** An entry with BibLaTeX's names, including fields from xdata. */
interface Source {
  readonly entry: BibtexEntry
  readonly type: string
  readonly fields: ReadonlyMap<string, BibtexField>
}

interface Creator {
  readonly name?: string
  readonly firstName?: string
  readonly lastName?: string
  readonly prefix?: string
  readonly suffix?: string
}

type Fields = Readonly<Record<string, string | readonly string[] | readonly Creator[] | undefined>>

/** The entries with these keys, and their `crossref` parents. */
function withParents(
  keys: Iterable<string>,
  entries: ReadonlyMap<string, BibtexEntry>,
  problems: BibliographyProblem[],
): ReadonlyMap<string, BibtexEntry> {
  const chosen = new Map<string, BibtexEntry>()
  const wanted = [...keys]
  for (const key of wanted) {
    const entry = entries.get(key)
    if (entry === undefined || chosen.has(key)) continue
    chosen.set(key, entry)
    const crossref = entry.fields.get('crossref')
    if (crossref === undefined) continue
    const parent = crossref.value.trim()
    if (entries.has(parent)) wanted.push(parent)
    else
      problems.push({
        type: 'warning',
        ...crossref.place,
        reason: `crossref names an unknown entry: ${parent}`,
      })
  }
  return chosen
}

function sourceOf(
  entry: BibtexEntry,
  entries: ReadonlyMap<string, BibtexEntry>,
  problems: BibliographyProblem[],
): Source {
  const [type, kind] = otherTypes.get(entry.type) ?? [ownTypes.includes(entry.type) ? entry.type : 'misc']
  const fields = new Map<string, BibtexField>()
  const donors = new Set([entry])
  for (const one of donors) {
    for (const [name, field] of one.fields) {
      const own = fieldNames[name] ?? name
      if (isUsed(own) && !fields.has(own)) fields.set(own, checked(own, field, problems))
    }
    const xdata = one.fields.get('xdata')
    for (const key of xdata?.value.split(',') ?? []) {
      const parent = entries.get(key.trim())
      if (parent && donors.size < mostDonors) donors.add(parent)
      else if (xdata && !parent)
        problems.push({
          type: 'warning',
          ...xdata.place,
          reason: `xdata names an unknown entry: ${key.trim()}`,
        })
      else if (xdata && parent && !donors.has(parent))
        problems.push({ type: 'error', ...xdata.place, reason: `xdata of more than ${mostDonors} entries` })
    }
  }
  if (kind !== undefined && !fields.has('type')) fields.set('type', { value: kind, place: entry.place })
  return { entry, type, fields }
}

function isUsed(name: string): boolean {
  return name === 'crossref' || [people, texts, verbatim].some((names) => names.includes(name))
}

/** Makes a value safe for the parser; if that fails, reports an error and returns an empty value. */
function checked(name: string, field: BibtexField, problems: BibliographyProblem[]): BibtexField {
  const { value, place } = field
  const refuse = (reason: string): BibtexField => {
    problems.push({ type: 'error', ...place, reason: `${name} ${reason}` })
    return { value: '', place }
  }
  const most = people.includes(name) ? mostOfPeople : mostOfField
  if (value.length > most) return refuse(`has ${value.length} characters: at most ${most} are read`)
  if (verbatim.includes(name)) return field
  if (depthOf(value) > deepestBraces) return refuse(`has braces nested deeper than ${deepestBraces} levels`)
  // A definition can expand a few bytes to megabytes.
  const definition = /\\(?:newcommand|ProvideTextCommandDefault)(?![A-Za-z])/.exec(value)
  if (definition) return refuse(`defines a command: ${definition[0]}`)
  const dollars = value.match(/\\[\s\S]|\$/g)?.filter((one) => one === '$').length ?? 0
  if (dollars % 2 === 0) return field
  problems.push({ type: 'warning', ...place, reason: `${name} has an unpaired $: write \\$` })
  return { value: value.replace(/\\[\s\S]|\$/g, (one) => (one === '$' ? '\\$' : one)), place }
}

function depthOf(value: string): number {
  let [depth, deepest] = [0, 0]
  for (const [token] of value.matchAll(/\\[\s\S]|[{}]/g)) {
    if (token === '{') depth += 1
    if (token === '}') depth -= 1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

/** Formats an entry for the parser. Numbers replace keys, which may have letters that it rejects. */
function bibtexOf({ entry, type, fields }: Source, numbers: ReadonlyMap<string, number>): string {
  const written = [...fields].flatMap(([name, { value }]) => {
    if (verbatim.includes(name)) return []
    if (name === 'crossref') {
      const parent = numbers.get(value.trim())
      return parent === undefined ? [] : [`crossref={k${parent}}`]
    }
    return [`${name}={${readable(value)}}`]
  })
  return `@${type}{k${numbers.get(entry.key)},\n${written.join(',\n')}\n}`
}

/** Rewrites LaTeX that the parser would misread or does not know. */
function readable(value: string): string {
  return (
    value
      // The parser uses control characters internally.
      .replace(/[^\P{Cc}\n\t]/gu, ' ')
      // A bare % is literal, not a comment. Display math becomes inline math.
      .replace(/\\[\s\S]|%|\$\$/g, (one) => {
        if (one === '%') return '\\%'
        return one === '$$' || one === '\\[' || one === '\\]' ? '$' : one
      })
      // LaTeX's OT1 fonts have other characters at < and >.
      .replaceAll('<', less)
      .replaceAll('>', greater)
      .replace(/(\\[`'^"~=.uvHr]\s*\\[ij])\s+(?=[A-Za-z])/g, '$1{}')
      .replace(/\\b\s*\{(\p{L})\}/gu, '$1\u0331')
      .replace(/\\t\s*\{(\p{L})(\p{L})\}/gu, '$1\u0361$2')
      .replace(/\\(?:text)?color\s*(?:\[[^\]]*\])?\{[^{}]*\}/g, '')
  )
}

/** Private-use stand-ins for < and >. */
const less = '\uE000'
const greater = '\uE001'

/** Accents in math. */
const accents: Readonly<Record<string, string>> = {
  acute: '\u0301',
  breve: '\u0306',
  check: '\u030c',
  ddot: '\u0308',
  dot: '\u0307',
  grave: '\u0300',
  hat: '\u0302',
  tilde: '\u0303',
  vec: '\u20d7',
  widehat: '\u0302',
  widetilde: '\u0303',
}

const layout =
  /^(?:math\w+|text\w*|mkbib\w+|operatorname|\w+(?:shape|series|family|style)|[Bb]igg?[lrm]?|tiny|small|large|normalsize|bf|cal|mit|bgroup|egroup|protect|nobreak|allowbreak|linebreak|newline|break|xspace|limits|nolimits|font|selectfont|bibinitperiod|bibinitdelim|hfill|null|uppercase|lowercase|MakeUppercase|MakeLowercase|[^A-Za-z])$/

const functions =
  /^(?:arccos|arcsin|arctan|arg|cosh?|coth?|csc|deg|det|dim|exp|gcd|hom|inf|ker|lg|lim|liminf|limsup|ln|log|max|min|Pr|sec|sinh?|sup|tanh?|bmod|mod)$/

/** Text of a macro unknown to the parser: its argument, or the name of a math function. */
function shownMacro(
  node: { readonly type: string; readonly content?: unknown },
  tex: string,
): { readonly text: string; readonly isKnown: boolean } {
  if (node.type !== 'macro') {
    const text = tex.replace(/\\(?:begin|end)\s*\{[^}]*\}|[\\{}$]/g, ' ')
    return { text, isKnown: false }
  }
  const name = String(node.content)
  const argument = tex.slice(1 + name.length).replace(/\\[A-Za-z]*|[{}]/g, '')
  if (/^\s*$/.test(name)) return { text: ' ', isKnown: true }
  if (/^(?:La|Bib|Xe|Lua|pdf)*TeX(?:e)?$/.test(name)) return { text: name, isKnown: true }
  if (Object.hasOwn(accents, name)) return { text: `${argument}${accents[name]}`, isKnown: true }
  if (functions.test(name)) return { text: ` ${name} `, isKnown: true }
  return { text: argument, isKnown: layout.test(name) }
}

const ordinals = 'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(
  ' ',
)

/** The number of an edition in digits, of texts such as `3rd`, `Third`, `3rd ed.` and `第3版`. */
function editionNumber(text: string): string | undefined {
  const [, digits, word = '', inJapanese] =
    /^(?:(?:(\d+)(?:\.|st|nd|rd|th)?|([a-z]+))(?:\s+ed(?:\.|n\.?|ition)?)?|第?(\d+)版)$/i.exec(
      // Raised letters are signs of their own.
      text.normalize('NFKC').trim(),
    ) ?? []
  const index = ordinals.indexOf(word.toLowerCase())
  return digits ?? inJapanese ?? (index < 0 ? undefined : String(index + 1))
}

async function workOf(
  { entry, type, fields: sources }: Source,
  parsed: Fields,
  problems: BibliographyProblem[],
): Promise<Work> {
  const fields = new Map<string, string>()
  for (const name of texts) {
    const value = parsed[name]
    const text = typeof value === 'string' ? value : (value ?? []).join(' and ')
    if (text !== '') fields.set(name, unicode(text))
  }
  const edition = fields.get('edition')
  if (edition !== undefined) fields.set('edition', editionNumber(edition) ?? edition)
  for (const name of verbatim) {
    const value = sources.get(name)?.value
    if (value !== undefined && value.trim() !== '') fields.set(name, unescaped(value))
  }
  moveAddress(fields)
  const date = await dateOf('date')
  const [year, month] = [fields.get('year'), fields.get('month')]
  const accessed = await dateOf('urldate')
  const written = date ?? (year === undefined ? undefined : yearAndMonth(year, month))
  return {
    type,
    authors: peopleOf('author'),
    editors: peopleOf('editor'),
    fields,
    ...(written === undefined ? {} : { date: written }),
    ...(accessed === undefined ? {} : { accessed }),
  }

  async function dateOf(name: 'date' | 'urldate'): Promise<WrittenDate | undefined> {
    const text = fields.get(name)
    if (text === undefined) return undefined
    const read = await readDate(text.replace(/(?<=\d)\s*[–—]\s*/, '/'))
    if (read.type !== 'text') return read
    const reason = `${name} is not a BibLaTeX date, and is shown as written: ${text}`
    problems.push({ type: 'warning', ...(sources.get(name) ?? entry).place, reason })
    return { type: 'text', text }
  }

  function peopleOf(name: 'author' | 'editor'): People {
    const creators = (parsed[name] ?? []) as readonly Creator[]
    const isOpen = creators.length > 1 && creators.at(-1)?.lastName === 'others'
    const shown = isOpen ? creators.slice(0, -1) : creators
    const source = sources.get(name)?.value ?? ''
    return { names: shown.map((creator) => nameOf(creator, source)), isOpen }
  }
}

/** Moves `howpublished = {\\url{...}}` to `url` if there is no other. */
function moveAddress(fields: Map<string, string>): void {
  const [, address] =
    /^(?:<a href="(?:[^"]*)">)?(https?:[^\s<]+)(?:<\/a>)?$/.exec(fields.get('howpublished') ?? '') ?? []
  if (address === undefined || (fields.get('url') ?? address) !== address) return
  fields.set('url', address)
  fields.delete('howpublished')
}

/** Names in Chinese characters, kana or Hangul put the family name first, with or without a comma. */
function nameOf({ name, firstName, lastName, prefix, suffix }: Creator, source: string): string {
  if (name !== undefined) return unicode(name)
  const isEastAsian = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
  const order =
    isEastAsian.test(lastName ?? '') && !hasWords(source, firstName, lastName)
      ? [lastName, firstName]
      : [firstName, prefix, lastName, suffix]
  const shown = order.filter((part) => part !== undefined).join(' ')
  return unicode(isEastAsian.test(shown) ? shown.replace('，', ' ') : shown)
}

/** Whether the first word is directly followed by the second. */
function hasWords(source: string, first = '', second = ''): boolean {
  return first !== '' && source.replace(/\s+/g, ' ').includes(`${first} ${second}`)
}

/** Normalizes letters and quotation marks in the parser's output. */
function unicode(text: string): string {
  return (
    text
      .replaceAll('LᴬT<sub>E</sub>X', 'LaTeX')
      .replace(/<a href="([^<>]*?)">(.*?)<\/a>/gs, (_, address: string, label: string) => {
        const plain = unescaped(address)
        return `<a href="${encodeURI(plain.toWellFormed()).replaceAll('%25', '%')}">${label === address ? plain : label}</a>`
      })
      .replaceAll(less, '<')
      .replaceAll(greater, '>')
      .replace(/(?<![\p{L}\p{N}])`([^`']+)'(?!\p{L})/gu, '‘$1’')
      .replace(/([!?])`/g, (_, mark) => (mark === '!' ? '¡' : '¿'))
      // Replace math alphabets by plain letters.
      .replace(/[\u{1D400}-\u{1D7FF}]/gu, (letter) => letter.normalize('NFKC'))
      // Move an accent without a base to the next letter; on a dotless i or j it replaces the dot.
      .replace(/(?<![\p{L}\p{N}\p{M}])(\p{M})(\p{L})/gu, '$2$1')
      .replace(/ı(?=\p{Mn})/gu, 'i')
      .replace(/ȷ(?=\p{Mn})/gu, 'j')
      .replace(/[ \t\r\n]+/g, ' ')
      .normalize('NFC')
      .trim()
  )
}

/** Removes LaTeX escapes from addresses: `a\_b`, `{\_}`, `\~{}`, `\url{...}`. */
function unescaped(text: string): string {
  return text
    .replace(/^\s*\\url\s*\{(.*)\}\s*$/s, '$1')
    .replace(/\{?\\textasciitilde\s*(?:\{\}|\})?|\\~\s*(?:\{\s*\})?|\$\\sim\$/g, '~')
    .replace(/\{?\\textunderscore\s*(?:\{\}|\})?/g, '_')
    .replace(/\{?\\textless\s*(?:\{\}|\})?|\$<\$|&lt;/g, '<')
    .replace(/\{?\\textgreater\s*(?:\{\}|\})?|\$>\$|&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replaceAll(less, '<')
    .replaceAll(greater, '>')
    .replace(/\\([_%&#${}~^-])/g, '$1')
    .replace(/\\slash\s*|\\\//g, (one) => (one.startsWith('\\s') ? '/' : ''))
    .replace(/[{}]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}
