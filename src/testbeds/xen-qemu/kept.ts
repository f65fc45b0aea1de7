/** Atomic writes to the cache, safe with several processes. */

import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes `file`, creating its folder. */
export async function keep(file: string, content: Uint8Array | string): Promise<void> {
  const draft = `${file}.${process.pid}`
  await mkdir(dirname(file), { recursive: true })
  try {
    await writeFile(draft, content, { flush: true })
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}
