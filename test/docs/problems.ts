/** docs/problems.md: its entries, and what `repro check` says of their examples. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openFiles } from '../../src/files/tracked.ts'
import { rehearse } from '../../src/project/rehearsal.ts'
import { openDocument, type Site } from '../../src/project/site.ts'
import { openSeal } from '../../src/results/seal.ts'

export interface Entry {
  readonly ruleId: string
  /** Undefined where it takes more than a text to show it. */
  readonly example: string | undefined
}

/** Lines of an entry; those of a fence may look like headings. */
const entry = /^### `([a-z-]+)`\n((?:^(`{4,}).*?^\3\n|(?!#{2,3} )[^\n]*\n)*)/gms
const example = /^(`{4,})markdown\n(.*?)\n\1\n/ms

export function entriesOf(page: string): readonly Entry[] {
  return [...page.matchAll(entry)].map(([, ruleId = '', body = '']) => ({
    ruleId,
    example: example.exec(body)?.[2],
  }))
}

/** The document in which examples stand: the first one of the page. */
export function standardDocument(page: string): string {
  return example.exec(page)?.[2] ?? ''
}

/** The page with what is said of each example behind it. */
export function withMessages(page: string, said: ReadonlyMap<string, readonly string[]>): string {
  return page.replace(entry, (whole, ruleId: string) => {
    const lines = said
      .get(ruleId)
      ?.map((line) => `    ${line}`)
      .join('\n')
    return whole.replace(
      /(^(`{4,})markdown\n.*?\n\2\n)(?:\n {4}[^\n]*(?:\n {4}[^\n]*)*\n)?/ms,
      (_, fence: string) => (lines ? `${fence}\n${lines}\n` : fence),
    )
  })
}

const environments = `xen-4.17:
  label: Xen 4.17
  testbed: xen-qemu
  root: debian-12
  machine: virt
  cpus: 4
  memoryMb: 4096
  dom0MemoryMb: 1024
  clockHz: 54000000
  instructionNs: 2.66
  quantumUs: 1
`

/** Writes what the examples name into a project. */
export function writeProject(folder: string, standard: string): void {
  const files = {
    'experiments/environments.yaml': environments,
    'experiments/naps.ts':
      'export default async () => ({ columns: [], rows: [], exclusions: [], captured: {} })\n',
    'experiments/naps.sh': 'echo x; echo 1\n',
    'figures/wrong.vl.json': '{"mark": "pont"}',
    'data/survey.csv': 'subject,seconds\n1,3.5\n1,4.5\n2,5.5\n2,6.5\n',
    'paper/setup.png': '\x89PNG\r\n\x1a\n',
    'paper/references.bib': '@book{carroll1865, title = {Alice}, author = {Lewis Carroll}, year = 1865}\n',
    'paper/broken.bib': '@book{carroll1865, title = {Alice}, author = {Lewis Carroll}, year = 1865\n',
    'paper/published/naps.csv':
      'table,environment,pattern,n,mean_us\n1,old,short,5,10100\n1,old,long,5,20100\n',
    'paper/original.md': `${standard.replace('title: Naps', 'title: Naps\ntranslations: [paper/index.md]')}\n
It takes \`=naps.local.short.elapsedNs.mean\`.

\`\`\`yaml table
id: tbl-naps
kind: summary
from: naps
caption: Naps
\`\`\`
`,
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content, 'latin1')
  }
}

/** What is said of an example: `error unknown key: ...`, of this rule only. */
export async function messagesOf(
  { ruleId, example: text = '' }: Entry,
  standard: string,
  folder: string,
): Promise<readonly string[]> {
  const document = text.startsWith('---\n') ? `${text}\n` : `${standard}\n\n${text}\n`
  writeFileSync(join(folder, 'paper/index.md'), document)
  const site: Site = {
    project: folder,
    document: 'paper/index.md',
    cache: join(folder, 'cache'),
    seal: openSeal(folder),
    generator: 'repro',
  }
  const files = openFiles(folder)
  const opened = await openDocument(site, files)
  await rehearse(site, opened, files)
  const { file } = opened.document
  const own = file.messages.filter((message) => message.ruleId === ruleId)
  return own.map(({ fatal, reason }) => `${fatal ? 'error' : 'warning'} ${reason}`)
}

/** Calls that report something, with the rule as a literal. */
const reporting =
  /\b(?:fail|warn|failOnce|report|tell)\(\s*[\w.]+,\s*'([a-z-]+)'|\b(?:keyError|valueError|say|report|refuse|ExpressionError)\(\s*'([a-z]+(?:-[a-z]+)*)'|\bruleId: '([a-z-]+)'|: '([a-z]+-(?:import|syntax))'|return \['([a-z-]+)', place/g

/** Severities of a bibliography, and an argument of another kind. */
const others = ['error', 'warning']

/** Rules that the source names in `check/`, `document/`, `query/` and wherever else documents are checked. */
export function rulesInSource(src: string): ReadonlySet<string> {
  const folders = ['bibliography', 'check', 'claims', 'document', 'engine', 'project', 'query', 'results']
  const found = new Set<string>()
  for (const folder of folders)
    for (const path of readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.ts')) continue
      const text = readFileSync(join(src, folder, path), 'utf8')
      for (const [, ...groups] of text.matchAll(reporting))
        for (const ruleId of groups) if (ruleId !== undefined && !others.includes(ruleId)) found.add(ruleId)
    }
  return found
}
