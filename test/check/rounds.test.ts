import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { check, type Project } from '../../src/check/check.ts'
import { parseDocument } from '../../src/document/document.ts'
import type { Column } from '../../src/results/run.ts'

function warnings(keys: string, columns?: readonly Column[]): readonly string[] {
  const block = `id: e\nscript: a.ts\nenvironments: [xen, local]\nparameters: {a: 1}\n${keys}`
  const file = new VFile(`---\ntitle: T\n---\n\n\`\`\`yaml experiment\n${block}\n\`\`\`\n`)
  const project: Project = {
    ...{
      exists: () => true,
      problem: () => undefined,
      match: () => [],
      read: () => undefined,
      list: () => [],
    },
    ...{ environments: ['xen', 'local'], shared: ['local'], languages: ['en'], tableKinds: new Map() },
    ...(columns ? { columns: () => columns } : {}),
  }
  check(parseDocument(file), project)
  return file.messages.map(({ line, ruleId, reason }) => `${line} ${ruleId} ${reason}`)
}
const times: readonly Column[] = [{ name: 'time', role: 'measure', unit: 'ns' }]
const several = 'trials: 20\npatterns: {p: {}, q: {a: 2}}'

describe('local patterns of one boot', () => {
  it('are warned of, with what to write', () => {
    expect(warnings(several, times)).toEqual([
      expect.stringMatching(/^10 one-round .* boots: 6 runs them in 6 rounds/),
    ])
    expect(warnings(several.replace('20', '3'), times)).toEqual([
      expect.stringContaining('boots: 3 runs them'),
    ])
  })

  it.each([
    ['trials: 20\npatterns: {p: {}}'],
    ['trials: 1\npatterns: {p: {}, q: {a: 2}}'],
    [`${several}\nboots: 2`],
    [`${several}\nparallel: true`],
    [`${several}\norder: blocked`],
    [`${several}\norder: interleaved`],
  ])('are not where there is nothing to interleave, nothing timed, or a decision: %s', (keys) => {
    expect(warnings(keys, times)).toEqual([])
  })

  it('are not where the recorded runs have no times, or nothing is recorded', () => {
    expect(warnings(several)).toEqual([])
    expect(warnings(several, [{ name: 'size', role: 'measure', unit: 'B' }])).toEqual([])
  })
})
