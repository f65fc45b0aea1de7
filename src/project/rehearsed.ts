/**
 * What was rehearsed without a mistake, kept in .repro/rehearsals/<document>.json between checks of a document: all of it,
 * with what was read for it, and each table and figure by its inputs. Only a file with this machine's seal is read.
 */

import { type Document, writtenBlocks } from '../document/document.ts'
import { includedFiles } from '../document/include.ts'
import { type Fingerprints, unchanged } from '../files/fingerprint.ts'
import type { Files } from '../files/tracked.ts'
import { digest } from '../results/key.ts'
import type { Inputs } from '../results/run.ts'
import { flat, type Place } from './manifest.ts'
import { sealedJson } from './sealedtext.ts'

/** As the file has it. */
interface Known {
  /** Of all that is rehearsed of the document. */
  readonly key: string
  /** Files besides those of the document itself; absent if there was a mistake. */
  readonly read?: Fingerprints
  /** Digests of inputs. */
  readonly floats: readonly string[]
}

export interface Rehearsed {
  /** Whether all of this was rehearsed before, over the same files, and nothing was wrong. */
  isRight(): boolean
  /** Whether this table or figure was made before of the same inputs, without a mistake. */
  isRightFloat(inputs: Inputs): boolean
  floatIsRight(inputs: Inputs): void
  /** Keeps what was rehearsed now. Nothing is kept where it cannot be written. */
  keep(files: Files, hasMistakes: boolean): Promise<void>
}

/** `program` identifies the code that rehearses. */
export function openRehearsed(
  { project, document: path, seal }: Place,
  document: Document,
  program: string,
): Rehearsed {
  const file = `.repro/rehearsals/${flat(path)}.json`
  const item = { kind: 'rehearsal', path: file } as const
  const sealed = sealedJson({ project, seal }, item)
  const known = (sealed.read() as Known | undefined) ?? { key: '', floats: [] }
  const before = new Set(known.floats)
  const key = keyOf(document, program)
  const floats = new Set<string>()
  return {
    isRight: () => known.key === key && known.read !== undefined && unchanged(project, known.read),
    isRightFloat: (inputs) => before.has(digest(inputs)),
    floatIsRight: (inputs) => void floats.add(digest(inputs)),
    async keep(files, hasMistakes) {
      const own = new Set([path, ...includedFiles(document.file)])
      const others = Object.entries(files.fingerprints()).filter(([name]) => !own.has(name))
      const now: Known = {
        key,
        ...(hasMistakes ? {} : { read: Object.fromEntries(others) }),
        floats: [...floats].sort(),
      }
      await sealed.write(now)
    },
  }
}

/** Of the front matter, the blocks and the values: words between them are nothing that a rehearsal looks at. */
function keyOf(document: Document, program: string): string {
  return digest([program, writtenBlocks(document), document.values.map(({ source }) => source)])
}
