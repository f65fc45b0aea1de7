/**
 * docs/problems.md has every rule that the source names, and what is said of its examples. To write that anew:
 * npx vitest run test/docs/problems.process.test.ts -u
 */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { project } from '../project.ts'
import { source } from '../source.ts'
import {
  type Entry,
  entriesOf,
  messagesOf,
  rulesInSource,
  standardDocument,
  withMessages,
  writeProject,
} from './problems.ts'

const path = source('docs/problems.md')
const page = readFileSync(path, 'utf8')
const entries = entriesOf(page)

/** What it takes to show these, beside a text. */
const withoutExample = new Map([
  ['control-character', 'signs that an editor does not show'],
  ['encoding', 'bytes that are no text'],
  ['equal-cells', 'recorded runs'],
  ['limit', 'a very long document'],
  ['one-round', 'recorded runs'],
  ['other-machine', 'recorded runs'],
  ['outside-import', 'a file outside of the project'],
  ['unmet-claim', 'an unlucky search'],
])

describe('docs/problems.md', () => {
  it('has each rule once, and every one that the source names', () => {
    const documented = entries.map(({ ruleId }) => ruleId)
    expect(new Set(documented).size).toBe(documented.length)
    const named = rulesInSource(source('src'))
    expect(named.size).toBeGreaterThan(100)
    expect([...named].filter((ruleId) => !documented.includes(ruleId))).toEqual([])
    const bare = entries.flatMap(({ ruleId, example }) => (example === undefined ? [ruleId] : []))
    expect(bare.sort()).toEqual([...withoutExample.keys()])
    expect(bare.filter((ruleId) => !named.has(ruleId))).toEqual([])
  })

  it('has an example of each that triggers it, with what is said', { timeout: 300_000 }, async () => {
    const standard = standardDocument(page)
    writeProject(project, standard)
    const said = new Map<string, readonly string[]>()
    for (const entry of entries.filter(({ example }) => example !== undefined))
      said.set(entry.ruleId, await messagesOf(entry, standard, project))
    expect([...said].flatMap(([ruleId, lines]) => (lines.length === 0 ? [ruleId] : []))).toEqual([])
    await expect(withMessages(page, said)).toMatchFileSnapshot(path)
  })

  it('would tell an example that triggers nothing, and a rule that is missing', async () => {
    const standard = standardDocument(page)
    writeProject(project, standard)
    const harmless: Entry = { ruleId: 'unknown-key', example: 'Text.' }
    expect(await messagesOf(harmless, standard, project)).toEqual([])
    expect(
      await messagesOf({ ruleId: 'unknown-reference', example: 'See @tbl-x.' }, standard, project),
    ).toEqual(['error unknown table: @tbl-x (none defined)'])
  })
})
