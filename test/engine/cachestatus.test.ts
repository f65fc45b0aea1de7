import { describe, expect, it } from 'vitest'
import { type AcceptedInputs, cacheStatusOf } from '../../src/engine/cachestatus.ts'
import { keyOf } from '../../src/results/key.ts'
import type { Inputs, Run } from '../../src/results/run.ts'
import { fakeRun } from '../results/fake.ts'

const [one, two] = ['1'.repeat(64), '2'.repeat(64)]
const inputs: Inputs = {
  script: one,
  'file experiments/board/loop.c': one,
  'parameter domu.vcpus': 3,
  'parameter scheduler': 'credit2',
  'environment cpus': 4,
  'packages debian-11': one,
  trials: 4,
  seed: 1,
}
const keyed = (one: Inputs): Run => ({ ...fakeRun(), key: keyOf(fakeRun(), one), inputs: one })
const run = keyed(inputs)

function accepted(changed: Partial<Inputs> = {}): AcceptedInputs {
  const now = Object.fromEntries(
    Object.entries({ ...inputs, ...changed }).filter(([, value]) => value !== undefined),
  )
  return [() => now as Inputs]
}

const none = () => undefined
const unread = () => {
  throw new Error('a run made here was read')
}

describe('a status', () => {
  it('is recorded when the recorded run has the inputs, and no cached one is read', () => {
    expect(cacheStatusOf(accepted(), run, unread)).toEqual({ type: 'recorded', run })
  })

  it('is recorded for any of the alternatives', () => {
    const either = [...accepted({ 'packages debian-11': two }), ...accepted()]
    expect(cacheStatusOf(either, run, none).type).toBe('recorded')
  })

  it('is cached when only a cached run fits', () => {
    const cached = () => ({ ...run, key: 'wrong' })
    expect(cacheStatusOf(accepted({ trials: 9 }), run, cached).type).toBe('cached')
  })

  it('takes inputs without boots for those of one', () => {
    const reason = (before: Partial<Inputs>, now: Partial<Inputs>) => {
      const recorded = keyed({ ...inputs, ...before } as Inputs)
      return cacheStatusOf(accepted(now), recorded, none)
    }
    expect(reason({}, { boots: 5, trials: 50 })).toMatchObject({ reason: 'boots 1 -> 5, trials 4 -> 50' })
    expect(reason({ boots: 5 }, { seed: 2 })).toMatchObject({ reason: 'boots 5 -> 1, seed 1 -> 2' })
  })

  it('is missing when there is no run', () => {
    expect(cacheStatusOf(accepted(), undefined, none)).toEqual({ type: 'missing', reason: 'never run' })
  })

  it('says of a cell without a record what changed since it was run here', () => {
    const newest = (matches?: unknown) => (matches ? undefined : run)
    const reason = 'trials 4 -> 50 since it was run here'
    expect(cacheStatusOf(accepted({ trials: 50 }), undefined, newest)).toEqual({
      type: 'missing',
      reason,
      before: run,
    })
  })

  it.each<[string, Partial<Inputs>]>([
    ['trials 4 -> 50', { trials: 50 }],
    ['seed 1 -> 2', { seed: 2 }],
    ['script changed', { script: two }],
    ['experiments/board/loop.c changed', { 'file experiments/board/loop.c': two }],
    ['experiments/board/loop.c removed', { 'file experiments/board/loop.c': undefined }],
    ['experiments/board/new.c added', { 'file experiments/board/new.c': two }],
    ['environment cpus 4 -> 2', { 'environment cpus': 2 }],
    ['packages debian-11 changed', { 'packages debian-11': two }],
    ['domu.vcpus 3 -> 1', { 'parameter domu.vcpus': 1 }],
    ['scheduler credit2 -> null', { 'parameter scheduler': 'null' }],
    ['load none -> 4', { 'parameter load': 4 }],
    ['script changed, trials 4 -> 5', { trials: 5, script: two }],
  ])('is stale with the reason %s', (reason, changed) => {
    expect(cacheStatusOf(accepted(changed), run, none)).toEqual({ type: 'stale', run, reason })
  })

  it('names the first of many changes, those of files last', () => {
    const files = Object.fromEntries([1, 2, 3].map((n) => [`file experiments/board/${n}.c`, two]))
    const status = cacheStatusOf(accepted({ ...files, trials: 9, script: two, seed: 2 }), run, none)
    expect(status).toMatchObject({
      reason:
        'script changed, seed 1 -> 2, trials 4 -> 9, experiments/board/1.c added, and 2 more changes (see repro explain)',
    })
  })

  it('blames the program when nothing else differs', () => {
    const status = cacheStatusOf(accepted(), { ...run, key: keyOf(run, inputs, 1) }, none)
    expect(status).toMatchObject({ type: 'stale', reason: 'made by another version of repro' })
  })
})
