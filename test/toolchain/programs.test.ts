import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { JobError } from '../../src/testbed/board.ts'
import { compileCached } from '../../src/toolchain/hostprograms.ts'
import { temporaryFolder } from './archive.ts'

// A sysroot whose "compiler" counts its runs, and outputs a program with the count.
let folder: string
let root: string
beforeEach(() => {
  folder = temporaryFolder()
  root = join(folder, 'testbed/host-1')
  const loader = join(root, 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2')
  mkdirSync(dirname(loader), { recursive: true })
  writeFileSync(
    loader,
    `#!/bin/sh
PATH=/usr/bin:/bin
echo . >>${folder}/ran
grep -q error "${folder}/src/main.c" && { echo wrong >&2; exit 1; }
while [ "$1" != -o ]; do shift; done
wc -l <${folder}/ran >"$2"
`,
  )
  chmodSync(loader, 0o755)
  mkdirSync(join(folder, 'src'))
  write('main.c', '#include <stdio.h>\n#include "part.h"\n')
  write('part.h', '  #  include "deep/more.h"\n')
  mkdirSync(join(folder, 'src/deep'))
  write('deep/more.h', '#include "../part.h" // in a circle\n')
})
afterEach(() => rm(folder, { recursive: true }))

const write = (name: string, content: string) => writeFileSync(join(folder, 'src', name), content)
const edit = (name: string, content: string) => () => {
  write(name, content)
  return []
}
/** Returns the number of the compiler run that made the program. */
const run = async (flags: readonly string[] = []) =>
  Number(Buffer.from(await compileCached(root, { sources: [join(folder, 'src/main.c')], flags })).toString())

it('compiles a program once', async () => {
  expect([await run(), await run()]).toEqual([1, 1])
  expect(readdirSync(join(folder, 'testbed/programs'))).toHaveLength(1)
})

it.each<[string, () => readonly string[]]>([
  ['the source', edit('main.c', '#include "part.h"\n')],
  ['what it includes', edit('part.h', '')],
  ['what that includes', edit('deep/more.h', '')],
  ['a flag', () => ['-lm']],
])('compiles again when %s changes', async (_, change) => {
  expect(await run()).toBe(1)
  const flags = change()
  expect([await run(flags), await run(flags)]).toEqual([2, 2])
})

it.each<[string, () => readonly string[]]>([
  ['an include is not there by its name', edit('part.h', '#include "elsewhere.h"\n')],
  ['an include is a macro', edit('part.h', '#include WHAT\n')],
  ['a flag may bring in other files', () => ['-I/usr/include']],
])('keeps nothing when %s', async (_, change) => {
  const flags = change()
  expect([await run(flags), await run(flags)]).toEqual([1, 2])
})

it('keeps nothing of a source that is wrong, and needs no place to keep', async () => {
  write('main.c', 'error\n')
  await expect(run()).rejects.toThrow(JobError)
  await expect(run()).rejects.toThrow('cannot compile main.c')
  writeFileSync(join(folder, 'testbed/programs'), 'a file in the way')
  write('main.c', '')
  expect(await run()).toBe(3)
  expect(readFileSync(join(folder, 'ran'), 'utf8')).toBe('.\n.\n.\n')
})
