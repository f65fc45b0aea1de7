import { expect, test } from 'vitest'
import { makeProject, start } from './project.ts'

test('repro testbed shell is a console of dom0 on a real Xen', async () => {
  const { child, ended } = start(await makeProject(['experiments']), ['testbed', 'shell', 'xen-4.17'])
  let seen = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const before = seen
    seen += chunk.toString('latin1')
    const shows = (text: string) => seen.includes(text) && !before.includes(text)
    if (shows('/ # ')) child.stdin.write('xl info xen_version; xl list\n')
    if (shows('Domain-0')) child.stdin.write('exit\n')
  })
  expect(await ended).toMatchObject({ exitCode: 0 })
  expect(seen).toMatch(/^4\.17\.5\r?$/m)
  expect(seen).toMatch(/^Domain-0 +0 +1024 +4 /m)
})
