/** A boot on its way through the queue, and the names of what it is there. */

import type { Ending, Follower, Submission } from '../executor.ts'

/** Where a boot is: the task of an array, which may be one of an earlier build. */
export interface Place {
  readonly array: string
  readonly index: number
}

export interface Entry {
  readonly submission: Submission
  readonly follower: Follower
  readonly resolve: (ending: Ending) => void
  readonly reject: (error: unknown) => void
  /** Undefined until it is submitted. */
  place: Place | undefined
  /** An earlier build submitted it; it is submitted again if nothing comes of that. */
  isTakenUp: boolean
  isCanceled: boolean
  isCollected: boolean
  /** Consecutive looks in which it was missed. */
  misses: number
  /** Lines of its log that were passed on. */
  lines: number
}

export const canceled: Ending = { status: 'canceled', late: false }

export function nameOf(array: string): string {
  return `repro-${array}`
}

export function taskName({ array, index }: Place): string {
  return `${nameOf(array)} ${index}`
}
