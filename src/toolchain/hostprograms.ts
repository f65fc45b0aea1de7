/**
 * QEMU and the cross compiler of the host sysroot, run through its own loader and libraries, so that one
 * Debian's programs work on any x86-64 Linux.
 */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { sha256 } from '../files/fingerprint.ts'
import { FileError, readOrdinary } from '../files/ordinary.ts'
import { JobError, TestbedError } from '../testbed/board.ts'
import { writeToCache } from '../testbed/cache.ts'
import { complaint, run } from './program.ts'

/** Throws a TestbedError unless this machine can run the host sysroot's programs. */
export function requirePlatform(): void {
  const { platform, arch } = process
  if (platform === 'linux' && arch === 'x64') return
  throw new TestbedError(`the emulated testbed needs x86-64 Linux; this is ${platform} on ${arch}`, {
    advice: 'Run it on such a machine or in a container, or use the recorded runs.',
  })
}

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
    await writeFile(file, `${script.join('\n')}\n`, { mode: 0o755 })
  }
}

/** Runs the cross compiler. Throws a JobError with its messages; `what` names the sources in it. */
export async function gcc(root: string, args: readonly string[], what: string): Promise<void> {
  const { command, args: before } = throughLoader(root, `usr/bin/${target}-gcc`)
  // The whole environment of gcc: CPATH, LIBRARY_PATH, GCC_EXEC_PREFIX and the like would bring in host
  // files.
  const env = {
    LC_ALL: 'C',
    PATH: join(root, wrappers),
    TMPDIR: process.env.TMPDIR ?? '/tmp',
    SOURCE_DATE_EPOCH: '0',
  }
  const finished = await run(command, [...before, `-B${join(root, wrappers)}/`, ...args], {
    env,
    timeoutMs: 120_000,
  })
  if (finished.exitCode !== 0)
    throw new JobError(`cannot compile ${what}:\n${finished.stderr.trim() || complaint(finished)}`)
}

/** The compiler's own headers (stdarg.h and the like), relative to the host sysroot. */
export async function compilerHeaders(root: string): Promise<string> {
  const folder = join(root, `usr/lib/gcc-cross/${target}`)
  const [release = ''] = await readdir(folder)
  return join(folder, release, 'include')
}

/** What a program is compiled from; `system` is the sysroot whose shared libraries it uses. */
export interface Program {
  readonly sources: readonly string[]
  /** Further options, libraries too. */
  readonly flags?: readonly string[] | undefined
  /** Absent for a static program. */
  readonly system?: string
}

/**
 * Compiles C sources into one arm64 program with -O2. Reproducible on any machine and in any folder. Throws a
 * JobError with the compiler's messages.
 */
export async function compile(root: string, { sources, flags = [], system }: Program): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'repro-program-'))
  const output = join(folder, 'program')
  try {
    await gcc(
      root,
      [
        ...(system === undefined ? [`--sysroot=${root}`, '-static'] : await systemOptions(root, system)),
        '-O2',
        ...sources.map((source) => `-ffile-prefix-map=${dirname(resolve(source))}/=`),
        ...['-o', output],
        ...sources.map((source) => resolve(source)),
        ...flags, // last, as libraries (-lm) must follow what needs them
      ],
      sources.map((source) => basename(source)).join(', '),
    )
    return await readFile(output)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Options that take headers, start files and libraries from an unpacked Debian only. */
async function systemOptions(root: string, system: string): Promise<readonly string[]> {
  const own = join(system, 'usr/lib', target)
  return [
    ...[`--sysroot=${system}`, '-nostdinc', '-isystem', await compilerHeaders(root)],
    ...[`usr/include/${target}`, 'usr/include'].flatMap((folder) => ['-isystem', join(system, folder)]),
    ...[`-B${own}/`, `-L${own}`, `-L${join(system, 'lib', target)}`],
  ]
}

/** Like `compile`; the program is cached beside the sysroot by all its inputs. */
export async function compileCached(root: string, program: Program): Promise<Uint8Array> {
  return await cached(root, keyOf(root, program), () => compile(root, program))
}

/** Keeps what is compiled beside the sysroot, unless its key is unknown. */
export async function cached(
  root: string,
  key: string | undefined,
  make: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (key === undefined) return await make()
  const file = join(dirname(root), 'programs', key)
  return await readFile(file).catch(async () => {
    const made = await make()
    await writeToCache(file, made).catch(() => {}) // an unwritable cache only costs time
    return made
  })
}

/** Returns the SHA-256 over compiler, system, flags, sources and includes; undefined if other files may matter. */
export function keyOf(root: string, { sources, flags = [], system = '' }: Program): string | undefined {
  if (flags.some((flag) => /^(-I|-i|-B|-L|-x|@|[^-])/.test(flag))) return undefined
  const inputs = new Map<string, string>()
  if (!sources.every((source) => addSource(resolve(source), inputs))) return undefined
  const first = dirname(resolve(sources[0] ?? ''))
  const files = [...inputs].map(([path, content]) => [relative(first, path), content])
  const names = sources.map((source) => basename(source))
  return sha256(JSON.stringify([basename(root), basename(system), flags, names, files.sort()]))
}

/** Adds a file and its quoted includes to `inputs`, ignoring conditionals; false if one is missing. */
function addSource(path: string, inputs: Map<string, string>): boolean {
  if (inputs.has(path)) return true
  const content = sourceText(path)
  if (content === undefined) return false
  inputs.set(path, content)
  const directives = content.matchAll(/^[ \t]*#[ \t]*(?:include|include_next|import|embed)\b[ \t]*(.*)$/gm)
  for (const [, what = ''] of directives) {
    if (what.startsWith('<')) continue // part of the sysroot
    const name = /^"([^"]+)"/.exec(what)?.[1]
    if (name === undefined || !addSource(resolve(dirname(path), name), inputs)) return false
  }
  return true
}

/** Undefined for files that the compiler should report: missing, a device, too large. */
function sourceText(path: string): string | undefined {
  try {
    const found = readOrdinary(path)
    return found && Buffer.from(found.content).toString('latin1')
  } catch (error) {
    if (error instanceof FileError) return undefined
    throw error
  }
}
