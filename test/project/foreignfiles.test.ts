/** Every place where a document names a file reports an error there for a path out of the project. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDocument } from '../../src/project/site.ts'
import { openSeal } from '../../src/results/seal.ts'
import type { Environment } from '../../src/testbed/testbed.ts'
import { readEnvironments } from '../../src/testbeds/environments.ts'
import { xenQemu } from '../../src/testbeds/xen-qemu/testbed.ts'
import { source } from '../source.ts'

let around: string
let project: string
beforeEach(() => {
  around = mkdtempSync(join(tmpdir(), 'repro-foreign-'))
  project = join(around, 'project')
  const files = {
    '../secret.csv': 'environment,pattern,mean_us\na,b,1\n',
    'figures/f.vl.json': '{}',
    'experiments/nap.ts': '',
  }
  for (const [path, content] of Object.entries(files)) write(path, content)
  symlinkSync('../secret.csv', join(project, 'link.csv'))
})
afterEach(() => rmSync(around, { recursive: true }))

function write(path: string, content: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true })
  writeFileSync(join(project, path), content)
}

async function messagesOf(markdown: string): Promise<readonly string[]> {
  write('paper/index.md', markdown)
  const site = {
    project,
    document: 'paper/index.md',
    cache: join(around, 'cache'),
    generator: 'test',
    seal: openSeal(project, join(around, 'cache')),
  }
  const { document } = await openDocument(site)
  return document.file.messages
    .filter(({ fatal }) => fatal)
    .map(({ line, column, reason }) => `${line}:${column} ${reason}`)
}

const titled = (body: string, front = '') => `---\ntitle: T\n${front}---\n${body}`
const block = (info: string, keys: string) => titled(`\`\`\`yaml ${info}\n${keys}\n\`\`\`\n`)
const figure = (keys: string) => block('figure', `id: fig-a\ncaption: c\nalt: a\n${keys}`)
const experiment = (keys: string) =>
  block('experiment', `id: nap\nenvironments: [local]\ntrials: 1\npatterns:\n  p: {label: P}\n${keys}`)

describe.each([
  ['../secret.csv', /lies outside of the project|the path leaves the project/],
  ['/etc/passwd', /lies outside of the project|give the path relative to the project/],
  ['link.csv', /link\.csv leads out of the project by a link, to .*secret\.csv/],
])('%s is refused as', (path, reason) => {
  it.each([
    ['data of a figure', '10:11', figure(`spec: figures/f.vl.json\ndata:\n    rows: ${path}`)],
    ['spec of a figure', '8:7', figure(`spec: ${path}\ndata: {}`)],
    [
      'published numbers of a table',
      '9:12',
      block('table', `id: tbl-a\nkind: summary\ncaption: c\nfrom: nap\npublished: ${path}`),
    ],
    ['published tables', '3:13', titled('', `published: [${path}]\n`)],
    ['bibliography', '3:15', titled('As said [@a2020].\n', `bibliography: ${path}\n`)],
    ['script', '10:9', experiment(`script: ${path}`)],
    ['input', '11:10', experiment(`script: experiments/nap.ts\ninputs: [${path}]`)],
    ['original of a translation', '3:16', titled('', `translationOf: ${path}\n`)],
    ['translation', '3:16', titled('', `translations: [${path}]\n`)],
  ])('%s', async (_, at, markdown) => {
    const found = await messagesOf(markdown)
    const [one = ''] = found.filter((message) => message.startsWith(`${at} `))
    expect(one).toMatch(reason)
  })
})

it('a pattern that fits a link out of the project is an error at its place', async () => {
  const markdown = experiment(`script: experiments/nap.ts\ninputs: ['*.csv']`)
  expect(await messagesOf(markdown)).toEqual([
    expect.stringMatching(
      /^11:10 inputs: \*\.csv: link\.csv leads out of the project by a link, to .*secret\.csv$/,
    ),
  ])
})

it('environments that are a link out of the project are an error without a place', async () => {
  const file = 'experiments/environments.yaml'
  symlinkSync('../../secret.csv', join(project, file))
  await expect(messagesOf(titled(''))).rejects.toThrow(`${file} leads out of the project by a link`)
})

it('a package lock that is a link out of the project is an error when an environment needs it', async () => {
  const file = 'experiments/packages.lock.json'
  symlinkSync('../../secret.csv', join(project, file))
  const host = { project, cache: join(around, 'cache') }
  const found = readEnvironments(source('experiments/environments.yaml')).get('xen-4.17') as Environment
  const asked = [xenQemu.inputs([found], host, { digest: () => undefined }), xenQemu.isPrepared(found, host)]
  // At once, as the second would be rejected while nobody listens.
  await Promise.all(
    asked.map((one) => expect(one).rejects.toThrow(`${file} leads out of the project by a link`)),
  )
})
