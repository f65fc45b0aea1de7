import { describe, expect, it } from 'vitest'
import type { Step } from '../../src/engine/plan.ts'
import { groupsOf, openRounds, turnsOf, turnsText } from '../../src/engine/rounds.ts'

const boots = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ number: index + 1, trials: 1, key: '', journal: '' }))

function step(pattern: string, { count = 3, seed = 1, order = 'interleaved', experiment = 'e' } = {}): Step {
  const block = { id: experiment, seed, order }
  return {
    cell: { experiment, environment: 'local', pattern, block },
    boots: boots(count),
  } as unknown as Step
}
const patterns = ['a', 'b', 'c', 'd']
const shown = (steps: readonly Step[]) =>
  turnsOf(steps).map(({ step, boot }) => `${step.cell.pattern}${boot.number}`)

describe('rounds', () => {
  it('have a boot of each pattern, in an order of their own', () => {
    const turns = shown(patterns.map((pattern) => step(pattern)))
    const rounds = [0, 1, 2].map((round) => turns.slice(4 * round, 4 * round + 4))
    for (const [index, round] of rounds.entries())
      expect(round.toSorted()).toEqual(patterns.map((pattern) => `${pattern}${index + 1}`))
    expect(new Set(rounds.map((round) => round.map((one) => one.slice(0, 1)).join(''))).size).toBeGreaterThan(
      1,
    )
  })

  it('reverse every second one, so that a steady drift adds the same to all patterns', () => {
    const steps = patterns.map((pattern) => step(pattern, { count: 6 }))
    const turns = turnsOf(steps)
    const sums = steps.map((one) =>
      turns.reduce((sum, turn, index) => sum + (turn.step === one ? index : 0), 0),
    )
    expect(new Set(sums).size).toBe(1)
    const [first] = steps
    expect(first && turnsText(first, turns)).toMatch(/^(?:\d+, ){5}\d+ of 24$/)
  })

  it('are the same for a seed, whatever order the cells come in and whatever patterns are left out', () => {
    const all = patterns.map((pattern) => step(pattern))
    expect(shown(all.toReversed())).toEqual(shown(all))
    expect(shown(all.slice(1))).toEqual(shown(all).filter((one) => !one.startsWith('a')))
    const other = patterns.map((pattern) => step(pattern, { seed: 2 }))
    expect(shown(other)).not.toEqual(shown(all))
  })

  it('are of one block, and a pattern alone where its order is blocked', () => {
    const steps = [step('a'), step('b'), step('a', { experiment: 'f', order: 'blocked' })]
    const blocked = step('b', { experiment: 'f', order: 'blocked' })
    expect(groupsOf([...steps, blocked]).map((group) => group.length)).toEqual([2, 1, 1])
  })

  it('run one boot at a time, and end a cell before the next boot', async () => {
    const steps = [step('a', { count: 2 }), step('b', { count: 2 })]
    const log: string[] = []
    const { enterOf, run } = openRounds(turnsOf(steps))
    let running = 0
    const ends = new Map(
      steps.map((one) => {
        const enter = enterOf(one)
        const done = one.boots.map((boot) =>
          enter(boot, async () => {
            running += 1
            expect(running).toBe(1)
            await new Promise((resolve) => setTimeout(resolve, 1))
            log.push(`${one.cell.pattern}${boot.number}`)
            running -= 1
          }),
        )
        const end = Promise.all(done).then(async () => {
          await new Promise((resolve) => setTimeout(resolve, 5))
          log.push(`end ${one.cell.pattern}`)
        })
        return [one, end] as const
      }),
    )
    await run(async (one) => await ends.get(one))
    expect(log.filter((one) => !one.startsWith('end'))).toEqual(shown(steps))
    const [first = ''] = shown(steps).slice(2)
    expect(log.indexOf(`end ${first.slice(0, 1)}`)).toBe(log.indexOf(first) + 1)
  })

  it('go on behind a boot that fails', async () => {
    const one = step('a', { count: 2 })
    const { enterOf, run } = openRounds(turnsOf([one]))
    const [failed, other] = one.boots.map((boot) =>
      enterOf(one)(boot, async () => {
        if (boot.number === 1) throw new Error('lost')
        return 'done'
      }),
    )
    const [told, last] = await Promise.all([Promise.allSettled([failed, other]), run(async () => {})])
    expect(last).toBeUndefined()
    expect(told).toMatchObject([{ status: 'rejected', reason: new Error('lost') }, { value: 'done' }])
  })
})
