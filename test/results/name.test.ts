import { describe, expect, it } from 'vitest'
import { nameProblem } from '../../src/results/name.ts'

describe('a name', () => {
  it.each(['latency', 'size_64', '64kb', 'Größe', 'dom0-cpu', 'サイズ', 'constructor'])(
    'may be %s',
    (name) => {
      expect(nameProblem(name)).toBeUndefined()
    },
  )

  it.each([
    ['', 'starting with'],
    ['64', 'at least one letter'],
    ['-x', 'starting with'],
    ['_build', 'starting with'],
    ['.git', 'starting with'],
    ['a/b', 'use letters'],
    ['a b', 'use letters'],
    ['a,b', 'use letters'],
    ['a=b', 'use letters'],
    ['a*', 'use letters'],
    ["a'", 'use letters'],
    ['a.b', 'use letters'],
    ['a\u0000', 'use letters'],
    ['a\u202eb', 'use letters'],
    ['__proto__', 'starting with'],
    ['toString', 'every object'],
    ['Gro\u0308\u00dfe', 'in one piece'],
    ['a'.repeat(101), 'at most 100 bytes'],
  ])('cannot be %j', (name, reason) => {
    expect(nameProblem(name)).toContain(reason)
  })

  it.each<[string, string | undefined]>([
    ['xen-4.14', undefined],
    ['rate-0.5.threads-2', undefined],
    ['a..b', 'a dot stands between'],
    ['a.', 'a dot stands between'],
    ['..', 'starting with'],
    ['4.14', 'at least one letter'],
  ])('with dots: %s', (name, reason) => {
    const found = nameProblem(name, { dots: true })
    if (reason === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(reason)
  })

  it('that running text refers to has Latin letters, as other scripts would not end it', () => {
    expect(nameProblem('tbl-Größe', { latin: true })).toBeUndefined()
    expect(nameProblem('tbl-遅延', { latin: true })).toContain('use Latin letters')
  })
})
