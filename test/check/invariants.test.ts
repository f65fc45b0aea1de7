/** Invariants in a document: their places, and columns that the recorded runs lack. */

import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { check } from '../../src/check/check.ts'
import { parseDocument } from '../../src/document/document.ts'
import { columns } from '../results/fake.ts'

function messages(invariants: string, recorded: typeof columns | 'none' = columns): readonly string[] {
  const value = `---
title: T
---

\`\`\`yaml experiment
id: latency
script: a.ts
environments: [xen-4.14]
trials: 4
invariants:
  - ${invariants}
patterns: {baseline: {}}
\`\`\`
`
  const document = parseDocument(new VFile({ path: 'd.md', value }))
  check(document, {
    exists: () => true,
    problem: () => undefined,
    match: () => [],
    read: () => undefined,
    list: () => [],
    environments: ['xen-4.14'],
    tableKinds: new Map(),
    languages: ['en'],
    columns: () => (recorded === 'none' ? undefined : recorded),
  })
  return document.file.messages.map(({ line, column, reason }) => `${line}:${column} ${reason}`)
}

describe('an invariant of a block', () => {
  it.each([
    ['xl-to-xen <= command', []],
    ['{operation: pause, where: {found: [blocked, running]}, holds: total > 0, tolerance: 2}', []],
    ['total = xl-to-xe', ['11:5 unknown measure of the recorded runs: xl-to-xe (did you mean xl-to-xen?)']],
    [
      '{where: {fond: blocked}, holds: total > 0}',
      ['11:5 unknown factor of the recorded runs: fond (did you mean found?)'],
    ],
    ['total = xl to', ['11:16 unexpected to in expression']],
    [
      '{holds: total = pause.total}',
      ['11:21 pause.total is no column: write its name, in brackets if it has a dot'],
    ],
    [
      '{hold: total = total}',
      ['11:5 missing key: invariants[0].holds', '11:6 unknown key: hold (did you mean holds?)'],
    ],
  ])('%s', (text, expected) => {
    const found = messages(text)
    expect(found).toHaveLength(expected.length)
    for (const [index, message] of expected.entries()) expect(found[index]).toContain(message)
  })

  it('is not held against columns where nothing is recorded', () => {
    expect(messages('any-thing = something')).toHaveLength(2)
    expect(messages('any-thing = something', 'none')).toEqual([])
  })
})
