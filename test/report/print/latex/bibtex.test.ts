/** Works for BibTeX: in fields that IEEEtran and unsrt print, with all that the report's own list says. */

import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { typeNames } from '../../../../src/bibliography/work.ts'
import { parseDocument } from '../../../../src/document/document.ts'
import { english, type Messages } from '../../../../src/locale/en.ts'
import { japanese } from '../../../../src/locale/ja.ts'
import { bibtex } from '../../../../src/report/print/latex/bibtex.ts'
import { writeLatex } from '../../../../src/report/print/latex/document.ts'
import { citedWorks } from '../../../../src/report/references.ts'
import { textOf } from '../../../../src/report/textof.ts'
import { inlines } from '../../../../src/text/markdown.ts'
import { reportOf } from '../document.ts'

/** Text as it is, links as their words: what is escaped is not asked here. */
async function written(text: string, messages: Messages = english): Promise<string> {
  const keys = [...text.matchAll(/^@(?!xdata)\w+\{(\w+)/gm)].map(([, key]) => `[@${key}]`)
  const value = `---\ntitle: T\nbibliography: r.bib\n---\n\n${keys.join('')}\n`
  const document = parseDocument(new VFile({ path: 'd.md', value }))
  const cited = await citedWorks(document, async () => await Promise.resolve(text))
  const works = new Map([...cited].map(([key, { work }]) => [key, work]))
  return bibtex(works, (content) => inlines(content).map(textOf).join(''), messages)
}

/** What both styles print of each type, after their functions in IEEEtran.bst 1.14 and unsrt.bst 0.99b. */
const always = 'author title month year note'
const book = 'series volume number edition publisher address'
const printed: Readonly<Record<string, string>> = {
  article: 'journal volume number pages',
  book,
  booklet: 'howpublished address',
  inbook: `${book} chapter pages`,
  incollection: `editor booktitle ${book} chapter pages`,
  inproceedings: 'editor booktitle series volume number pages organization publisher address',
  manual: 'edition organization address',
  mastersthesis: 'type school address',
  misc: 'howpublished',
  phdthesis: 'type school address',
  proceedings: 'editor series volume number organization publisher address',
  techreport: 'type number institution address',
  unpublished: '',
}

/** The type, and the fields that are printed. */
function read(entry: string): { readonly type: string; readonly shown: string } {
  const type = /^@(\w+)\{/.exec(entry)?.[1] ?? ''
  const fields = [...entry.matchAll(/^ {2}(\w+) = (.*),$/gm)].map(([, name = '', value = '']) => ({
    name,
    value,
  }))
  const own = `${always} ${printed[type] ?? ''}`.split(' ')
  const has = (known: string) => fields.some(({ name }) => name === known)
  // Where there are no authors, books have editors in their place.
  if (!has('author') && ['book', 'inbook'].includes(type)) own.push('editor')
  const isOne = has('volume') && type !== 'article'
  const isSeen = (name: string) =>
    own.includes(name) &&
    !(isOne && name === 'number') &&
    !(name === 'editor' && type.startsWith('in') && type !== 'inbook' && !has('booktitle'))
  const seen = fields.filter(({ name }) => isSeen(name))
  return {
    type,
    shown: seen.map(({ value }) => value).join('\n'),
  }
}

const people = 'author={Ann Author}, editor={Ed Editor}'
const fields = {
  title: 'Some title',
  subtitle: 'A subtitle',
  series: 'Some series',
  volume: '71',
  number: '72',
  pages: '73',
  chapter: '74',
  eid: '75',
  edition: 'Some edition',
  version: 'Some version',
  type: 'Some kind',
  publisher: 'Some publisher',
  institution: 'Some institution',
  organization: 'Some organization',
  howpublished: 'Some way',
  location: 'Some place',
  pubstate: 'Some state',
  note: 'Some note',
  addendum: 'Some addendum',
  eprint: '2101.00001',
  date: '2019-03-04',
  url: 'https://a.example/work',
  urldate: '2020-05-06',
}
const containers = {
  journaltitle: { journaltitle: 'Some journal' },
  booktitle: { booktitle: 'Some book', booksubtitle: 'More of it' },
  nothing: {},
}

describe('a work for BibTeX', () => {
  const cases = typeNames
    .filter((type) => type !== 'xdata')
    .flatMap((type) => Object.keys(containers).map((container) => [type, container] as const))
  it.each(cases)('of @%s in %s has all that a style prints', async (type, container) => {
    const given = { ...fields, ...containers[container as keyof typeof containers] }
    const pairs = Object.entries(given).map(([name, value]) => `${name}={${value}}`)
    const { shown, type: own } = read(await written(`@${type}{k, ${[people, ...pairs].join(', ')}}`))
    const dates = { date: '{4~} # mar', urldate: 'accessed 2020-05-06' }
    const missing = Object.entries({ ...given, ...dates, author: 'Ann Author', year: '2019' })
      .filter(([, value]) => !shown.includes(value))
      .map(([name]) => name)
    expect({ own, missing }).toEqual({ own, missing: [] })
    if (container === 'booktitle') expect(shown).toContain('Ed Editor')
  })

  it('of a report in Japanese has its edition in words of Japanese, not of the style', async () => {
    const entry = await written('@book{k, title={R}, edition={2}}', japanese)
    expect(entry).toContain('note = {{第2版}}')
    expect(entry).not.toContain('edition')
  })

  it('of a report in Japanese has between its authors what the list has', async () => {
    const entry = await written('@book{k, title={R}, author={山田, 太郎 and 王小明 and others}}', japanese)
    expect(entry).toContain('author = {{山田 太郎, 王小明他}}')
    expect(await written('@book{k, title={R}, author={山田, 太郎 and 王小明}}')).toContain(
      'author = {{山田 太郎} and {王小明}}',
    )
  })

  it.each(cases)('of @%s in %s has its editors, if it has no authors', async (type, container) => {
    const given = { title: 'T', ...containers[container as keyof typeof containers] }
    const pairs = Object.entries(given).map(([name, value]) => `${name}={${value}}`)
    const { shown } = read(
      await written(`@${type}{k, editor={Ed Editor and Eve Other}, ${pairs.join(', ')}}`),
    )
    expect(shown).toContain('{Ed Editor} and {Eve Other')
  })

  it.each([
    [
      '@mastersthesis{k, title={R}, school={U}}',
      'mastersthesis',
      'type = {{Master’s thesis}},\n  school = {U}',
    ],
    ['@phdthesis{k, title={R}, school={U}}', 'phdthesis', 'type = {{PhD thesis}},\n  school = {U}'],
    ['@thesis{k, title={R}, type={bathesis}}', 'phdthesis', 'type = {{Bachelor’s thesis}}'],
    ['@thesis{k, title={R}, institution={U}}', 'misc', 'howpublished = {U}'],
    ['@report{k, title={R}, number={5}, institution={U}}', 'misc', 'howpublished = {5, U}'],
    [
      '@techreport{k, title={R}, number={TR-5}, institution={U}}',
      'techreport',
      'type = {{Technical report}},\n  institution = {U},\n  number = {TR-5}',
    ],
    ['@patent{k, title={R}, number={123}, type={patentus}}', 'misc', 'howpublished = {US patent 123}'],
    [
      '@dataset{k, title={R}, publisher={Zenodo}, version={1.2}, url={https://a.example/}, urldate={2026-01-02}}',
      'misc',
      'howpublished = {version 1.2, Zenodo},\n  note = {{https://a.example/ (accessed 2026-01-02)}}',
    ],
    [
      '@software{k, title={R}, version={1.2}, date=2020}',
      'misc',
      'howpublished = {version 1.2},\n  year = {2020}',
    ],
    ['@book{k, title={R}, edition={2}}', 'book', 'edition = {2nd}'],
    ['@book{k, title={R}, edition={2nd ed.}}', 'book', 'edition = {2nd}'],
    ['@book{k, title={R}, edition={2nd, revised}}', 'book', 'note = {{2nd, revised}}'],
    ['@book{k, title={R}, edition={revised}}', 'book', 'note = {{revised}}'],
    ['@book{k, title={R}, volume=3, number=4}', 'book', 'volume = {3},\n  note = {{no.\u00a04}}'],
    ['@inbook{k, title={R}, chapter={7}}', 'inbook', 'chapter = {7}'],
    ['@incollection{k, title={R}, booktitle={B}, pages={1-2}}', 'incollection', 'pages = {1--2}'],
    ['@misc{k, editor={A, B and C, D and others}}', 'misc', 'author = {{B A} and {D C (eds.)} and others}'],
    ['@misc{k, title={R}, note={Out of print.}, addendum={More}}', 'misc', 'note = {{Out of print. More}}'],
    ['@misc{k, title={R}, year=2020, month=sep}', 'misc', 'month = sep,\n  year = {2020}'],
    ['@misc{k, title={R}, date={2020~}}', 'misc', 'year = {c. 2020}'],
    ['@misc{k, title={R}, date={2020-21}}', 'misc', 'year = {spring 2020}'],
    ['@misc{k, title={R}, date={2019/2020}}', 'misc', 'year = {2019/2020}'],
    ['@misc{k, title={R}, year={in press}}', 'misc', 'year = {in press}'],
    ['@misc{nothing,}', 'misc', 'title = {{nothing}}'],
  ])('says %s in fields of its type', async (entry, type, expected) => {
    const made = await written(entry)
    expect(read(made).type).toBe(type)
    expect(made).toContain(`  ${expected},\n`)
  })

  it('is escaped for TeX in howpublished and note, too', async () => {
    const entry =
      '@dataset{k, author={A & B}, title={50% _x_ #1 $5}, publisher={C & D}, version={1_2 {x}}, ' +
      'type={\\{a}, note={~^ \\textbackslash input}, url={https://a.example/a_b%20c#d}}'
    const report = await reportOf('See [@k].', {
      front: 'title: T\nbibliography: r.bib',
      files: { 'r.bib': entry },
    })
    const { files = new Map() } = await writeLatex(report, 'd')
    const text = String(files.get('latex/references.bib'))
    expect(text).toBe(String.raw`@misc{k,
  author = {{A \& B}},
  title = {{50\% \_x\_ \#1 \$5}},
  howpublished = {version 1\_2 x, \textbraceleft{}a, C \& D},
  note = {{\textasciicircum{} \textbackslash{}input. \href{https://a.example/a\_b\%20c\#d}{https://a.example/a\_b\%20c\#d}}},
}
`)
  })
})
