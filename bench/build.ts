/**
 * How long a build takes, as whole processes: of papers with 12, 200 and 2,000 blocks (12 scripts to 8 tables and 6 figures, as a real
 * paper has them), cold, with nothing to do, and after a change of one word, one figure's specification and one script.
 * Beside each time stands its ratio to a bare `node -e 0` of the same run.
 */

import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openConsent } from '../src/project/consent.ts'
import { median } from '../src/stats/order.ts'
import { cacheFolder } from '../src/testbed/cache.ts'

const program = resolve(import.meta.dirname, '../dist/cli.cjs')

/** Arguments: numbers of blocks, in place of 12, 200 and 2000; `claims` first for papers of claims and tables of few scripts. */
export async function benchBuild(args: readonly string[]): Promise<void> {
  const hasClaims = args[0] === 'claims'
  const given = hasClaims ? args.slice(1) : args
  const sizes = given.length > 0 ? given.map(Number) : [12, 200, 2000]
  const bareMs = timeMs(15, () => node(['-e', '0']))
  console.log(`bare \`node -e 0\`: ${bareMs.toFixed(0)} ms (median of 15, Node ${process.version})`)
  console.log(
    '\n| blocks | cold | nothing to do | one word | one figure | one script |\n|--:|--:|--:|--:|--:|--:|',
  )
  for (const blocks of sizes) {
    const project = mkdtempSync(join(tmpdir(), 'repro-bench-'))
    try {
      console.log(
        `| ${blocks} | ${measure(project, blocks, hasClaims ? writeClaims : writePaper)
          .map((ms) => show(ms, bareMs))
          .join(' | ')} |`,
      )
    } finally {
      rmSync(project, { recursive: true })
    }
  }
}

function measure(project: string, blocks: number, writes: typeof writePaper): readonly number[] {
  writes(project, blocks)
  openConsent(project, cacheFolder()).remember([], true)
  const paper = join(project, 'paper/index.md')
  const build = () => repro(project, 'build')
  const repeats = blocks > 1000 ? 3 : 7
  let edits = 0
  const coldMs = timeMs(1, build)
  build() // finds files that were changed just now, and has to read them
  return [
    coldMs,
    timeMs(repeats, build),
    timeMs(repeats, build, () => appendFileSync(paper, `\nword ${++edits}\n`)),
    timeMs(repeats, build, () => writeFileSync(join(project, 'figures/f0.vl.json'), specification(++edits))),
    timeMs(repeats, build, () => {
      const text = readFileSync(paper, 'utf8')
      writeFileSync(paper, text.replace(/valueUs: \d+ \+ 0 /, `valueUs: ${++edits} + 0 `))
    }),
  ]
}

/** Median of whole runs of `action`; `before` each is not measured. */
function timeMs(repeats: number, action: () => void, before: () => void = () => {}): number {
  const times = Array.from({ length: repeats }, () => {
    before()
    const start = performance.now()
    action()
    return performance.now() - start
  })
  return median(times)
}

function show(ms: number, bareMs: number): string {
  return `${ms < 10_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(0)} s`} (${(ms / bareMs).toFixed(1)}×)`
}

function node(args: readonly string[], cwd?: string): void {
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}:\n${stderr}`)
}

function repro(project: string, ...args: readonly string[]): void {
  node([program, ...args], project)
}

function writePaper(project: string, blocks: number): void {
  for (const folder of ['paper', 'figures']) mkdirSync(join(project, folder))
  const scripts = Math.ceil((blocks * 12) / 26)
  const tables = Math.ceil((blocks * 8) / 26)
  const parts = ['---\ntitle: A paper\n---\n']
  for (let index = 0; index < blocks; index++) {
    const from = `e${index % scripts}`
    parts.push(`Prose between, with a number: \`=${from}.local.default.valueUs.mean | us\`.\n`)
    if (index < scripts) {
      const code = `export const rows = [{ valueUs: ${index} + 0 + cell.random() }]`
      parts.push(fence(`ts experiment id=${from} testbed=local trials=2`, code))
    } else if (index < scripts + tables) {
      parts.push(fence('yaml table', `id: t${index}\nkind: summary\nfrom: ${from}\nby: []\ncaption: A table`))
    } else {
      const spec = `figures/f${index - scripts - tables}.vl.json`
      writeFileSync(join(project, spec), specification(0))
      parts.push(
        fence(
          'yaml figure',
          `id: f${index}\nspec: ${spec}\ncaption: A figure\nalt: Points\ndata: {rows: ${from}}`,
        ),
      )
    }
  }
  writeFileSync(join(project, 'paper/index.md'), parts.join('\n'))
}

/** Claims and tables, by turns, over at most 20 scripts; and a figure, which nothing shows. */
function writeClaims(project: string, blocks: number): void {
  for (const folder of ['paper', 'figures']) mkdirSync(join(project, folder))
  writeFileSync(join(project, 'figures/f0.vl.json'), specification(0))
  const scripts = Math.min(20, Math.ceil(blocks / 4))
  const value = (index: number) => `e${index % scripts}.local.default.valueUs.mean`
  const parts = Array.from({ length: blocks }, (_, index) => {
    const from = `e${index % scripts}`
    const block =
      index < scripts
        ? fence(
            `ts experiment id=${from} testbed=local trials=6`,
            `export const rows = [{ valueUs: ${index} + 0 + 10 + cell.random() }]`,
          )
        : index % 2 === 0
          ? fence('yaml table', `id: tbl-${index}\nkind: summary\nfrom: ${from}\nby: []\ncaption: A table`)
          : fence(
              'yaml claim',
              `id: C${index}\nstatement: They are alike\nscope: shape\nvalue: ${value(index)} / ${value(index + 1)}\nbetween: [0.1, 10]`,
            )
    return `Prose between, with a number: \`=${value(index)} | us\`.\n\n${block}`
  })
  writeFileSync(join(project, 'paper/index.md'), ['---\ntitle: A paper\n---\n', ...parts].join('\n'))
}

function fence(info: string, content: string): string {
  return `\`\`\`${info}\n${content}\n\`\`\`\n`
}

function specification(edit: number): string {
  const encoding = {
    x: { field: 'trial', type: 'quantitative' },
    y: { field: 'valueUs', type: 'quantitative', title: `value ${edit}` },
  }
  return JSON.stringify({ data: { name: 'rows' }, mark: 'point', encoding })
}
