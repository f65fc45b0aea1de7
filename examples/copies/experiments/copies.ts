import type { Cell, Result } from 'repro'

/** Copies a buffer of `sizeKb` once in each trial. */
export default async function copies(cell: Cell): Promise<Result> {
  const bytes = 1024 * Number(cell.parameters.sizeKb)
  const [source, target] = [new Uint8Array(bytes).fill(1), new Uint8Array(bytes)]
  const rows = await cell.each(({ number }) => {
    const started = performance.now()
    target.set(source)
    return [{ trial: number, copyUs: 1000 * (performance.now() - started) }]
  })
  return {
    columns: [
      { name: 'trial', role: 'index' },
      { name: 'copyUs', role: 'measure', unit: 'us', label: 'copy' },
    ],
    rows,
    exclusions: [],
    captured: {},
  }
}
