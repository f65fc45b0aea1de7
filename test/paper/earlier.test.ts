/** The earlier recording has a counterpart for every published number, and is consistent. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parsePublished } from '../../src/query/published.ts'

const read = (path: string) => parsePublished(readFileSync(`paper/${path}.csv`, 'utf8'))
const latency = read('earlier/latency')
const phases = read('earlier/phases')
/** Debian builds Xen 4.17 without the null scheduler. */
const runsIn = (environment: string) => (pattern: string | undefined) =>
  environment === 'xen-4.14' || pattern !== 'scheduler'

describe.each(['xen-4.14', 'xen-4.17'])('the earlier recording of %s', (environment) => {
  it.each(['latency', 'phases'])('has all that is published in %s.csv, in its order', (name) => {
    const keys = (path: string) =>
      read(path).map(({ pattern, operation, phase = 'total', order = '' }) => ({
        pattern,
        operation,
        phase,
        order,
      }))
    const own = read(`earlier/${name}`)
    expect(keys(`earlier/${name}`).filter((_, index) => own[index]?.environment === environment)).toEqual(
      keys(`published/${name}`).filter(({ pattern }) => runsIn(environment)(pattern)),
    )
    expect(new Set(own.map(({ origin }) => origin))).toEqual(new Set(['emulated']))
  })

  it.each(latency.filter((row) => row.environment === environment))(
    '$pattern, $operation: the phases add up to the total',
    ({ pattern, operation, mean_us }) => {
      const own = phases.filter(
        (row) => row.environment === environment && row.pattern === pattern && row.operation === operation,
      )
      expect(own).toHaveLength(3)
      // Each is rounded to a tenth.
      const sum = own.reduce((all, row) => all + Number(row.mean_us), 0)
      expect(Math.abs(sum - Number(mean_us))).toBeLessThan(0.21)
    },
  )
})
