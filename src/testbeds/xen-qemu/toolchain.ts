/**
 * The programs of the `host` root, run through that root's own loader and libraries, so that QEMU and the cross
 * compiler of one Debian run on any x86-64 Linux.
 */

import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ExplainedError } from '../../text/explained.ts'
import { complaint, run } from './program.ts'

/** A program and its first arguments; the caller appends the rest. */
export interface Command {
  readonly command: string
  readonly args: readonly string[]
}

/** The author's C program is at fault, not the laboratory. The message holds what the compiler said. */
export class CompileError extends ExplainedError {
  override readonly name = 'CompileError'
}

const libraries = 'usr/lib/x86_64-linux-gnu'
const loader = `${libraries}/ld-linux-x86-64.so.2`
/** Folder of wrappers, in the host root, that gcc finds with -B. */
const wrappers = 'wrappers'
const target = 'aarch64-linux-gnu'
const internals = `usr/libexec/gcc-cross/${target}`

/** A program of the root at `root` through the root's loader, with the library `preload`. The machine's own library cache is left out. */
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

/** QEMU for Arm, with its data files and without the machine's /etc/qemu/qemu.conf. */
export function qemuCommand(root: string, preload?: string): Command {
  const { command, args } = throughLoader(root, 'usr/bin/qemu-system-aarch64', preload)
  return { command, args: [...args, '-L', join(root, 'usr/share/qemu'), '-no-user-config'] }
}

/**
 * Lays the wrappers into a freshly unpacked host root. gcc starts cc1, as and collect2 (and that ld) itself, and the kernel would
 * give them the machine's loader. The scripts find the root from their own place, so the root may be moved.
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
 * Compiles C sources into a static arm64 program at `output`, with -O2 and then `flags` (libraries too). The same sources give the same bytes on
 * any machine and in any folder. Throws a CompileError with the compiler's messages.
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
  // Only what is named here may steer gcc: CPATH, LIBRARY_PATH, GCC_EXEC_PREFIX and the like would bring in host files.
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
      // Last, so that libraries (-lm) come after what needs them.
      ...flags,
    ],
    { signal, env, timeoutMs: 120_000 },
  )
  if (finished.exitCode === 0) return await rename(part, output)
  await rm(part, { force: true })
  const names = sources.map((source) => basename(source)).join(', ')
  throw new CompileError(`cannot compile ${names}:\n${finished.stderr.trim() || complaint(finished)}`)
}
