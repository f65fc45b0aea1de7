/** What fills a dataset of a figure: a CSV file, an experiment's observations, or ratios to its baseline. */

export type DatasetSource =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'observations'; readonly experiment: string }
  /** Means of each pattern as multiples of the first pattern's, with intervals. */
  | { readonly type: 'ratios'; readonly experiment: string; readonly measures: readonly string[] }

/** How a dataset is written, for messages. */
export const datasetForms = 'a CSV file, an experiment, or experiment | ratios(measure, measure)'

/** Reads `paper/x.csv`, `latency` or `latency | ratios(total, total-corrected)`; undefined for what is none of them. */
export function readDataset(written: string): DatasetSource | undefined {
  if (written.includes('|')) {
    const [, experiment, list] = /^\s*([\w-]+)\s*\|\s*ratios\(([^()]*)\)\s*$/.exec(written) ?? []
    const measures = list?.split(',').map((name) => name.trim()) ?? []
    if (experiment === undefined || measures.length === 0 || measures.includes('')) return undefined
    return { type: 'ratios', experiment, measures }
  }
  // Ids have neither slash nor dot.
  return /[/\\.]/.test(written)
    ? { type: 'file', path: written }
    : { type: 'observations', experiment: written }
}
