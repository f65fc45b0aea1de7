/** The table of claims counts the verdicts. */

import { VFile } from 'vfile'
import { expect, it } from 'vitest'
import { judge, type Judgement } from '../../src/claims/judge.ts'
import { parseDocument } from '../../src/document/document.ts'
import { english } from '../../src/locale/en.ts'
import { japanese } from '../../src/locale/ja.ts'
import { tableKinds } from '../../src/report/tables/kinds.ts'

const value = `
\`\`\`yaml claim
id: C1
statement: It takes as long
scope: shape
value: latency['xen-4.14'].baseline.total.mean
between: [1, 2]
skip: never run
\`\`\`
`
const { blocks } = parseDocument(new VFile({ value, path: 'page.md' }))
const notes = (verdicts: readonly Judgement['verdict'][], messages = english) => {
  const evidence = { results: { experiments: [], runs: [] }, stale: new Map() }
  const verifications = blocks.flatMap((claim) =>
    claim.type === 'claim'
      ? verdicts.map((verdict) => ({ claim, recorded: { ...judge(claim, evidence), verdict } }))
      : [],
  )
  const display = (text: string) => text
  const context = { experiment: undefined, runs: [], published: [], earlier: [], messages, display }
  return tableKinds.get('claims')?.render({}, { ...context, verifications } as never).notes
}

it('in the order of the verdicts, without those that no claim has', () => {
  const [tally, rest] = notes(['not testable', 'reproduced', 'inconclusive', 'reproduced']) ?? []
  expect(tally).toBe('reproduced: 2; inconclusive: 1; not testable: 1.')
  expect(rest).toMatch(/^Numbers in brackets/)
  expect(notes([])?.[0]).toBe(rest)
})

it('in the words of the language', () => {
  const { verdicts } = japanese.claim
  expect(notes(['reproduced'], japanese)?.[0]).toBe(`${verdicts.reproduced}: 1.`)
})
