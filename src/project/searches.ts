/**
 * What the search for rows that break or meet a test found, kept in .repro/searches/<document>.json between
 * checks of a document. Only a file with this machine's seal is read.
 */

import type { Finding } from '../claims/search.ts'
import type { KeptSearch } from '../claims/vacuous.ts'
import { digest } from '../results/key.ts'
import { flat, type Place } from './manifest.ts'
import { sealedJson } from './sealedtext.ts'

export interface Searches {
  readonly kept: KeptSearch
  /** Keeps what was found or made, and forgets the rest. Nothing is kept where it cannot be written. */
  keep(): Promise<void>
}

/** `program` identifies the code that searches. */
export function openSearches({ project, document, seal }: Place, program: () => string): Searches {
  const path = `.repro/searches/${flat(document)}.json`
  const item = { kind: 'search', path } as const
  let known: ReadonlyMap<string, Finding | null> | undefined
  const used = new Map<string, Finding | null>()
  let isNew = false
  let identity: string | undefined
  const sealed = sealedJson({ project, seal }, item)
  const read = (): ReadonlyMap<string, Finding | null> =>
    new Map(Object.entries((sealed.read() ?? {}) as Record<string, Finding | null>))
  return {
    kept(inputs, search) {
      known ??= read()
      identity ??= program()
      const key = digest({ ...inputs(), program: identity })
      const found = known.get(key) ?? (known.has(key) ? undefined : search())
      isNew ||= !known.has(key)
      used.set(key, found ?? null)
      return found
    },
    async keep() {
      if (!isNew && used.size === (known?.size ?? 0)) return
      await sealed.write(Object.fromEntries(used))
    },
  }
}
