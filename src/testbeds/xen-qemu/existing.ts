/** Which of several places a file is in. */

import { access } from 'node:fs/promises'

/** The first of `files` that exists, or undefined. */
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
