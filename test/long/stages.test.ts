/** Boards of each version of Xen, scheduler and number of vCPUs: those that the quicker suites leave out. */

import { expect, test } from 'vitest'
import type { Options } from '../slow/emulated.ts'
import { digestOf, environment, runScripts, temporaryFolder } from '../slow/emulated.ts'

const first = `
(i=0; while [ ! -e /tmp/enough ]; do i=$((i + 1)); sleep 0.003; done; echo $i >/tmp/count) &
xl list >"$OUT/list"
`
const second = `
for i in 1 2 3 4 5; do xl list >/dev/null; sleep 0.05; done
touch /tmp/enough
while [ ! -e /tmp/count ]; do sleep 0.01; done
cp /tmp/count "$OUT/count"
cat /proc/interrupts >"$OUT/interrupts"
`

test.each<[string, NonNullable<Options['boot']>]>([
  ['xen-4.14', { scheduler: 'null', dom0Vcpus: 2 }],
  ['xen-4.14', { scheduler: 'rtds' }],
  ['xen-4.20', {}],
])('a board of %s with %o goes on as before from its saved state', async (name, boot) => {
  const cache = await temporaryFolder()
  const run = async () => {
    const { exitCode, files } = await runScripts(await environment(name), [first, second], { cache, boot })
    expect(exitCode).toBe(0)
    expect(Number(files.get('count'))).toBeGreaterThan(20)
    return digestOf(files)
  }
  const made = await run()
  expect(await run()).toBe(made)
})
