/** Finds a file in one of several places. */

import { access } from 'node:fs/promises'

/** Returns the first of `files` that exists, or undefined. */
export async function firstExisting(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const exists = await access(file).then(
      () => true,
      () => false,
    )
    if (exists) return file
  }
  return undefined
}
