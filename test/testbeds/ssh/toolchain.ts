/** A made-up toolchain: as much of it as a board is opened with. */

import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { marker } from '../../../src/toolchain/installed.ts'
import type { Toolchain } from '../../../src/toolchain/toolchain.ts'
import { fakeBusybox } from './busybox.ts'

/** Programs of the system, and libraries, of which one is glibc's. */
export function makeToolchain(folder: string): Toolchain {
  const root = join(folder, 'debian-12')
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  const library = (name: string) => [name, join(root, 'lib', name)] as const
  const libraries = ['libc.so.6', 'libiperf.so.0'].map(library)
  for (const [name, file] of libraries) write(file, name)
  const files = {
    'bin/busybox': fakeBusybox,
    'usr/bin/stress': 'stress',
    'usr/bin/iperf3': 'iperf3',
    'lib/ld-linux-aarch64.so.1': 'loader',
    'lib/aarch64-linux-gnu/libgcc_s.so.1': 'gcc',
    [marker]: 'installed',
    'boot/vmlinuz': 'kernel',
  }
  for (const [path, content] of Object.entries(files)) write(join(root, path), content)
  // As found before, without readelf.
  const wanted = { architecture: 'arm64', programs: ['usr/bin/stress', 'usr/bin/iperf3'] }
  const name = createHash('sha256')
    .update('installed')
    .update(JSON.stringify([root, wanted]))
    .digest('hex')
  write(join(folder, 'libraries', name), JSON.stringify({ found: libraries, missing: [] }))
  const cannot = async () => {
    throw new Error('compiles nothing')
  }
  return {
    root: () => root,
    board: () => ({ folder: root, xen: '', kernel: join(root, 'boot/vmlinuz'), linuxRelease: '6.1.0' }),
    ...{ compile: cannot, compileFor: cannot, compileModule: cannot },
    ...{ qemu: { command: 'none', args: [] }, qemuVersion: '0', packagesDigest: '', substitutions: [] },
  }
}
