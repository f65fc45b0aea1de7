/** A recorded definition, read again: it must say what the claim said. */

import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { readDefinition } from '../../src/claims/asrecorded.ts'
import { definitionOf } from '../../src/claims/definition.ts'
import type { ClaimBlock } from '../../src/document/block.ts'
import { parseDocument } from '../../src/document/document.ts'
import { publishedTable } from '../../src/query/published.ts'

const paper = (claim: string) => `---
title: T
conditions: {other: {label: O, cells: {x/one: x/two}}}
---

\`\`\`yaml experiment
id: x
script: x.ts
environments: [one, two]
trials: 5
discrete: true
invariants:
  - v + w = us
  - {operation: [go, stop], holds: "v <= us", tolerance: 0.5}
groups: {loads: [a, b], single: [b]}
patterns: {baseline: {}, a: {v: 1}, b: {v: 2}}
parameters: {v: 0}
\`\`\`

\`\`\`yaml claim
id: C1
statement: S
${claim}
\`\`\`
`
const table = publishedTable('t.csv', 'environment,pattern,n,mean_us,sd_us\nold,a,5,9,1\nold,b,5,7,1\n')
const read = (text: string) => {
  const document = parseDocument(new VFile({ path: 'paper/index.md', value: text }))
  expect(document.file.messages.map(({ reason }) => reason)).toEqual([])
  const claim = document.blocks.find((block) => block.type === 'claim') as ClaimBlock
  const experiments = document.blocks.filter((block) => block.type === 'experiment')
  return { claim, results: { experiments, published: [table] } }
}
/** Groups are named by their patterns, and labels are not part of a definition. */
const plain = (value: unknown) =>
  JSON.parse(
    JSON.stringify(value, (key, part) =>
      key === 'offsets' || key === 'label'
        ? undefined
        : part === Number.POSITIVE_INFINITY
          ? 'unbounded'
          : part,
    )
      .replaceAll('"loads"', '"a, b"')
      .replaceAll('"single"', '"b,"')
      .replaceAll('"*"', '"baseline, a, b"'),
  )

describe('a recorded definition', () => {
  it.each([
    'scope: shape\nvalue: x.one.a.us.mean / x.one.b.us.mean\nbetween: [1, null]',
    'scope: shape\nvalue: [x.one.a.us.mean / x.one.b.us.mean, max(x.one.loads.us.mean / x.one.baseline.us.mean)]\nbetween: [-1e-7, 2.5]',
    "scope: shape\nvalue: max(x.one.single.us.mean) / min(x.one['*'].us.mean)\nbetween: [null, 3]",
    'scope: shape\nascending: [x.one.a.us.mean, -x.one.b.us.p95, abs(x.one.a.us.mean - x.one.b.us.mean)]',
    'scope: method\nfrom: x.one.a.us\nto: x.one.b.us\ndirection: same\ntolerance: 12.5%',
    'scope: absolute\nmachine: {hypervisor: Xen 4.13}\nvalue: x.one.a.us.mean\npublished: 7\ntolerance: 0.25',
    'scope: shape\nvalue: x.one.a.us.mean / x.one.b.us.mean\npublished: =published.old.a.total.mean / published.old.b.total.mean | fixed(2)\ntolerance: 20 %',
    'scope: shape\nagrees: x.one.a.us.mean / x.one.b.us.mean\npublished: =published.old.a.total.mean / published.old.b.total.mean',
    'scope: shape\nskip: later\nconditions: []\nvalue: x.one.a.us.mean / x.one.b.us.mean\nbetween: [1, 2]\ncontrol: {label: none, cells: {x/one/a: x/one/baseline}}',
  ])('of %j is that of the claim', (text) => {
    const { claim, results } = read(paper(text))
    const found = readDefinition('C1', definitionOf(claim, results)) ?? expect.unreachable()
    const { test, conditions = [], control, machine, skip, scope } = claim
    expect(plain(found.claim.test)).toEqual(plain(test))
    expect(plain(found.claim.conditions)).toEqual(plain(conditions))
    expect(plain(found.claim.control ?? null)).toEqual(plain(control ?? null))
    expect([found.claim.machine, found.claim.skip, found.claim.scope]).toEqual([machine, skip, scope])
    expect(found.discrete).toEqual(new Set(['x']))
    const [{ invariants } = { invariants: [] }] = results.experiments
    expect(plain(found.invariants.get('x'))).toEqual(plain(invariants))
  })

  it('that cannot be read is none', () => {
    const good = { statement: 'S', scope: 'shape', value: 'x.one.a.us.mean', between: '[1, 2]' }
    expect(readDefinition('C1', good)).toBeDefined()
    for (const bad of [
      { ...good, value: 'x.one.' },
      { ...good, between: 'any' },
      { ...good, 'invariant x': 'v + w' },
      { ...good, 'control: value': '(' },
      { statement: 'S', scope: 'shape' },
    ])
      expect(readDefinition('C1', bad)).toBeUndefined()
  })
})
