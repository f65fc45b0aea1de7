import type { Cell, Result } from 'repro'

/** Sorts an array of `length` numbers once in each trial, and times it. */
export default async function sorting(cell: Cell): Promise<Result> {
  const length = Number(cell.parameters.length)
  const isSorted = cell.parameters.order === 'sorted'
  // The compiler should be done before the first trial is timed.
  for (let warmUp = 0; warmUp < 5; warmUp += 1) timeToSort(Float64Array.from({ length }, Math.random))
  const rows = await cell.each(({ number, random }) => {
    const values = Array.from({ length }, random)
    return [{ trial: number + 1, sort: timeToSort(isSorted ? values.sort(ascending) : values) }]
  })
  return {
    columns: [
      { name: 'trial', role: 'index' },
      { name: 'sort', role: 'measure', unit: 'ms', label: 'sort' },
    ],
    rows,
    exclusions: [],
    captured: {},
  }
}

const ascending = (a: number, b: number) => a - b

/** In milliseconds. */
function timeToSort(values: readonly number[] | Float64Array): number {
  const copy = Array.from(values)
  const start = performance.now()
  copy.sort(ascending)
  return performance.now() - start
}
