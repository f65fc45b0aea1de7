/** `npm run bench -- NAME`: runs a benchmark and prints its figures. To add one, add a line to the Map. */

type Benchmark = (args: readonly string[]) => Promise<void>

/** Each is loaded when it is called. */
const benchmarks: ReadonlyMap<string, Benchmark> = new Map<string, Benchmark>([
  ['trace', async (args) => (await import('./trace.ts')).benchTrace(args)],
])

const [name = '', ...args] = process.argv.slice(2)
const benchmark = benchmarks.get(name)
if (benchmark === undefined) {
  console.error(`npm run bench -- ${[...benchmarks.keys()].join('|')}`)
  process.exitCode = 2
} else await benchmark(args)
