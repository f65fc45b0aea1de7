/** Output files of commands: new or replaced files, pipes, devices, and standard output. */

import { fstatSync, type Stats } from 'node:fs'
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { UsageError } from '../parse.ts'
import { Output } from './output.ts'

export interface OutputFile {
  readonly output: Output
  /** Call when all is written; the file appears under its name only then. */
  keep(): Promise<void>
  /** Call on failure; leaves an existing file as it was. */
  discard(): Promise<void>
}

/**
 * Opens `path` for writing; `-` is standard output. An ordinary or new file is written under a temporary name
 * beside it and then renamed, so that no partial file appears. Anything else, such as a pipe or a device, is
 * written in place and never replaced.
 *
 * @param inputs files read meanwhile (`-`: standard input), none of which it may be
 * @throws UsageError if it is a folder, an input, or its folder is missing; the system's error if not
 *   writable
 */
export async function openOutputFile(path: string, inputs: readonly string[]): Promise<OutputFile> {
  if (path === '-')
    return { output: new Output(1), keep: async () => undefined, discard: async () => undefined }
  if (path === '') throw new UsageError('-o takes a file, not an empty name')
  const there = await statOf(path)
  if (there?.isDirectory()) throw new UsageError(`${path} is a folder: -o takes a file`)
  for (const input of inputs) {
    if (there === null || !isSame(there, input === '-' ? fstatSync(0) : await statOf(input))) continue
    throw new UsageError(`${path} is an input, and would be overwritten: name another file with -o`)
  }
  // /dev/stdout and the like lead to another's open file, which a rename would not reach.
  if (there !== null && (!there.isFile() || /^\/(dev|proc)\//.test(resolve(path)))) return await inPlace(path)
  return await beside(path, there === null ? path : await realpath(path))
}

/** Throws a UsageError, which names the file `path`, if the folder of `target` is missing. */
export async function requireFolder(target: string, path = target): Promise<void> {
  const folder = dirname(target)
  if (!(await statOf(folder))?.isDirectory())
    throw new UsageError(`cannot write ${path}: there is no folder ${folder}`)
}

async function inPlace(path: string): Promise<OutputFile> {
  const handle = await naming(path, open(path, 'w'))
  const close = async () => await handle.close()
  return { output: new Output(handle.fd, path), keep: close, discard: close }
}

async function beside(path: string, target: string): Promise<OutputFile> {
  await requireFolder(target, path)
  const folder = dirname(target)
  const temporary = join(folder, `.${process.pid}-${Date.now()}.part`)
  const handle = await naming(path, open(temporary, 'wx'))
  return {
    output: new Output(handle.fd, path),
    async keep() {
      await handle.close()
      await naming(path, rename(temporary, target))
    },
    async discard() {
      await handle.close()
      await rm(temporary, { force: true })
    },
  }
}

/** Follows links; null if nothing is there. */
async function statOf(path: string): Promise<Stats | null> {
  const found = stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  return await naming(path, found)
}

function isSame(a: Stats, b: Stats | null): boolean {
  return b !== null && a.isFile() && a.dev === b.dev && a.ino === b.ino
}

/** Makes system errors name the user's file instead of the temporary one. */
async function naming<Result>(path: string, action: Promise<Result>): Promise<Result> {
  try {
    return await action
  } catch (cause) {
    const { message, code, errno } = cause as NodeJS.ErrnoException
    throw Object.assign(new Error(message, { cause }), { code, errno, syscall: 'write', path })
  }
}
