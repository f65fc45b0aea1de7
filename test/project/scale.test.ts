/** That work and memory grow with the number of cells and rows, and not faster: counted, never timed. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { VFile } from 'vfile'
import { afterAll, describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { cellsOf, cellSelector } from '../../src/engine/cells.ts'
import { plan } from '../../src/engine/plan.ts'
import { type Files, openFiles } from '../../src/files/tracked.ts'
import { renderInputs } from '../../src/project/renderinputs.ts'
import { reproductions } from '../../src/project/replay.ts'
import { makeReport } from '../../src/report/report.ts'
import { runName, type Run } from '../../src/results/run.ts'
import { formatRun, parseRows } from '../../src/results/runfile.ts'
import { openStore } from '../../src/results/store.ts'
import { lackingTrials } from '../../src/results/trials.ts'
import { projectEnvironments } from '../../src/testbeds/environments.ts'
import { fakeExperiment, fakeRun } from '../results/fake.ts'

const folder = mkdtempSync(join(tmpdir(), 'repro-many-'))
afterAll(() => rmSync(folder, { recursive: true }))

const names = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`)

/** Runs that count how often anybody asks for their patterns, as all who look for one do. */
function counting(count: number) {
  let asked = 0
  const runs = names(count).map((pattern) => {
    const run = fakeRun({ pattern, trials: 1 })
    return Object.defineProperty({ ...run }, 'pattern', {
      enumerable: true,
      get() {
        asked += 1
        return pattern
      },
    }) as Run
  })
  return { runs, asked: () => asked }
}

function documentOf(count: number) {
  const value = `---
title: Many cells
---

\`\`\`yaml experiment
id: latency
script: experiments/pause-resume.ts
environments: [xen-4.14]
trials: 1
patterns:
${names(count)
  .map((name) => `  ${name}: {}`)
  .join('\n')}
\`\`\`

\`\`\`yaml table
id: tbl-latency
kind: summary
from: latency
caption: Times
measures: [total]
\`\`\`

\`\`\`yaml table
id: tbl-validity
kind: validity
from: latency
caption: Errors
reference: xen-4.20
patterns: [p0, p1]
measures: [total]
\`\`\`

The first is \`=latency['xen-4.14'].p0.pause.total.mean | us\`, the second \`=latency['xen-4.14'].p1.pause.total.mean | us\`.
`
  return parseDocument(new VFile({ path: 'paper/index.md', value }))
}

async function reported(count: number): Promise<number> {
  const { runs, asked } = counting(count)
  const document = documentOf(count)
  expect(document.file.messages.map(String)).toEqual([])
  const common = { document, translations: [], published: [], runs, statuses: new Map() }
  renderInputs({ ...common, files: openFiles(folder), program: 'test' })
  const { problems } = await makeReport({ ...common, generator: 'test', read: async () => new Uint8Array() })
  expect(problems).toEqual([])
  return asked()
}

