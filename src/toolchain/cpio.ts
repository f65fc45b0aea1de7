/**
 * Writes initramfs archives in cpio's `newc` format (Linux:
 * Documentation/driver-api/early-userspace/buffer-format.rst). The kernel unpacks concatenated archives in
 * turn, so a job is an archive of its own after the board's root. Deterministic: no times, no owners, inode
 * numbers in order.
 */
export interface Entry {
  readonly path: string
  readonly mode: number
  readonly content: Uint8Array
}

/** Builds an archive. Paths are relative, without a leading slash. Parent folders are added as needed. */
export function cpio(entries: readonly Entry[]): Uint8Array {
  const parts: Uint8Array[] = []
  const folders = new Set<string>()
  let inode = 0

  function write(path: string, mode: number, content: Uint8Array): void {
    const name = Buffer.from(`${path}\0`)
    const header = [
      ++inode,
      mode,
      0, // uid
      0, // gid
      1, // links
      0, // mtime
      content.length,
      0, // major and minor number of the containing device
      0,
      0, // and of the device itself
      0,
      name.length,
      0, // checksum: unused in newc
    ]
    const head = Buffer.from(`070701${header.map((field) => field.toString(16).padStart(8, '0')).join('')}`)
    parts.push(head, name, padding(head.length + name.length), content, padding(content.length))
  }

  for (const entry of entries) {
    for (const folder of parents(entry.path)) {
      if (!folders.has(folder)) write(folder, 0o040755, empty)
      folders.add(folder)
    }
    write(entry.path, 0o100000 | entry.mode, entry.content)
  }
  write('TRAILER!!!', 0, empty)
  return Buffer.concat(parts)
}

const empty = new Uint8Array(0)

function padding(length: number): Uint8Array {
  return new Uint8Array(-length & 3)
}

function parents(path: string): string[] {
  const names = path.split('/').slice(0, -1)
  return names.map((_, depth) => names.slice(0, depth + 1).join('/'))
}
