/** Analyses a capture for the script of an experiment, in one pass. */

import { type Analysis, analyse, type Operation } from './operations.ts'
import { type PictureRow, pictures, typicalAndWorst } from './picture.ts'
import type { Stamps } from './stamps.ts'
import { readTimeline, type Timeline } from './timeline.ts'

/** A row of the picture of the typical (median) or worst (longest) operation of its type. */
export type ChosenRow = PictureRow & {
  readonly operation: Operation['type']
  readonly choice: 'typical' | 'worst'
}

/**
 * Finds the operations that dom0 stamped in the capture, their phases (sums checked), and the pictures of the
 * typical and the worst pause and unpause. No operation is dropped; an excluded one gives its reason.
 *
 * @param input.capture bytes in chunks of any length (`[bytes]` for a whole file); or the result of
 *   `readTimeline`, if several domains are under test
 * @param input.drawable selects the operations that may be drawn; default: none
 * @throws TraceError if the capture or the stamps are invalid, or a clock cannot be aligned
 */
export function operations(input: {
  readonly capture: Iterable<Uint8Array> | Timeline
  readonly dom0: Stamps
  readonly domU: Stamps
  readonly drawable?: (operation: Operation) => boolean
}): Analysis & { readonly pictures: readonly ChosenRow[] } {
  const { capture, dom0, domU, drawable = () => false } = input
  const timeline = 'domains' in capture ? capture : readTimeline(capture)
  const analysis = analyse(timeline, dom0, domU)
  return { ...analysis, pictures: chosenPictures(timeline, analysis, { dom0, domU }, drawable) }
}

function chosenPictures(
  timeline: Timeline,
  { operations: found, sanity }: Analysis,
  { dom0, domU }: { readonly dom0: Stamps; readonly domU: Stamps },
  drawable: (operation: Operation) => boolean,
): readonly ChosenRow[] {
  const chosen = (['pause', 'unpause'] as const).flatMap((type) => {
    const both = typicalAndWorst(found.filter((one) => one.type === type && drawable(one)))
    return both === null
      ? []
      : (['typical', 'worst'] as const).map((choice) => ({ choice, one: both[choice] }))
  })
  const drawn = pictures(
    timeline,
    chosen.map(({ one }) => one),
    {
      domain: dom0.domain?.id ?? Number.NaN, // `analyse` has checked that there is one
      stamps: domU.stamps.map((stamp) => stamp + sanity.alignments.domU.offset),
    },
  )
  return chosen.flatMap(({ choice, one }, i) =>
    (drawn[i] ?? []).map((row) => ({ operation: one.type, choice, ...row })),
  )
}
