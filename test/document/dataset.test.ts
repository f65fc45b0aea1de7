import { expect, it } from 'vitest'
import { readDataset } from '../../src/document/dataset.ts'

it.each([
  ['paper/published/latency.csv', { type: 'file', path: 'paper/published/latency.csv' }],
  ['latency', { type: 'observations', experiment: 'latency' }],
  ['latency | ratios(total)', { type: 'ratios', experiment: 'latency', measures: ['total'] }],
  [' board-model|ratios( a , b-c ) ', { type: 'ratios', experiment: 'board-model', measures: ['a', 'b-c'] }],
  ['latency | ratio(total)', undefined],
  ['latency | ratios()', undefined],
  ['latency | ratios(total,)', undefined],
  ['latency | ratios', undefined],
  ['| ratios(total)', undefined],
])('the dataset %s', (written, read) => {
  expect(readDataset(written)).toEqual(read)
})
