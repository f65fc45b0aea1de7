/** Published numbers of the series that the document shows in tables with published numbers. */

import type { ClaimSeries } from '../claims/series.ts'
import type { Document } from '../document/document.ts'
import { type PublishedRow, parsePublished } from '../query/published.ts'
import { decimal } from '../text/numbers.ts'
import type { Distribution } from './model.ts'
import { matching } from './published.ts'

interface Source {
  readonly experiment: string
  readonly measures: readonly string[]
  readonly rows: readonly PublishedRow[]
}

/**
 * Looks series up in the published files of the document's tables: by pattern and factors, and by phase if
 * the file has one, else by the table's measure. Unreadable files have no numbers; the table reports them.
 */
export async function publishedSeries(
  { blocks }: Document,
  readText: (path: string) => Promise<string>,
): Promise<(series: ClaimSeries) => Distribution['published']> {
  const sources: Source[] = []
  for (const block of blocks) {
    if (block.type !== 'table' || block.from === undefined) continue
    const { published, publishedEnvironment, measures } = block.options
    if (typeof published !== 'string' || !Array.isArray(measures)) continue
    const environment = typeof publishedEnvironment === 'string' ? publishedEnvironment : undefined
    const rows = matching(await readText(published).then(parsePublished).catch(nothing), { environment })
    sources.push({ experiment: block.from, measures: measures.map(String), rows })
  }
  return (series) => {
    for (const { experiment, measures, rows } of sources) {
      if (experiment !== series.run.experiment || !measures.includes(series.measure)) continue
      const keys = { pattern: series.run.pattern, ...series.factors, phase: series.measure }
      const [row, ...others] = matching(rows, keys)
      const [mean, min, max] = ['mean', 'min', 'max'].map((name) => numberIn(row, `${name}_${series.unit}`))
      if (mean === undefined || others.length > 0) continue
      return { mean, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
    }
    return undefined
  }
}

const nothing = (): readonly PublishedRow[] => []

function numberIn(row: PublishedRow | undefined, column: string): number | undefined {
  return decimal(row?.[column] ?? '')
}
