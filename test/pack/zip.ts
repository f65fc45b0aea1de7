/** Reads zip files independently: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.12. */

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'

export type Contents = Readonly<Record<string, Uint8Array>>

export function contents(zip: string): Contents {
  return unzipSync(readFileSync(zip))
}

export interface Entry {
  /** In octal, as in stat: 100755. */
  readonly mode: string
  /** `2026-11-3 12:0`, without a time zone. */
  readonly time: string
}

/** By path. */
export function entries(zip: Uint8Array): Readonly<Record<string, Entry>> {
  const bytes = Buffer.from(zip)
  const found: Record<string, Entry> = {}
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4)) {
    const [time, date] = [bytes.readUInt16LE(at + 12), bytes.readUInt16LE(at + 14)]
    const name = bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28))
    found[name] = {
      mode: (bytes.readUInt32LE(at + 38) >>> 16).toString(8),
      time: `${(date >> 9) + 1980}-${(date >> 5) & 15}-${date & 31} ${time >> 11}:${(time >> 5) & 63}`,
    }
  }
  return found
}

/** Writes all files into `folder`, with their modes and links. */
export function unpack(zip: string, folder: string): void {
  const modes = entries(readFileSync(zip))
  for (const [path, content] of Object.entries(contents(zip))) {
    const mode = Number.parseInt(modes[path]?.mode ?? '', 8)
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    if ((mode & 0o170000) === 0o120000) symlinkSync(Buffer.from(content).toString(), join(folder, path))
    else writeFileSync(join(folder, path), content, { mode: mode & 0o777 })
  }
}
