/** The names of the program, in documents and in what they tell a reader to run. */

import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { commandName, invocation, registryName } from '../../src/text/program.ts'
import { source } from '../source.ts'

const inFolder = (folder: string, ending: RegExp) =>
  readdirSync(source(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => `${folder}/${name}`)

const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'CHANGELOG.md'],
  ...inFolder('docs', /\.md$/),
  ...inFolder('paper', /\.md$/),
  ...inFolder('templates', /\.(?:md|ya?ml|ts)$/),
  ...inFolder('.github', /\.(?:md|yml)$/),
]
const sources = inFolder('src', /\.ts$/)

/** A way of npm to run a command, and what follows; not our own test runner. */
const runs = /(?:npx|npm exec|npm x|pnpm dlx|yarn dlx|bunx)\s+(?!vitest|tsc)\S.*/g
/** As documents write it, as the source makes it, and where one speaks of the wrong way. */
const allowed = [
  `${invocation} `,
  `${invocation}\``,
  'npx --no-install ${commandName}',
  'npx repro` where',
  'npx repro` would',
]

const wrongIn = (path: string) =>
  (readFileSync(source(path), 'utf8').match(runs) ?? []).filter(
    (run) => !allowed.some((start) => run.startsWith(start)),
  )

it.each(documents)('%s tells nobody to run a command that npm would take from a registry', (path) => {
  expect(wrongIn(path)).toEqual([])
})

it('no report, archive or message does', () => {
  expect(sources.length).toBeGreaterThan(100)
  expect(sources.flatMap(wrongIn)).toEqual([])
})

it('finds a bare npx', () => {
  expect('run npx repro build'.match(runs)).toEqual(['npx repro build'])
  expect('run npm exec repro'.match(runs)).toEqual(['npm exec repro'])
})

it('is called in the package what documents call it', () => {
  const { name, bin } = JSON.parse(readFileSync(source('package.json'), 'utf8'))
  expect([name, Object.keys(bin)]).toEqual([commandName, [commandName]])
})

it('has a name for the registry, which one document says', () => {
  const text = readFileSync(source('docs/beginning.md'), 'utf8')
  expect(text).toContain(`npm install ${commandName}@npm:${registryName}`)
  const others = [...documents, ...sources].filter((path) =>
    readFileSync(source(path), 'utf8').includes(registryName),
  )
  expect(others).toEqual(['docs/beginning.md', 'src/text/program.ts'])
})
