import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkConditions } from '../../src/check/conditions.ts'
import { judge } from '../../src/claims/judge.ts'
import { expressionsOf } from '../../src/document/claim.ts'
import type { Document } from '../../src/document/document.ts'
import { references } from '../../src/query/expression.ts'
import { fakeRun } from '../results/fake.ts'
import { latencyPaper } from './latencypaper.ts'

const cells = `patterns: {net-idle: {}, domu-net: {}, domu-cpu: {}, only-old: {only: [xen-4.14]}}
groups: {loads: [domu-net, domu-cpu], nets: [net-idle, domu-net]}`
const paper = (claim: string, front = '') => latencyPaper(cells, claim, front)
const written = (test: string, cells: string) =>
  `id: C1\nstatement: S\nscope: shape\n${test}\ncontrol:\n  label: no I/O\n  cells: ${cells}`
const shift =
  "from: latency['xen-4.17']['net-idle'].pause.total\nto: latency['xen-4.17']['domu-net'].pause.total\ndirection: up"
const claimIn = ({ blocks }: Document) =>
  blocks.flatMap((block) => (block.type === 'claim' ? [block] : []))[0]
const cellsRead = (document: Document) => {
  const { control } = claimIn(document) ?? {}
  return (
    control &&
    expressionsOf(control.test)
      .flatMap(references)
      .map(({ parts }) => parts.slice(0, 3).join('/'))
  )
}
const messages = (document: Document) => {
  checkConditions(document)
  return document.file.messages.map(({ line, ruleId, reason }) => `${line} ${ruleId} ${reason}`)
}

describe('a control', () => {
  it.each([
    [
      shift,
      '{latency/xen-4.17/domu-net: latency/xen-4.17/domu-cpu}',
      ['latency/xen-4.17/net-idle', 'latency/xen-4.17/domu-cpu'],
    ],
    [
      shift,
      '{latency/xen-4.17: latency/xen-4.14}',
      ['latency/xen-4.14/net-idle', 'latency/xen-4.14/domu-net'],
    ],
    [
      "value: min(latency['xen-4.17'].loads.pause.total.mean / latency['xen-4.17']['net-idle'].pause.total.mean)\nbetween: [1, null]",
      '{latency/xen-4.17/loads: latency/xen-4.17/nets}',
      ['latency/xen-4.17/nets', 'latency/xen-4.17/net-idle'],
    ],
    [
      "value: min(latency['xen-4.17']['domu-net, domu-cpu'].pause.total.mean) / latency['xen-4.17']['net-idle'].pause.total.mean\nbetween: [1, null]",
      '{latency/xen-4.17/domu-net: latency/xen-4.17/net-idle}',
      ['latency/xen-4.17/net-idle, domu-cpu', 'latency/xen-4.17/net-idle'],
    ],
  ])('reads the same test over other cells: %s %s', (test, cells, expected) => {
    const document = paper(written(test, cells))
    expect(cellsRead(document)).toEqual(expected)
    expect(messages(document)).toEqual([])
  })

  it.each([
    [
      '{latency/xen-4.17/domu-nut: latency/xen-4.17/domu-cpu}',
      /^23 unknown-cell .*domu-nut.*did you mean latency\/xen-4.17\/domu-net/,
    ],
    [
      '{latency/xen-4.17/domu-net: latency/xen-4.17/only-old}',
      /^23 unknown-cell .*names latency\/xen-4.17\/only-old/,
    ],
    ['{latency/xen-4.17/domu-net: latency/xen-4.17/domu-net}', /^23 idle-control .*by itself/],
    [
      '{latency/xen-4.17/domu-cpu: latency/xen-4.17/domu-net}',
      /^23 idle-control .*does not read \(it reads latency\/xen-4.17\/net-idle, latency\/xen-4.17\/domu-net\)/,
    ],
    [
      '{latency/xen-4.14: latency/xen-4.17}',
      /^23 idle-control .*does not read \(it reads latency\/xen-4.17\)/,
    ],
    ['{}', /name at least one cell/],
    ['{latency/xen-4.17/domu-net: latency/xen-4.14}', /a pattern on both sides, or on neither/],
  ])('that controls nothing is refused: %s', (cells, reason) => {
    const found = messages(paper(written(shift, cells)))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(reason)
  })

  it('is named in the words of a translation', () => {
    const document = paper(
      written(shift, '{latency/xen-4.17: latency/xen-4.14}'),
      'texts: {no I/O: 入出力なし}\n',
    )
    expect(claimIn(document)?.control?.label).toBe('入出力なし')
  })
})

it('is explained by an example that works', () => {
  const guide = readFileSync(new URL('../../docs/claims.md', import.meta.url), 'utf8')
  const example = [...guide.matchAll(/```yaml\n(id: .*?)```/gs)].find(([, text]) =>
    text?.includes('control:'),
  )?.[1]
  const document = paper((example ?? '').replace(/^(?:shows|published):.*\n/gm, ''))
  expect(messages(document)).toEqual([])
  const claim = claimIn(document)
  const verdict = (cpuUs: number) => {
    const runs = Object.entries({ 'net-idle': 6000, 'domu-net': 30_000, 'domu-cpu': cpuUs }).map(
      ([pattern, xlUs]) => fakeRun({ environment: 'xen-4.17', trials: 20, pattern, xlUs }),
    )
    const experiments = document.blocks.filter((block) => block.type === 'experiment')
    return claim && judge(claim, { results: { experiments, runs }, stale: new Map() })
  }
  expect(verdict(6000)).toMatchObject({ verdict: 'reproduced', control: { verdict: 'not reproduced' } })
  expect(verdict(30_000)).toMatchObject({
    verdict: 'inconclusive',
    reason: 'the control passes as well: the same test holds for CPU load in the domU, which does no I/O',
  })
})
