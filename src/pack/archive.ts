/**
 * Writes the archive: a zip, which Zenodo can preview and every system unpacks, with the crate at its root as
 * RO-Crate tools expect. Deterministic: names are sorted, times are the date's, and the compressor is a
 * dependency, not the system's.
 */

import { lstatSync, realpathSync, statSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Zippable, zipSync } from 'fflate'
import { sha256 } from '../files/fingerprint.ts'
import { ExplainedError } from '../text/message.ts'

export interface PackedFile {
  readonly path: string
  readonly content: Uint8Array
  readonly kind: 'file' | 'program' | 'link'
}

const modes: Readonly<Record<PackedFile['kind'], number>> = {
  file: 0o100644,
  program: 0o100755,
  link: 0o120777,
}
const unix = 3

/** Returns lines for `sha256sum -c`, of all files except links. */
export function checksums(files: readonly PackedFile[]): string {
  return files
    .filter(({ kind }) => kind !== 'link')
    .map(({ path, content }) => `${sha256(content)}  ${path}\n`)
    .join('')
}

// A zip has 16 bits for the number of files and 32 for offsets; zip64 is not supported everywhere.
const mostFiles = 0xffff
const mostBytes = 0xffffffff

/**
 * Throws an ExplainedError for more than a zip holds.
 * @param date YYYY-MM-DD; all files get its noon as their time
 */
export function zipped(files: readonly PackedFile[], date: string): Uint8Array {
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0)
  if (files.length > mostFiles || bytes > mostBytes)
    throw new ExplainedError(
      `${files.length} files with ${bytes} bytes are more than a zip holds (${mostFiles} files, ` +
        `${mostBytes} bytes): leave large files out of the project`,
    )
  const [year = 1980, month = 1, day = 1] = date.split('-').map(Number)
  // A zip stores local times without a zone; these parts are the same in every zone.
  const mtime = new Date(year, month - 1, day, 12)
  const tree: Zippable = {}
  for (const { path, content, kind } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1)))
    tree[path] = [content, { level: 9, mtime, os: unix, attrs: (modes[kind] << 16) >>> 0 }]
  return zipSync(tree)
}

/**
 * Returns the file to write, with links resolved. Throws an ExplainedError for anything but an ordinary file,
 * which a rename would replace.
 */
export function archiveFile(file: string): string {
  const found = lstatSync(file, { throwIfNoEntry: false })
  const real = found?.isSymbolicLink() ? realpathSync(file) : file
  const target = statSync(real, { throwIfNoEntry: false })
  if (target === undefined || target.isFile() || target.isDirectory()) return real
  throw new ExplainedError(`cannot write ${file}: it is a pipe or a device; name a file with -o`)
}

/**
 * Writes to a temporary name first, so that no partial archive appears. The folder must exist. Throws an
 * ExplainedError for file system errors.
 */
export async function writeArchive(file: string, bytes: Uint8Array): Promise<void> {
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}.part`)
  try {
    const handle = await open(draft, 'w')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {})
    throw refusal(cause, file)
  }
}

function refusal(cause: unknown, file: string): unknown {
  const { code = '' } = cause as NodeJS.ErrnoException
  const reason = reasons.find(([codes]) => codes.includes(code))?.[1]
  return reason === undefined ? cause : new ExplainedError(`cannot write ${file}${reason(code)}`, { cause })
}

const reasons: readonly (readonly [codes: readonly string[], reason: (code: string) => string])[] = [
  [['ENOSPC', 'EDQUOT'], () => ': the disk is full; make room, or name another place with -o'],
  [['EISDIR', 'ENOTEMPTY'], () => ': it is a folder; name a file with -o'],
  [['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'], (code) => ` (${code}): name another place with -o`],
]
