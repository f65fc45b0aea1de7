import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { moduleFiles } from '../../src/toolchain/initramfs.ts'

function kernel(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'repro-modules-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, 'lib/modules/6.1', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
  return folder
}

const files = {
  'modules.builtin': 'kernel/lib/crc16.ko\nkernel/drivers/xen/xenfs/xenfs.ko\n',
  'kernel/drivers/block/brd.ko': 'plain',
  'kernel/fs/ext4/ext4.ko.xz': 'packed',
  'kernel/fs/ext4/other.txt': '',
}

test('modules are found wherever the kernel has them, packed or not, in the order asked for', async () => {
  const found = await moduleFiles(kernel(files), '6.1', ['ext4', 'brd'])
  expect([...found].map(([name, content]) => [name, Buffer.from(content).toString()])).toEqual([
    ['ext4.ko.xz', 'packed'],
    ['brd.ko', 'plain'],
  ])
})

test('a module that is built in needs no file', async () => {
  const found = await moduleFiles(kernel(files), '6.1', ['crc16', 'brd', 'xenfs'])
  expect([...found.keys()]).toEqual(['brd.ko'])
})

test('a module that the kernel does not have is named', async () => {
  await expect(moduleFiles(kernel(files), '6.1', ['brd', 'loop'])).rejects.toThrow(
    'the kernel 6.1 has no module loop',
  )
})
