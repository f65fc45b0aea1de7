/** Documents with hostile texts in every place that takes text, and what a page made of them must not have. */

import type { Element, Root } from 'hast'
import { fromHtml } from 'hast-util-from-html'
import { visit } from 'unist-util-visit'
import { VFile } from 'vfile'
import { parseDocument } from '../../src/document/document.ts'
import { english } from '../../src/locale/en.ts'
import { publishedTable } from '../../src/query/published.ts'
import type { RunStatuses } from '../../src/report/context.ts'
import { writeHtml } from '../../src/report/html/page.ts'
import { readerScript } from '../../src/report/html/reader.ts'
import type { Report } from '../../src/report/model.ts'
import { makeReport } from '../../src/report/report.ts'
import { runName, type Run } from '../../src/results/run.ts'
import { fakeRun } from '../results/fake.ts'
import { addressPayloads, payloads } from './payloads.ts'

interface Hostile {
  readonly front?: string
  readonly body?: string
  readonly run?: (run: Run) => Run
  readonly files?: Readonly<Record<string, string>>
  readonly stale?: string
}

const lines = payloads.map((one) => one.replace(/\s*\n\s*/g, ' '))
const all = lines.join(' ')
/** YAML reads what JSON writes. */
const quoted = (text: string) => JSON.stringify(text)
const each = (place: (payload: string, index: number) => string) => lines.map(place).join('\n\n')
const record = (list: readonly string[]) =>
  Object.fromEntries(list.map((one, index) => [`${index} ${one}`, one]))

const experiment = (labels = '') => `
\`\`\`yaml experiment
id: latency
script: experiments/pause-resume.ts
environments: [xen-4.14]
trials: 4
patterns:
  baseline: {${labels}}
\`\`\`
`
const table = (kind: string, rest: string) =>
  `\n\`\`\`yaml table\nid: tbl-x\nkind: ${kind}\nfrom: latency\n${rest}\n\`\`\`\n`
const figure = (rest: string) =>
  `\n\`\`\`yaml figure\nid: fig-x\nspec: f.vl.json\ndata: {rows: latency}\n${rest}\n\`\`\`\n`
const spec = JSON.stringify({
  data: { name: 'rows' },
  mark: 'point',
  encoding: { x: { field: 'trial', type: 'quantitative' }, color: { field: 'found', type: 'nominal' } },
})
const claim = (index: number, rest: string) =>
  `\`\`\`yaml claim\nid: C${index}\nscope: shape\n${rest}\n\`\`\``
const facts = table('facts', 'caption: Facts')
const summary = table('summary', 'caption: Summary\noperation: pause')

