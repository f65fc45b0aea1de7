/** A task that is gone from the queue without a result: what is known of it, and what to do. */

import { FileError, readInside } from '../../files/ordinary.ts'
import { TestbedError } from '../../testbed/board.ts'
import type { Place } from './entry.ts'
import { arrayFolder } from './exchange.ts'

/** @param state Slurm's words for it, if it has any */
export function lostError(
  project: string,
  place: Place,
  task: string,
  state: string | undefined,
): TestbedError {
  const printed = printedBy(project, place)
  const text = [
    `its task ended without a result (job ${[task, ...(state === undefined ? [] : [state])].join(': ')})`,
    ...(printed ?? []).map((line) => `  | ${line}`),
  ]
  return new TestbedError(text.join('\n'), { advice: adviceFor(project, state, printed) })
}

const mostLog = 4_000_000
const shownLines = 6

/** The last lines that a task printed beside its boot's output; undefined if none of it has arrived. */
function printedBy(project: string, { array, index }: Place): readonly string[] | undefined {
  try {
    const found = readInside(project, `${arrayFolder(array)}/${index}.log`, mostLog)
    return found && new TextDecoder().decode(found.content).trim().split('\n').slice(-shownLines)
  } catch (error) {
    if (error instanceof FileError) return undefined
    throw error
  }
}

function adviceFor(
  project: string,
  state: string | undefined,
  printed: readonly string[] | undefined,
): string {
  if (state?.startsWith('OUT_OF_MEMORY')) return 'Ask for more memory: REPRO_SLURM_ARGS="--mem=4G".'
  if (state?.startsWith('CANCELLED')) return 'Somebody canceled it: build again to submit it alone.'
  if (printed === undefined)
    return `Nothing that its node wrote has arrived: ${project} must be on a file system that all nodes share.`
  return (
    'Each node needs the folder of the project, the cache folder, Node and repro, at the same paths as here ' +
    '(docs/slurm.md). Build again to submit the failed boots alone.'
  )
}
