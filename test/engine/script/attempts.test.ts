import { expect, it } from 'vitest'
import { mergeBoots } from '../../../src/engine/mergeboots.ts'
import { withAttempts } from '../../../src/engine/script/attempts.ts'
import type { Result } from '../../../src/engine/script/cell.ts'

const result: Result = {
  columns: [
    { name: 'trial', role: 'index' },
    { name: 'total', role: 'measure', unit: 'us' },
  ],
  rows: [{ trial: 1, total: 3 }],
  exclusions: [],
  captured: { CPU: 'x' },
}
const cut = { job: 1, attempt: 1, reason: 'the connection was cut' }
const rebooted = { job: 2, attempt: 1, reason: 'dom0 rebooted' }

it('a result says that nothing was given up', () => {
  expect(withAttempts(result, [])).toEqual({
    ...result,
    captured: { CPU: 'x', 'discarded attempts': 'none' },
  })
})

it('a result tells what was given up, in words and as a dataset', () => {
  const told = withAttempts(result, [cut, rebooted])
  expect(told.captured['discarded attempts']).toBe('2 (the connection was cut; dom0 rebooted)')
  expect(told.datasets?.attempts?.rows).toEqual([cut, rebooted])
  expect(told.rows).toBe(result.rows)
})

it('a script cannot take the names', () => {
  const own = { ...result, captured: { 'discarded attempts': 'none' } }
  expect(() => withAttempts(own, [cut])).toThrow(/take another name/)
  const dataset = { ...result, datasets: { attempts: { columns: result.columns, rows: [] } } }
  expect(() => withAttempts(dataset, [])).toThrow(/take another name/)
})

it('attempts of all boots are kept, each with its boot; other datasets come from the first', () => {
  const picture = { columns: result.columns, rows: result.rows }
  const boots = [
    withAttempts({ ...result, datasets: { picture } }, [cut]),
    withAttempts(result, []),
    withAttempts(result, [rebooted]),
  ].map((one) => ({ trials: 1, result: one }))
  const merged = mergeBoots(boots)
  expect(merged.datasets?.attempts?.rows).toEqual([
    { boot: 1, ...cut },
    { boot: 3, ...rebooted },
  ])
  expect(merged.datasets?.attempts?.columns.map(({ name }) => name)).toEqual([
    'boot',
    'job',
    'attempt',
    'reason',
  ])
  expect(merged.datasets?.picture).toBe(picture)
  const later = mergeBoots([boots[1], boots[2]].flatMap((one) => one ?? []))
  expect(Object.keys(later.datasets ?? {})).toEqual(['attempts'])
})
