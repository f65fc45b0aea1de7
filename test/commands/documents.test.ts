/**
 * Tables of commands and options in documents are what the definitions say. To write them anew after a change of a definition:
 * npx vitest run test/commands/documents.test.ts -u
 */

import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Command, commandsIn } from '../../src/commands/command.ts'
import { optionTerm, optionText } from '../../src/commands/help.ts'
import { registry } from '../../src/commands/registry.ts'
import { code, keysOf, referenceTables, schemas, table } from '../docs/reference.ts'
import { source } from '../source.ts'

const commands = commandsIn(registry)
const ofTrace = commands.filter(([path]) => path.startsWith('trace '))

/** Tables by their names in markers. */
const tables: ReadonlyMap<string, () => string> = new Map([
  ...referenceTables,
  ['commands', () => commandTable(commands)],
  ['options of build and run', () => optionTable(found('build'))],
  ['options of verify', () => optionTable(found('verify'))],
  ['trace commands', () => commandTable(ofTrace)],
  ['options of trace commands', () => sharedTable(ofTrace)],
])

function found(path: string): Command {
  const command = new Map(commands).get(path)
  if (command === undefined) throw new Error(`no command ${path}`)
  return command
}

/** With links to further pages, as seen from README.md, if the commands have different ones. */
function commandTable(shown: typeof commands): string {
  const hasPages = new Set(shown.map(([, { docs }]) => docs)).size > 1
  const rows = shown.map(([, { usage, summary, docs = '' }]) => {
    const page = docs === '' ? '' : `[${basename(docs)}](${docs})`
    return [code(`repro ${usage}`), summary, ...(hasPages ? [page] : [])]
  })
  return table(['command', 'does', ...(hasPages ? ['more'] : [])], rows)
}

function optionTable({ options }: Command): string {
  const rows = Object.entries(options).map(([name, option]) => [
    code(optionTerm(name, option)),
    optionText(option),
  ])
  return table(['option', 'means'], rows)
}

/** Options of several commands, each with the commands that have it; where its meanings differ, once for each. */
function sharedTable(shown: typeof commands): string {
  const owners = new Map<string, string[]>()
  for (const [path, { options }] of shown)
    for (const [name, option] of Object.entries(options)) {
      const row = JSON.stringify([code(optionTerm(name, option)), optionText(option)])
      owners.set(row, [...(owners.get(row) ?? []), code(path.split(' ').at(-1) ?? path)])
    }
  const rows = [...owners].map(([row, names]) => {
    const [term, text]: [string, string] = JSON.parse(row)
    return [term, names.join(', '), text]
  })
  return table(['option', 'of', 'means'], rows)
}

describe.each([
  ['README.md', 2],
  ['docs/claims.md', 1],
  ['docs/trace.md', 2],
  ['docs/reference.md', referenceTables.size - 1],
])('%s', (path, count) => {
  it('has the tables that the definitions give', async () => {
    const text = readFileSync(source(path), 'utf8')
    let tablesIn = 0
    const expected = text.replace(
      /(<!-- generated: (.+) -->\n)[\s\S]*?(\n<!-- end -->)/g,
      (_, start: string, name: string, end: string) => {
        tablesIn++
        return `${start}\n${tables.get(name)?.() ?? `no table is called ${name}`}\n${end}`
      },
    )
    expect(tablesIn).toBe(count)
    await expect(expected).toMatchFileSnapshot(source(path))
  })
})

it('every key that an author may write has a meaning', () => {
  const keys = [...schemas].flatMap(([name, schema]) => keysOf(schema).map((key) => [name, key] as const))
  expect(keys.length).toBeGreaterThan(150)
  expect(keys.flatMap(([name, key]) => (key.means === '' ? [`${name}: ${key.name}`] : []))).toEqual([])
})