describe('with twice the cells', () => {
  it('a report looks at runs twice as often', async () => {
    const [some, twice] = [await reported(100), await reported(200)]
    expect(some).toBeGreaterThan(100)
    expect(twice).toBeLessThan(2.2 * some)
  })

  it('a rerun is compared with records twice as often', () => {
    const asked = (count: number) => {
      const { runs, asked } = counting(count)
      const steps = runs.map((run) => ({ cell: run, status: { type: 'recorded', run } }))
      const found = reproductions(steps as unknown as Parameters<typeof reproductions>[0], runs)
      expect(found.map(({ same }) => same)).toEqual(runs.map(() => 'bits'))
      return asked()
    }
    expect(asked(200)).toBeLessThan(2.2 * asked(100))
  })

  it('all cells can be named on the command line', () => {
    let asked = 0
    const cellsOfMany = (count: number) =>
      names(count).map((pattern) => ({
        ...{ experiment: 'latency', environment: 'xen-4.14' },
        get pattern() {
          asked += 1
          return pattern
        },
      }))
    const select = (count: number) => {
      asked = 0
      const cells = cellsOfMany(count) as unknown as ReturnType<typeof cellsOf>
      const isChosen = cellSelector(cells, cells.map(runName), '--only')
      expect(cells.filter(isChosen)).toHaveLength(count)
      return asked
    }
    const some = select(100)
    expect(select(200)).toBeLessThan(2.2 * some)
  })

  it('a plan reads twice the files, each once, and holds none of them', async () => {
    mkdirSync(join(folder, 'experiments'), { recursive: true })
    writeFileSync(join(folder, 'experiments/environments.yaml'), 'board: {label: A board, testbed: local}\n')
    writeFileSync(join(folder, 'experiments/pause-resume.ts'), 'export default async () => ({})\n')
    const planned = async (count: number) => {
      const read = new Map<string, number>()
      const own = openFiles(folder)
      const noted = (path: string) => void read.set(path, (read.get(path) ?? 0) + 1)
      const files: Files = {
        ...own,
        derived: (_, make) => make(files),
        text: (path: string) => {
          noted(path)
          return own.text(path)
        },
        textOnce: (path: string) => {
          noted(path)
          return own.textOnce(path)
        },
      }
      const experiment = fakeExperiment(
        names(count).map((name) => ({ name })),
        ['board'],
      )
      const environments = projectEnvironments(folder, files)
      const context = { project: folder, document: 'paper/index.md', environments, cache: folder, files }
      const steps = await plan(cellsOf([experiment]), { ...context, store: openStore(folder, files) })
      expect(steps).toHaveLength(count)
      return read
    }
    const write = (count: number) => {
      for (const pattern of names(count)) {
        const run = fakeRun({ environment: 'board', pattern, origin: 'local', trials: 4 })
        const place = join(folder, 'results', runName(run))
        mkdirSync(place, { recursive: true })
        for (const [name, text] of Object.entries(formatRun(run))) writeFileSync(join(place, name), text)
      }
    }
    write(40)
    const some = await planned(20)
    const twice = await planned(40)
    const recorded = [...twice].filter(([path]) => path.startsWith('results/'))
    expect(recorded).toHaveLength(80)
    expect(recorded.filter(([, times]) => times > 1)).toEqual([])
    expect(twice.size - some.size).toBe(40)
  })
})

describe('files of runs', () => {
  it('are not kept when they were read', () => {
    writeFileSync(join(folder, 'run.txt'), 'first')
    const files = openFiles(folder)
    expect(files.textOnce('run.txt')).toBe('first')
    const before = files.fingerprints()
    writeFileSync(join(folder, 'run.txt'), 'second')
    expect(files.textOnce('run.txt')).toBe('second')
    // The next build must see that something changed.
    expect(files.fingerprints()).toEqual(before)
    expect(files.textOnce('none.txt')).toBeUndefined()
  })
})

describe('rows', () => {
  const columns = [
    { name: 'boot', role: 'index' },
    { name: 'trial', role: 'index' },
    { name: 'operation', role: 'factor' },
    { name: 'total', role: 'measure', unit: 'us' },
  ] as const
  const count = 100_000
  const lines = Array.from(
    { length: count },
    (_, trial) => `${1 + Math.floor((trial * 5) / count)},${trial},pause of a domain,${trial / 7}`,
  )
  const text = `boot,trial,operation,total\n${lines.join('\n')}\n`

  it('take some 100 bytes each', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    const before = process.memoryUsage().heapUsed
    const rows = parseRows(text, columns)
    collect()
    const bytes = (process.memoryUsage().heapUsed - before) / count
    expect(rows).toHaveLength(count)
    // As objects without any prototype they took 330.
    expect(bytes).toBeLessThan(200)
  })

  it('inherit nothing, whatever their columns are called', () => {
    const [row] = parseRows('__proto__,constructor\n1,x\n', [
      { name: '__proto__', role: 'measure' },
      { name: 'constructor', role: 'factor' },
    ])
    expect(Object.entries(row ?? {})).toEqual([
      ['__proto__', 1],
      ['constructor', 'x'],
    ])
    const [other] = parseRows(text.slice(0, 100).split('\n').slice(0, 2).join('\n'), columns)
    expect([other?.constructor, other?.toString, other?.__proto__]).toEqual([undefined, undefined, undefined])
  })

  it('are held against the trials that were asked for', () => {
    const rows = parseRows(text, columns)
    const run = { columns, rows, exclusions: [], trials: count, inputs: { boots: 5 } }
    expect(lackingTrials(run)).toBeUndefined()
    expect(lackingTrials({ ...run, rows: rows.toSpliced(70_000, 1) })).toBe(
      'it asks for 100000 trials: no row of trial 70000 in boot 4',
    )
  })
})
