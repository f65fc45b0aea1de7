/** Results that a board hands over. It may be anybody's: names, sizes and digests are checked before a byte is kept. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../../files/fingerprint.ts'
import { TestbedError } from '../../testbed/board.ts'
import type { Answer } from './connection.ts'

export interface ListedFile {
  readonly name: string
  readonly bytes: number
  /** SHA-256 (hex). */
  readonly digest: string
}

const mostFiles = 200
const mostBytes = 1_000_000_000

/** Returns the files that a job left, by the board's answer. Throws a TestbedError for a list that no job of ours makes. */
export function listedFiles(host: string, answer: Answer): readonly ListedFile[] {
  const lines = answer.get('file') ?? []
  const refuse = (reason: string) =>
    new TestbedError(`${host} lists results that cannot be: ${reason}`, {
      advice: `A job leaves at most ${mostFiles} files of ${mostBytes / 1e6} MB together in $OUT, whose names have letters, digits and \`._-\` only.`,
    })
  if (lines.length > mostFiles) throw refuse(`${lines.length} files`)
  const files = lines.map((line) => {
    const [, digest = '', bytes = '', name = ''] =
      /^([0-9a-f]{64}) (\d{1,12}) ([A-Za-z0-9][\w.-]{0,99})$/.exec(line) ?? []
    if (name === '') throw refuse(line.slice(0, 200))
    return { name, bytes: Number(bytes), digest }
  })
  if (new Set(files.map(({ name }) => name)).size !== files.length) throw refuse('a name twice')
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  if (total > mostBytes) throw refuse(`${total} bytes`)
  return files
}

/** Writes files that arrived one behind the other into a new folder. Throws an Error if they are not as listed. */
export async function writeFiles(
  folder: string,
  files: readonly ListedFile[],
  received: Uint8Array,
): Promise<void> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  if (received.length !== total) throw new Error(`${received.length} of ${total} bytes arrived`)
  await mkdir(folder)
  let start = 0
  for (const { name, bytes, digest } of files) {
    const content = received.subarray(start, start + bytes)
    start += bytes
    if (sha256(content) !== digest) throw new Error(`${name} is damaged`)
    await writeFile(join(folder, name), content, { flag: 'wx', flush: true })
  }
}
