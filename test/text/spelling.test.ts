import { describe, expect, it } from 'vitest'
import { hint, nearest } from '../../src/text/spelling.ts'

describe('nearest', () => {
  it.each([
    ['figrue', ['figure', 'table'], 'figure'],
    ['Baseline', ['baseline'], 'baseline'],
    ['xen-4.71', ['xen-4.14', 'xen-4.17'], 'xen-4.17'],
    ['cat', ['bat', 'hat'], 'bat'],
    ['ms', ['us', 'fixed'], 'us'],
    ['ab', ['xy'], undefined],
    ['latency', ['throughput'], undefined],
    ['latency', [], undefined],
  ])('%s among %j is %s', (word, names, expected) => {
    expect(nearest(word, names)).toBe(expected)
  })
})

describe('hint', () => {
  it('suggests, or lists a few, or says that there is nothing', () => {
    expect(hint('trails', ['trials', 'seed'])).toBe(' (did you mean trials?)')
    expect(hint('zzz', ['trials', 'seed'])).toBe(' (known: seed, trials)')
    expect(hint('zzz', [])).toBe(' (none defined)')
    expect(hint('size-10.kind-set', ['kind-list.size-10', 'kind-set.size-10', 'kind-set.size-1'])).toBe(
      ' (did you mean kind-set.size-10?)',
    )
    expect(
      hint(
        '?',
        Array.from({ length: 30 }, (_, index) => `pattern-${index}`),
      ),
    ).toBe('')
  })
})
