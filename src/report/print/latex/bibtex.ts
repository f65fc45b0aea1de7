/**
 * Writes works as a file for BibTeX, with all that the report's own list says: what IEEEtran and unsrt do not
 * print of a type goes into `howpublished` or `note`, in the words of that list.
 */

import type { CalendarDate, WrittenDate } from '../../../bibliography/date.ts'
import type { Work } from '../../../bibliography/work.ts'
import type { Messages } from '../../../locale/en.ts'
import type { Inline } from '../../../text/markdown.ts'
import { markup } from '../../markup.ts'
import {
  dateText,
  details,
  editedBy,
  field,
  kind,
  links,
  type Part,
  state,
  titled,
} from '../../references.ts'

/** BibLaTeX type -> BibTeX's; others are `misc`. */
const types: Readonly<Record<string, string>> = {
  article: 'article',
  periodical: 'article',
  suppperiodical: 'article',
  review: 'article',
  book: 'book',
  mvbook: 'book',
  collection: 'book',
  mvcollection: 'book',
  reference: 'book',
  mvreference: 'book',
  booklet: 'booklet',
  inbook: 'incollection',
  bookinbook: 'incollection',
  suppbook: 'incollection',
  incollection: 'incollection',
  suppcollection: 'incollection',
  inreference: 'incollection',
  inproceedings: 'inproceedings',
  proceedings: 'proceedings',
  mvproceedings: 'proceedings',
  report: 'techreport',
  manual: 'manual',
  unpublished: 'unpublished',
}

/** Types whose editors both styles print where there are no authors. */
const edited = ['book', 'inbook', 'incollection', 'inproceedings', 'proceedings']

const ofBook = 'series volume number edition publisher location'

/** BibLaTeX's names of the fields that both styles print of a type, besides author, title, date and note. */
const printed: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({
    article: 'journaltitle volume number pages',
    book: ofBook,
    booklet: 'location',
    inbook: `${ofBook} chapter pages`,
    incollection: `editor booktitle ${ofBook} chapter pages`,
    inproceedings: 'editor booktitle series volume number pages organization publisher location',
    manual: 'edition organization location',
    mastersthesis: 'type institution location',
    misc: '',
    phdthesis: 'type institution location',
    proceedings: 'series volume number organization publisher location',
    techreport: 'type institution location',
    unpublished: '',
  }).map(([type, names]) => [type, names.split(' ')]),
)

/** BibLaTeX field -> BibTeX's, where they differ. */
const ownNames: Readonly<Record<string, string>> = { journaltitle: 'journal', location: 'address' }

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

type Own = Messages['references']

/** @param phrasing writes text as LaTeX */
export function bibtex(
  works: ReadonlyMap<string, Work>,
  phrasing: (content: readonly Inline[]) => string,
  { references: own }: Messages,
): string {
  return [...works].map(([key, work]) => entry(key, work, phrasing, own)).join('\n')
}

type Write = (content: Part) => string

function entry(key: string, work: Work, phrasing: (content: readonly Inline[]) => string, own: Own): string {
  const write: Write = (content) => balanced(phrasing(content))
  const type = typeOf(work)
  const title = write(titled(work, 'title', 'subtitle'))
  const found = new Map([...peopleOf(work, type, own, write), ['title', title === '' ? '' : `{${title}}`]])
  const rest: string[] = []
  for (const [name, words] of details(work, own)) {
    const value = printed[type]?.includes(name) ? valueOf(name, work, type, own, write) : undefined
    if (value === undefined) {
      rest.push(write(words))
      if (name === 'editor' && words.length > 0) found.delete(name)
    } else if (name !== 'editor') found.set(ownName(name, type), value)
  }
  if (type === 'techreport') found.set('number', write(field(work, 'number')))
  const others = rest.filter(Boolean).join(', ')
  const isFree = type === 'misc' || type === 'booklet'
  if (isFree) found.set('howpublished', others)
  for (const [name, value] of dateFields(work.date, own, write)) found.set(name, value)
  const after = [state(work, own), field(work, 'note'), field(work, 'addendum'), ...links(work, own)]
  const notes = [isFree ? '' : others, ...after.map(write)].filter(Boolean)
  // In braces: IEEEtran would write the first letter in lower case.
  if (notes.length > 0) found.set('note', `{${notes.reduce(followed)}}`)
  const lines = [...found].flatMap(([name, value]) => {
    if (value === '') return []
    return [`  ${name} = ${name === 'month' ? value : `{${value}}`},`]
  })
  if (lines.length === 0) lines.push(`  title = {{${write([key])}}},`)
  return `@${type}{${key},\n${lines.join('\n')}\n}\n`
}

function followed(sentence: string, next: string): string {
  return `${sentence}${/[.?!]$/.test(sentence) ? '' : '.'} ${next}`
}

