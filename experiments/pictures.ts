/** What figures of single operations draw: the typical and the worst pause and unpause of a run. */
import {
  type Analysis,
  type Dataset,
  type Operation,
  operationPictures,
  type Stamps,
  typicalAndWorst,
} from 'repro'
import { reasonOf } from './rows.ts'

const columns: Dataset['columns'] = [
  { name: 'operation', role: 'factor' },
  { name: 'choice', role: 'factor', label: 'typical (of median length) or worst (the longest)' },
  { name: 'lane', role: 'factor' },
  { name: 'what', role: 'factor' },
  { name: 'pcpu', role: 'index' },
  { name: 'at', role: 'measure', unit: 'ticks', label: 'time after xl runs' },
]

/** Pictures of operations that count; a type of which none does has none. */
export function pictures(
  capture: Uint8Array,
  { operations, sanity }: Analysis,
  { dom0, domU }: { readonly dom0: Stamps; readonly domU: Stamps },
): Dataset {
  const chosen = (['pause', 'unpause'] as const).flatMap((type) => {
    const both = typicalAndWorst(operations.filter((one) => one.type === type && reasonOf(one) === ''))
    if (both === null) return []
    return Object.entries(both).map(([choice, operation]: [string, Operation]) => ({ choice, operation }))
  })
  const drawn = operationPictures(
    [capture],
    chosen.map(({ operation }) => operation),
    {
      domain: dom0.domain?.id ?? Number.NaN, // `operations` has checked that there is one
      stamps: domU.stamps.map((stamp) => stamp + sanity.alignments.domU.offset),
    },
  )
  return {
    columns,
    rows: chosen.flatMap(({ choice, operation: { type } }, index) =>
      (drawn[index] ?? []).map((row) => ({ operation: type, choice, ...row })),
    ),
  }
}
