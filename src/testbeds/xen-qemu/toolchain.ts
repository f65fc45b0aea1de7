/**
 * Runs programs of the host sysroot through its own loader and libraries, so that one Debian's QEMU and cross
 * compiler work on any x86-64 Linux.
 */

import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { JobError } from '../../testbed/board.ts'
import { complaint, run } from './program.ts'

/** A program and its first arguments; the caller appends the rest. */
export interface Command {
  readonly command: string
  readonly args: readonly string[]
}

const libraries = 'usr/lib/x86_64-linux-gnu'
const loader = `${libraries}/ld-linux-x86-64.so.2`
/** Folder of wrappers in the host sysroot, which gcc finds with -B. */
const wrappers = 'wrappers'
const target = 'aarch64-linux-gnu'
const internals = `usr/libexec/gcc-cross/${target}`

/**
 * Returns the command for a program of the sysroot `root`, run through its loader, with the library
 * `preload`. Ignores the host's library cache.
 */
export function throughLoader(root: string, program: string, preload?: string): Command {
  return {
    command: join(root, loader),
    args: [
      ...['--inhibit-cache', '--library-path', join(root, libraries)],
      ...(preload === undefined ? [] : ['--preload', preload]),
      join(root, program),
    ],
  }
}

/** Returns the command for QEMU for Arm, with its data files and without the host's /etc/qemu/qemu.conf. */
export function qemuCommand(root: string, preload?: string): Command {
  const { command, args } = throughLoader(root, 'usr/bin/qemu-system-aarch64', preload)
  return { command, args: [...args, '-L', join(root, 'usr/share/qemu'), '-no-user-config'] }
}

/**
 * Writes the wrappers into a freshly unpacked host sysroot. gcc starts cc1, as and collect2 (and that ld)
 * itself, which the kernel would run with the host's loader. The scripts locate the sysroot relative to
 * themselves, so it may be moved.
 */
export async function writeWrappers(root: string): Promise<void> {
  const [release = ''] = await readdir(join(root, internals))
  const programs = {
    as: `usr/bin/${target}-as`,
    ld: `usr/bin/${target}-ld`,
    cc1: `${internals}/${release}/cc1`,
    collect2: `${internals}/${release}/collect2`,
  }
  await mkdir(join(root, wrappers), { recursive: true })
  for (const [name, program] of Object.entries(programs)) {
    const file = join(root, wrappers, name)
    const script = [
      '#!/bin/sh',
      `root=\${0%/*}/..`,
      `exec "$root/${loader}" --inhibit-cache --library-path "$root/${libraries}" "$root/${program}" "$@"`,
    ]
    await writeFile(file, `${script.join('\n')}\n`)
    await chmod(file, 0o755)
  }
}

/**
 * Compiles C sources into a static arm64 program at `output`, with -O2 and then `flags` (libraries too).
 * Reproducible on any machine and in any folder. Throws a JobError with the compiler's messages.
 */
export async function compile(
  root: string,
  sources: readonly string[],
  output: string,
  flags: readonly string[] = [],
  signal?: AbortSignal,
): Promise<void> {
  const folder = dirname(resolve(output))
  const part = `${resolve(output)}.part`
  await mkdir(folder, { recursive: true })
  const { command, args } = throughLoader(root, `usr/bin/${target}-gcc`)
  // The whole environment of gcc: CPATH, LIBRARY_PATH, GCC_EXEC_PREFIX and the like would bring in host
  // files.
  const env = {
    LC_ALL: 'C',
    PATH: join(root, wrappers),
    TMPDIR: process.env.TMPDIR ?? '/tmp',
    SOURCE_DATE_EPOCH: '0',
  }
  const finished = await run(
    command,
    [
      ...args,
      `-B${join(root, wrappers)}/`,
      `--sysroot=${root}`,
      '-static',
      '-O2',
      ...sources.map((source) => `-ffile-prefix-map=${dirname(resolve(source))}/=`),
      '-o',
      part,
      ...sources.map((source) => resolve(source)),
      // Last, as libraries (-lm) must follow what needs them.
      ...flags,
    ],
    { signal, env, timeoutMs: 120_000 },
  )
  if (finished.exitCode === 0) return await rename(part, output)
  await rm(part, { force: true })
  const names = sources.map((source) => basename(source)).join(', ')
  throw new JobError(`cannot compile ${names}:\n${finished.stderr.trim() || complaint(finished)}`)
}
