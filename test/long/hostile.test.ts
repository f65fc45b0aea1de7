/** All hostile projects. */

import { describe } from 'vitest'
import { hostileNames } from '../hostile.ts'
import { testHostile } from '../slow/hostileprojects.ts'

describe('of a hostile project', () => {
  testHostile(hostileNames)
})