/** By the place that the texts are in. */
export const places: Readonly<Record<string, Hostile>> = {
  title: { front: `title: ${quoted(all)}` },
  subtitle: { front: `title: T\nsubtitle: ${quoted(all)}` },
  'names of authors': { front: `title: T\nauthors: [${lines.map(quoted).join(', ')}]` },
  affiliations: { front: `title: T\nauthors: [{name: N, affiliation: ${quoted(all)}}]` },
  date: { front: `title: T\ndate: ${quoted(all)}` },
  abstract: { front: `title: T\nabstract: ${quoted(payloads.join('\n\n'))}` },
  language: { front: `title: T\nlang: ${quoted(lines[0] ?? '')}` },
  keywords: { front: `title: T\nkeywords: [${lines.map(quoted).join(', ')}]` },
  'formulas and their texts': {
    body: lines
      .flatMap((one) => [one.replace(/[\n$]/g, ''), `\\text{${one.replace(/[\n${}\\%#&~^_]/g, '')}}`])
      .map((one) => `a $${one}$\n\n$$\n${one}\n$$`)
      .join('\n\n'),
  },
  'listings and their captions': {
    body: lines
      .map(
        (one, index) =>
          `\`\`\`html id=lst-${index} caption="${one.replace(/[\n"`]/g, '')}"\n${one.replaceAll('`', '')}\n\`\`\``,
      )
      .join('\n\n'),
  },
  'callouts and definitions': {
    body: lines
      .map((one) => one.replaceAll('\n', ' '))
      .map((one) => `> [!NOTE]\n> ${one}\n\n${one}\n: ${one}`)
      .join('\n\n'),
  },
  'texts of the front matter': {
    front: `title: T\ntexts: {'4 x Cortex-A72': ${quoted(all)}}`,
    body: experiment() + facts,
  },
  'fields of a bibliography': {
    front: 'title: T\nbibliography: r.bib',
    body: lines.map((_, index) => `[@k${index}]`).join('\n\n'),
    files: {
      'r.bib': lines
        .map((one) => one.replace(/[{}\\@%#$]/g, ''))
        .map(
          (one, index) =>
            `@misc{k${index}, title = {${one}}, author = {${one}}, note = {${one}}, url = {${one}}}`,
        )
        .join('\n'),
    },
  },
  'addresses of a bibliography': {
    front: 'title: T\nbibliography: r.bib',
    body: addressPayloads.map((_, index) => `[@k${index}]`).join('\n\n'),
    files: {
      'r.bib': addressPayloads
        .map((one) => one.replace(/[{}\\@%#$]/g, ''))
        .map(
          (one, index) =>
            `@misc{k${index}, title = {T}, doi = {${one}}}\n@misc{l${index}, title = {T}, url = {${one}}}`,
        )
        .join('\n'),
    },
  },
  headings: { body: each((one) => `# ${one}`) },
  paragraphs: { body: payloads.join('\n\n') },
  'emphasis and strikethrough': { body: each((one) => `*${one}* **${one}** ~~${one}~~`) },
  'texts of links': { body: each((one) => `[${one}](http://a.b)`) },
  'addresses of links': {
    body: addressPayloads.map((one) => `[x](<${one}>) <${one}> [y](${one})`).join('\n\n'),
  },
  'titles of links and pictures': { body: each((one) => `[x](http://a.b '${one}') ![x](x.png '${one}')`) },
  definitions: {
    body: addressPayloads
      .map((one, index) => `[d${index}] ![p][d${index}]\n\n[d${index}]: <${one}> 'x'`)
      .join('\n\n'),
  },
  'addresses of pictures': { body: addressPayloads.map((one) => `![x](<${one}>) ![y](${one})`).join('\n\n') },
  'texts of pictures': { body: each((one) => `![${one}](dot.png) ![${one}](gone.png)`) },
  'names of pictures': { body: each((one) => `![x](<${one.replace(/[<>]/g, '')}.png>)`) },
  'code in the text': { body: each((one) => `\`\` ${one} \`\``) },
  'blocks of code': { body: each((one) => `~~~~\n${one}\n~~~~`) },
  'languages of code': { body: each((one) => `~~~~ ${one.replace(/~/g, '')}\nx\n~~~~`) },
  'cells of tables': {
    body: `| a |\n| :-: |\n${lines.map((one) => `| ${one.replace(/\|/g, '\\|')} |`).join('\n')}`,
  },
  footnotes: { body: lines.map((one, index) => `x[^${index}]\n\n[^${index}]: ${one}`).join('\n\n') },
  'names of footnotes': {
    body: lines
      .map((one) => one.replace(/[[\]\s]/g, '_'))
      .map((one) => `x[^${one}]\n\n[^${one}]: x`)
      .join('\n\n'),
  },
  'lists and quotes': { body: each((one) => `- ${one}\n  > ${one}`) },
  'HTML between Markdown': { body: each((one) => `<div>\n\n${one}\n\n</div>`) },
  'captions of tables': {
    body: experiment() + table('summary', `operation: pause\ncaption: ${quoted(all)}`),
  },
  'notes and numbers of tables': {
    body: experiment() + table('summary', `operation: pause\ncaption: C\nnumber: ${quoted(all)}`),
  },
  'captions of figures': { body: experiment() + figure(`caption: ${quoted(all)}\nalt: A`) },
  'alternatives of figures': { body: experiment() + figure(`caption: C\nalt: ${quoted(all)}`) },
  'texts drawn in figures': {
    body: experiment() + figure('caption: C\nalt: A'),
    run: (run) => ({
      ...run,
      rows: run.rows.map((row, index) => ({ ...row, found: lines[index % lines.length] ?? '' })),
    }),
  },
  'labels of patterns': { body: experiment(`label: ${quoted(all)}`) + summary },
  'an experiment as it is written': {
    body: `${experiment().replace('trials: 4', `${lines.map((one) => `# ${one}`).join('\n')}\ntrials: 4`)}${summary}`,
  },
  'an inline script': {
    body: `\`\`\`ts experiment id=e testbed=local trials=1\n${lines.map((one) => `// ${one}`).join('\n')}\n\`\`\``,
  },
  'statements of claims': {
    body: lines
      .map((one, index) => claim(index, `statement: ${quoted(one)}\nskip: ${quoted(one)}`))
      .join('\n\n'),
  },
  'sources of claims': {
    body: lines
      .map((one, index) =>
        claim(index, `statement: S\nskip: x\nsource: ${quoted(one)}\npublished: ${quoted(one)}`),
      )
      .join('\n\n'),
  },
  'inline values': {
    body: each((one) => `\`=${one.replace(/`/g, '')}\` \`=latency.x | ${one.replace(/`/g, '')}\``),
  },
  'facts of a run': {
    body: experiment() + facts,
    run: (run) => ({ ...run, captured: { ...run.captured, ...record(lines) } }),
  },
  'values of factors': {
    body: experiment() + summary,
    run: (run) => ({
      ...run,
      rows: run.rows.map((row, index) => ({ ...row, excluded: lines[index % lines.length] ?? '' })),
    }),
  },
  'labels and units of columns': {
    body: `${experiment()}${summary}${claim(0, "statement: S\nvalue: latency['xen-4.14'].baseline.pause.total.mean\nbetween: [0, 1]")}`,
    run: (run) => ({ ...run, columns: run.columns.map((one) => ({ ...one, label: all })) }),
  },
  'units of columns': {
    body: experiment() + table('summary', 'caption: C\nmeasures: [total]'),
    run: (run) => ({
      ...run,
      columns: run.columns.map((one) => (one.role === 'measure' ? { ...one, unit: all } : one)),
    }),
  },
  'reasons of exclusions': {
    body: experiment() + summary,
    run: (run) => ({ ...run, exclusions: lines.map((reason) => ({ reason, count: 1 })) }),
  },
  'names of raw files, key and provenance of a run': {
    body: experiment(),
    run: (run) => ({
      ...run,
      key: all,
      files: Object.fromEntries(lines.map((one) => [one, { sha256: one, bytes: 1 }])),
      provenance: record(lines),
    }),
  },
  'why a run is stale': { body: experiment() + summary, stale: all },
  'published tables': {
    front: 'title: T\npublished: [p.csv]',
    body: `${experiment()}${table('summary', 'caption: C\noperation: pause\npublished: p.csv')}`,
    files: {
      'p.csv': `# ${all}\ntable,pattern,operation,statistic,value,unit\n${lines.map((one) => `"${one.replaceAll('"', '""')}",baseline,pause,mean,1,ms`).join('\n')}\n`,
    },
  },
}

export async function hostilePage(hostile: Hostile): Promise<string> {
  return writeHtml(await hostileReport(hostile)).text
}

export async function hostileReport({
  front = 'title: T',
  body = '',
  run,
  files = {},
  stale,
}: Hostile): Promise<Report> {
  const document = parseDocument(
    new VFile({ path: 'paper/index.md', value: `---\n${front}\n---\n\n${body}\n` }),
  )
  const runs = [run ? run(fakeRun()) : fakeRun()]
  const statuses: RunStatuses = new Map(
    stale === undefined ? [] : runs.map((one) => [runName(one), { from: 'record', stale }]),
  )
  const published = files['p.csv'] === undefined ? [] : [publishedTable('p.csv', files['p.csv'])]
  return await makeReport({
    ...{ document, runs, statuses, published, generator: all },
    read: async (path) => {
      if (path === 'f.vl.json') return Buffer.from(spec)
      if (path === 'paper/dot.png') return Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
      const text = files[path]
      if (text === undefined) throw new Error('there is none')
      return Buffer.from(text)
    },
  })
}

const elements: ReadonlySet<string> = new Set(
  [
    'a article aside blockquote body br caption cite code dd del desc details div dl dt em figcaption figure footer',
    'g h1 h2 h3 h4 h5 h6 head header hr html img input li line main meta nav ol p path pre rect section span strong style',
    'sub summary sup svg table tbody td text th thead time title tr tspan ul',
    'annotation math mfrac mi mn mo mover mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr semantics',
  ].flatMap((names) => names.split(' ')),
)

/** The page's own script, in a language of a report. */
function isOwnScript({ tagName, children }: Element, script: string): boolean {
  const [first] = children
  const text = first?.type === 'text' ? first.value : ''
  const withoutWords = (one: string) => one.slice(one.indexOf('};') + 2)
  return (
    tagName === 'script' &&
    /^const pageWords=\{[^;]*\};/.test(text) &&
    withoutWords(text) === withoutWords(script)
  )
}

/** What in a page could run, load, send or shadow something, one line each; the page is read as a browser does. */
export function dangers(html: string): readonly string[] {
  const page: Root = fromHtml(html)
  const found: string[] = []
  const ids = new Set<unknown>()
  const ownScript = readerScript(english)
  const count = new Map<string, number>()
  visit(page, 'element', (node: Element) => {
    const { tagName, properties } = node
    count.set(tagName, (count.get(tagName) ?? 0) + 1)
    if (!elements.has(tagName) && !isOwnScript(node, ownScript)) found.push(`element ${tagName}`)
    for (const [name, value] of Object.entries(properties)) {
      const text = String(value)
      if (
        /^on|^(?:srcDoc|srcSet|action|formAction|ping|poster|background|data|xLink|name)/.test(name) &&
        !/^data[A-Z]/.test(name)
      )
        if (tagName !== 'meta') found.push(`${tagName} ${name}=${text}`)
      if (name === 'href' && /^[^/?#]*:/.test(text) && !/^(?:https?|mailto|doi):/.test(text))
        found.push(`href ${text}`)
      if (name === 'src' && !/^data:image\/(?:png|jpeg|gif|webp|svg\+xml);base64,/.test(text))
        found.push(`src ${text}`)
      if (name === 'style') found.push(`style ${text}`)
      if (
        name !== 'content' &&
        /url\((?!#)/.test(text) &&
        /^(?:fill|stroke|clipPath|filter|style)$/.test(name)
      )
        found.push(`${name} ${text}`)
      if (name === 'id' && (text === '' || ids.has(value))) found.push(`id ${text}`)
      if (name === 'id') ids.add(value)
      // oxlint-disable-next-line no-control-regex -- these are what it looks for
      if (/[\0-\x08\x0b-\x1f\x7f]/.test(text)) found.push(`control character in ${name}`)
    }
  })
  for (const [name, most] of [
    ['style', 1],
    ['main', 1],
    ['h1', 1],
  ] as const)
    if ((count.get(name) ?? 0) > most) found.push(`${count.get(name)} elements ${name}`)
  if (
    !/^<!doctype html><html[^>]*><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src /.test(
      html,
    )
  )
    found.push('no Content-Security-Policy before all else')
  return found
}
