/** `npm run bench -- NAME`: measures, beside what it is compared with, in one run. Figures are kept in docs/benchmarks.md. */

type Benchmark = (args: readonly string[]) => Promise<void>

const benchmarks: ReadonlyMap<string, () => Promise<Benchmark>> = new Map([
  ['audit', async () => (await import('./audit.ts')).benchAudit],
  ['build', async () => (await import('./build.ts')).benchBuild],
  ['copies', async () => (await import('./copies.ts')).benchCopies],
  ['make', async () => (await import('./make.ts')).benchMake],
  ['scale', async () => (await import('./scale.ts')).benchScale],
  ['serve', async () => (await import('./serve.ts')).benchServe],
  ['statistics', async () => (await import('./statistics.ts')).benchStatistics],
  ['trace', async () => (await import('./trace.ts')).benchTrace],
])

const [name = '', ...args] = process.argv.slice(2)
const load = benchmarks.get(name)
if (load === undefined) {
  console.error(`which one? npm run bench -- ${[...benchmarks.keys()].join('|')}`)
  process.exitCode = 2
} else {
  await (
    await load()
  )(args)
}
