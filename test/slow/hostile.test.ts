/** Each fifth of the hostile projects; test/long/ has all, for which builds and pages take a quarter of an hour. */

import { describe, expect, it } from 'vitest'
import { hostileNames } from '../hostile.ts'
import { testHostile } from './hostileprojects.ts'

describe('of a hostile project', () => {
  testHostile(hostileNames.filter((_, index) => index % 5 === 0))

  it('there are many', () => {
    expect(hostileNames.length).toBeGreaterThan(200)
  })
})
