import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { parseStamps } from '../../src/index.ts'
import { schema } from '../../src/results/key.ts'
import { analyse } from '../../src/xentrace/operations.ts'
import { pictures } from '../../src/xentrace/picture.ts'
import { readTimeline } from '../../src/xentrace/timeline.ts'

const folder = new URL('../fixtures/trace/run/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder))

// Keys hold the schema and not this program's own code: whoever makes the analysis give other numbers must raise it, or runs that
// were analysed as before would count as fresh.
it('the schema in keys is raised when the analysis of a capture gives anything else than before', () => {
  const capture = gunzipSync(read('trace.bin.gz'))
  const stamps = (name: string) => parseStamps(read(name).toString('utf8'), name)
  const dom0 = stamps('dom0.stamps')
  const domU = stamps('domu.stamps')
  const timeline = readTimeline([capture])
  const analysis = analyse(timeline, dom0, domU)
  const drawn = pictures(timeline, analysis.operations, {
    domain: dom0.domain?.id ?? 0,
    stamps: domU.stamps.map((stamp) => stamp + analysis.sanity.alignments.domU.offset),
  })
  const found = createHash('sha256')
    .update(JSON.stringify({ analysis, pictures: drawn }))
    .digest('hex')
  expect(analysis.operations.length).toBeGreaterThan(0)
  expect({ schema, found }).toEqual({
    schema: 3,
    found: '6d655d28513fad793f9fe15df6e0748a4c8a9693025e50a590eb69f0cf158578',
  })
})
