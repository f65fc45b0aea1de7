/** Log of a cell's output: only its head and tail, so that it cannot fill the disk. */

import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'

/** In the cell's folder. */
export const outputLog = 'output.log'

/** Bytes kept of the head, and of the tail. */
const keptBytes = 4_000_000

export interface Output {
  write(piece: Uint8Array): void
  end(): void
}

/** Opens the log in `file`. Ignores write errors (a full disk): the cell goes on. Tests replace `kept`. */
export function openOutput(file: string, kept = keptBytes): Output {
  let handle: number | undefined = openSync(file, 'w')
  let total = 0
  let written = 0
  /** The last chunks, enough of them to cover the tail. */
  const tail: Uint8Array[] = []
  let tailBytes = 0

  const put = (piece: Uint8Array): void => {
    if (handle === undefined || piece.length === 0) return
    try {
      writeSync(handle, piece)
    } catch {
      close()
    }
  }
  const close = (): void => {
    if (handle !== undefined) closeSync(handle)
    handle = undefined
  }

  return {
    write(piece) {
      const head = piece.subarray(0, kept - written)
      put(head)
      written += head.length
      total += piece.length
      tail.push(piece)
      tailBytes += piece.length
      while (tailBytes - (tail[0]?.length ?? 0) >= kept) tailBytes -= tail.shift()?.length ?? 0
    },
    end() {
      const missing = total - written
      const held = Math.min(missing, kept)
      if (missing > held) put(Buffer.from(`\n[${missing - held} bytes are left out here]\n`))
      if (held > 0) put(Buffer.concat(tail).subarray(-held))
      close()
    },
  }
}

/** Last lines of a log, each cut to a readable length; empty if it cannot be read. */
export function lastLines(file: string, count: number): readonly string[] {
  return tailOf(file)
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .map((line) => (line.length > longestLine ? `…${line.slice(-longestLine)}` : line))
}

function tailOf(file: string): string {
  try {
    const handle = openSync(file, 'r')
    try {
      const { size } = fstatSync(handle)
      const bytes = Buffer.alloc(Math.min(size, readBytes))
      readSync(handle, bytes, 0, bytes.length, size - bytes.length)
      return bytes.toString()
    } finally {
      closeSync(handle)
    }
  } catch {
    return ''
  }
}

const readBytes = 16_384
const longestLine = 300
