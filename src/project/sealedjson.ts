/** What checks keep for each other in .repro/: JSON with this machine's seal, of which another's is not read. */

import { writeAtomically } from '../files/drafts.ts'
import { FileError } from '../files/ordinary.ts'
import type { Item } from '../results/seal.ts'
import { contentOf, type Place } from './manifest.ts'

export interface SealedJson {
  /** Undefined if there is none, or not ours. */
  read(): unknown
  /** Nothing is kept where it cannot be written. */
  write(value: unknown): Promise<void>
}

export function sealedJson({ project, seal }: Pick<Place, 'project' | 'seal'>, item: Item): SealedJson {
  return {
    read() {
      const file = contentOf(project, item.path)
      const text = file && seal.open(item, file)
      return text && JSON.parse(new TextDecoder().decode(text))
    },
    async write(value) {
      const file = seal.close(item, JSON.stringify(value))
      if (file === undefined) return
      try {
        await writeAtomically(project, item.path, file)
      } catch (error) {
        // A check needs no right to write; a build says what it cannot write.
        if (!(error instanceof FileError || (error instanceof Error && 'code' in error))) throw error
      }
    },
  }
}