/** Editors of a work without authors stand as these in types that print no editors. */
function peopleOf(
  { authors, editors, fields }: Work,
  type: string,
  own: Own,
  write: Write,
): readonly (readonly [name: string, value: string])[] {
  // unsrt prints editors of papers only before the title of the book.
  const isEdited = edited.includes(type) && (type !== 'inproceedings' || fields.has('booktitle'))
  const asAuthors = authors.names.length === 0 && !isEdited
  const role = asAuthors ? editedBy(editors, own).at(-1) : undefined
  const written = editors.names.map((name, index) =>
    write([...markup(name), ...(role !== undefined && index === editors.names.length - 1 ? [role] : [])]),
  )
  const people: [name: string, value: string][] = [
    [
      'author',
      joined(
        authors.names.map((name) => write(markup(name))),
        authors.isOpen,
        own,
      ),
    ],
  ]
  if (written.length > 0) people.push([asAuthors ? 'author' : 'editor', joined(written, editors.isOpen, own)])
  return people
}

/**
 * Names are as they are shown: braces keep BibTeX from taking them apart, and from its own words between
 * them.
 */
function joined(names: readonly string[], isOpen: boolean, own: Own): string {
  if (own.and === ' and ')
    return [...names.map((name) => `{${name}}`), ...(isOpen ? ['others'] : [])].join(' and ')
  return names.length === 0 ? '' : `{${names.join(own.and)}${isOpen ? own.others : ''}}`
}

/** The BibTeX type that prints most of a work, and nothing that it is not. */
function typeOf({ type, fields, authors }: Work): string {
  const kindKey = fields.get('type')
  // Styles print a kind of their own for theses and reports that name none.
  if (type === 'thesis' && kindKey !== undefined)
    return kindKey === 'mathesis' ? 'mastersthesis' : 'phdthesis'
  const found = types[type] ?? 'misc'
  if (found === 'techreport' && kindKey === undefined) return 'misc'
  if (found === 'incollection' && !fields.has('booktitle')) return 'inbook'
  // Styles print no authors of proceedings.
  return found === 'proceedings' && authors.names.length > 0 ? 'book' : found
}

/** What a field has in BibTeX; undefined if the styles would not print it as it is. */
function valueOf(name: string, work: Work, type: string, own: Own, write: Write): string | undefined {
  const { fields } = work
  switch (name) {
    case 'edition':
      return editionOf(fields.get('edition') ?? '', own)
    case 'number':
      // Of books, unsrt prints a volume or a number.
      return type === 'article' || !fields.has('volume') ? write(field(work, 'number', 'issue')) : undefined
    case 'type':
      // In braces: unsrt would write all but the first letter in lower case.
      return `{${write(type === 'techreport' ? kind(work, own) : (details(work, own).get('type') ?? []))}}`
    case 'booktitle':
      return write(titled(work, 'booktitle', 'booksubtitle'))
    case 'pages':
      // Styles recognize a range by an ASCII hyphen or comma.
      return (fields.get('pages') ?? '')
        .split(/\s*(?:\u2013|--?)\s*/)
        .map((one) => write(markup(one)))
        .join('--')
    default:
      return write(field(work, name))
  }
}

/** An ordinal, behind which both styles write their English word; of other texts they keep a number alone. */
function editionOf(edition: string, own: Own): string | undefined {
  return /^\d+$/.test(edition) ? /^(\S+) ed\.$/.exec(own.edition(edition))?.[1] : undefined
}

function ownName(name: string, type: string): string {
  if (name === 'institution') return type === 'techreport' ? 'institution' : 'school'
  return ownNames[name] ?? name
}

/** BibTeX counts braces, escaped ones too. */
function balanced(source: string): string {
  return source.replaceAll('\\{', '\\textbraceleft{}').replaceAll('\\}', '\\textbraceright{}')
}

/**
 * A plain date as `year` and `month`; spans, seasons and approximate dates as `year`, in the list's words.
 */
function dateFields(
  written: WrittenDate | undefined,
  own: Own,
  write: Write,
): readonly (readonly [name: string, value: string])[] {
  if (written === undefined) return []
  const { year, month, day } = plainDate(written) ?? {}
  if (year === undefined) return [['year', write(markup(dateText(written, own)))]]
  const name = month === undefined ? '' : (months[month - 1] ?? '')
  return [
    ['month', day === undefined ? name : `{${day}~} # ${name}`],
    ['year', String(year)],
  ]
}

function plainDate(written: WrittenDate): CalendarDate | undefined {
  if (written.type !== 'date') return undefined
  const { date } = written
  const isPlain = date.year > 0 && (date.month ?? 1) <= 12 && !date.isApproximate && !date.isUncertain
  return isPlain ? date : undefined
}
