import { cpus } from 'node:os'
import { expect, it } from 'vitest'
import { hostFacts } from '../../src/engine/host.ts'

it('describes the host in the items of the published machines', async () => {
  const facts = await hostFacts('.')
  expect(facts).toEqual({
    CPU: expect.stringMatching(new RegExp(`^${cpus().length} x \\S`)),
    memory: expect.stringMatching(/^[1-9]\d* GB$/),
    storage: expect.stringMatching(/^file system of [1-9]\d* GB$/),
    OS: expect.stringMatching(/^\S.* \+ Linux \d+\.\d+/),
    runtime: `Node ${process.version}`,
  })
  expect(await hostFacts('.')).toEqual(facts)
})
