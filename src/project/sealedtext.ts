/**
 * What commands keep for each other in .repro/: text with this machine's seal, of which another's is not
 * read.
 */

import { keepLightly } from '../files/drafts.ts'
import { contentOf } from '../files/ordinary.ts'
import type { Item } from '../results/seal.ts'
import type { Place } from './manifest.ts'

export interface SealedText {
  /** Returns undefined if there is no such file, or if it lacks this machine's seal. */
  read(): string | undefined
  /** Nothing is kept where it cannot be written. */
  write(text: string): Promise<void>
}

export function sealedText({ project, seal }: Pick<Place, 'project' | 'seal'>, item: Item): SealedText {
  return {
    read() {
      const file = contentOf(project, item.path)
      const text = file && seal.open(item, file)
      return text && new TextDecoder().decode(text)
    },
    async write(text) {
      const file = seal.close(item, text)
      if (file) await keepLightly(project, item.path, file)
    },
  }
}

export interface SealedJson {
  read(): unknown
  write(value: unknown): Promise<void>
}

/** As `sealedText`, of JSON. */
export function sealedJson(place: Pick<Place, 'project' | 'seal'>, item: Item): SealedJson {
  const { read, write } = sealedText(place, item)
  return {
    read() {
      const text = read()
      return text === undefined ? undefined : JSON.parse(text)
    },
    write: (value) => write(JSON.stringify(value)),
  }
}
