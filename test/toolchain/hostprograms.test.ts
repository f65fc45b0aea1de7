import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { JobError } from '../../src/testbed/board.ts'
import { compile, qemuCommand, writeWrappers } from '../../src/toolchain/hostprograms.ts'
import { temporaryFolder } from './archive.ts'

// A sysroot whose loader is a script that prints its arguments.
let folder: string
let root: string
let source: string

beforeEach(async () => {
  folder = temporaryFolder()
  root = join(folder, 'staging')
  mkdirSync(join(root, 'usr/libexec/gcc-cross/aarch64-linux-gnu/14'), { recursive: true })
  loader('printf "%s\\n" "$@"')
  await writeWrappers(root)
  source = join(folder, 'loop.c')
  writeFileSync(source, 'int main(void) { return 0; }\n')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

function loader(...lines: readonly string[]): void {
  const file = join(root, 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `#!/bin/sh\n${lines.join('\n')}\n`)
  chmodSync(file, 0o755)
}

it.each([
  ['as', 'usr/bin/aarch64-linux-gnu-as'],
  ['ld', 'usr/bin/aarch64-linux-gnu-ld'],
  ['cc1', 'usr/libexec/gcc-cross/aarch64-linux-gnu/14/cc1'],
  ['collect2', 'usr/libexec/gcc-cross/aarch64-linux-gnu/14/collect2'],
])('wraps %s with the loader of its root, wherever that is moved', (name, program) => {
  const moved = join(folder, 'moved here')
  renameSync(root, moved)
  const printed = execFileSync(join(moved, 'wrappers', name), ['-o', 'a b'], { encoding: 'utf8' })
  const inRoot = (path: string) => `${moved}/wrappers/../${path}`
  expect(printed.trimEnd().split('\n')).toEqual([
    '--inhibit-cache',
    '--library-path',
    inRoot('usr/lib/x86_64-linux-gnu'),
    inRoot(program),
    '-o',
    'a b',
  ])
})

it('starts QEMU without configuration of the machine', () => {
  const { command, args } = qemuCommand('/root')
  expect([command, ...args]).toEqual([
    '/root/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
    '--inhibit-cache',
    '--library-path',
    '/root/usr/lib/x86_64-linux-gnu',
    '/root/usr/bin/qemu-system-aarch64',
    '-L',
    '/root/usr/share/qemu',
    '-no-user-config',
  ])
})

it('compiles with the wrappers, static, libraries last, and without the environment of the user', async () => {
  vi.stubEnv('CPATH', '/usr/include')
  loader('while [ "$1" != -o ]; do all="$all $1"; shift; done', 'echo "$all|$3|$4|$CPATH|$PATH" > "$2"')
  const output = Buffer.from(await compile(root, { sources: [source], flags: ['-lm'] })).toString()
  const [before, file, last, cpath, path] = output.trim().split('|')
  expect(before).toContain(` -B${root}/wrappers/ --sysroot=${root} -static -O2`)
  expect([file, last, cpath, path]).toEqual([source, '-lm', '', join(root, 'wrappers')])
})

it('quotes the compiler when the source is wrong', async () => {
  loader('echo "loop.c:1:1: error: no" >&2; exit 1')
  const error = (await compile(root, { sources: [source] }).catch((error) => error)) as Error
  expect(error).toBeInstanceOf(JobError)
  expect(error.message).toBe('cannot compile loop.c:\nloop.c:1:1: error: no')
})
