import { describe, expect, it } from 'vitest'
import type { Parameters } from '../../src/document/block.ts'
import { verdictOf, type Wanted } from '../../src/plan/verdict.ts'
import type { Inputs, Run } from '../../src/results/run.ts'
import { fakeRun } from '../results/fake.ts'

const inputs: Inputs = {
  script: 's',
  board: 'b',
  parameters: 'p',
  trials: 4,
  seed: 1,
  environment: 'e',
  packages: 'k',
}
const parameters = { domu: { vcpus: 3 }, scheduler: 'credit2' }
const run: Run = { ...fakeRun(), key: 'right', trials: 4, seed: 1, parameters, inputs }

function wanted(changed: Partial<Inputs> = {}, asked: Parameters = parameters): Wanted {
  const same = Object.keys(changed).length === 0 && asked === parameters
  return { inputs: { ...inputs, ...changed }, parameters: asked, keys: [same ? 'right' : 'wrong'] }
}

describe('a verdict', () => {
  it('is recorded when the recorded run has the key, also beside a cached one', () => {
    expect(verdictOf(wanted(), run, run)).toEqual({ type: 'recorded', run })
  })

  it('is recorded for any of the accepted keys', () => {
    expect(verdictOf({ ...wanted(), keys: ['mine', 'right'] }, run, undefined).type).toBe('recorded')
  })

  it('is cached when only a cached run fits', () => {
    expect(verdictOf(wanted({ trials: 9 }), run, { ...run, key: 'wrong' }).type).toBe('cached')
  })

  it('is missing when there is no run', () => {
    expect(verdictOf(wanted(), undefined, undefined)).toEqual({ type: 'missing', reason: 'never run' })
  })

  it.each<[string, Partial<Inputs>, Parameters]>([
    ['trials 4 -> 50', { trials: 50 }, parameters],
    ['seed 1 -> 2', { seed: 2 }, parameters],
    ['script changed', { script: 'new' }, parameters],
    ['board programs changed', { board: 'new' }, parameters],
    ['environment redefined', { environment: 'new' }, parameters],
    ['packages changed', { packages: 'new' }, parameters],
    ['domu.vcpus 3 -> 1', { parameters: 'new' }, { ...parameters, domu: { vcpus: 1 } }],
    ['scheduler credit2 -> null', { parameters: 'new' }, { ...parameters, scheduler: 'null' }],
    ['load none -> 4', { parameters: 'new' }, { ...parameters, load: 4 }],
    ['trials 4 -> 5, script changed', { trials: 5, script: 'new' }, parameters],
  ])('is stale with the reason %s', (reason, changed, asked) => {
    expect(verdictOf(wanted(changed, asked), run, undefined)).toEqual({ type: 'stale', run, reason })
  })

  it('blames the program when nothing else differs', () => {
    const verdict = verdictOf({ ...wanted(), keys: ['wrong'] }, run, undefined)
    expect(verdict).toMatchObject({ type: 'stale', reason: 'made by another version of repro' })
  })
})
