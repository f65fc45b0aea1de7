/** The command line: finds the command, loads it, and turns how it ended into an exit code. */

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { exitCodes } from './commands/exitcodes.ts'

const help = `repro: papers whose experiments run again

  repro build [DOCUMENT]     run what is missing and write the report into _build/
  repro run [DOCUMENT]       the same without the report
  repro check [DOCUMENT]     list everything that is wrong with the document; runs nothing
  repro status [DOCUMENT]    where each cell, table and figure stands, and why (--json, --frozen)
  repro explain STEP         what goes into a cell, table or figure, or the page, and what of it changed
  repro verify [DOCUMENT]    a verdict for each claim (--rerun, --claim C7, --kick-the-tires, --json, --junit FILE)
  repro diff A B             compare runs: two git revisions, \`recorded\`, \`latest\`, or two runs of a cell
  repro accept CELL          take over the observations of a recorded run as they were edited by hand
  repro clean [--older 30d]  delete old runs made here that are not recorded (-n only lists them)
  repro status [DOCUMENT]    for each cell, whether its result is there, and why not
  repro pack [DOCUMENT]      one archive for Zenodo or a badge committee (-o FILE, --allow-dirty)
  repro audit FILE...        whether the numbers of published tables (CSV) can be true; --json, --n N
  repro testbed list|setup|doctor|lock|shell
                             the laboratory by itself
  repro trace info|summary|phases|dump|export FILE|CELL
                             what a capture of xentrace says (docs/trace.md)
  repro help [COMMAND], --version

DOCUMENT is paper/index.md unless given. Of build and run:
  --rerun            run also what is there; --rerun=LIST only these cells
  --trials N         trials of every cell, over the document's
  --deadline S       longest time of a cell in seconds, over the document's
  --only LIST        only these cells: patterns, experiments or experiment/environment/pattern, with commas
  --frozen           run nothing; fail unless every cell's recorded run is what the document asks for
  -j, --jobs N       cells at once (as many as there are processors)
  -k, --keep-going   start further cells after one failed
  -n, --dry-run      say what would run, and why
  --record           write the runs that the report shows into results/

Exit codes: 0 done, 1 an experiment failed or the report lacks a result, 2 usage or document, 3 a claim is not reproduced,
4 not as recorded (--frozen), 5 testbed, 130 interrupted.
`

type Command = (args: readonly string[], signal: AbortSignal) => Promise<number>

/** Each is loaded when it is called. */
const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  [
    'build',
    async (args, signal) => (await import('./commands/build.ts')).buildCommand(args, generator(), signal),
  ],
  [
    'run',
    async (args, signal) =>
      (await import('./commands/build.ts')).buildCommand(args, generator(), signal, false),
  ],
  ['check', async (args) => (await import('./commands/check.ts')).checkCommand(args, generator())],
  ['status', async (args) => (await import('./commands/status.ts')).statusCommand(args, generator())],
  ['explain', async (args) => (await import('./commands/status.ts')).explainCommand(args, generator())],
  ['accept', async (args) => (await import('./commands/accept.ts')).acceptCommand(args, generator())],
  [
    'verify',
    async (args, signal) => (await import('./commands/verify.ts')).verifyCommand(args, generator(), signal),
  ],
  [
    'pack',
    async (args, signal) => (await import('./commands/pack.ts')).packCommand(args, generator(), signal),
  ],
  ['diff', async (args) => (await import('./commands/diff.ts')).diffCommand(args, generator())],
  ['clean', async (args) => (await import('./commands/clean.ts')).cleanCommand(args)],
  ['audit', async (args) => (await import('./commands/audit.ts')).auditCommand(args)],
  ['trace', async (args) => (await import('./commands/trace.ts')).traceCommand(args)],
  ['testbed', async (args, signal) => (await import('./commands/testbed.ts')).testbedCommand(args, signal)],
])

await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<void> {
  if (args[0] === 'build' && (await nothingToDo(args.slice(1)))) return
  if (Number(process.versions.node.split('.')[0]) < 24) return await runOnNode24(args)
  const abort = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => abort.abort(new Error(`interrupted by ${name}`)))
  }
  process.exitCode = await run(args, abort.signal)
}

async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version') {
    console.log(generator())
    return exitCodes.done
  }
  const isHelp = name === 'help' || args.includes('--help') || args.includes('-h')
  const topic = isHelp ? args.find((word) => word !== 'help' && !word.startsWith('-')) : name
  const command = commands.get(topic ?? '')
  if (topic !== undefined && !command) {
    const { hint } = await import('./document/spelling.ts')
    console.error(`repro: unknown command: ${topic}${hint(topic, commands.keys())}\nTry \`repro --help\`.`)
    return exitCodes.usage
  }
  if (isHelp || name === undefined || !command) {
    const { helpText } = await import('./commands/help.ts')
    console.log(helpText(topic, help))
    return isHelp ? exitCodes.done : exitCodes.usage
  }
  try {
    return await command(rest, signal)
  } catch (error) {
    if (signal.aborted) {
      console.error('interrupted')
      return exitCodes.interrupted
    }
    const { tellError } = await import('./commands/messages.ts')
    const { text, exitCode } = tellError(error)
    console.error(text)
    return exitCode
  }
}

/** The most frequent build, told from the others before the rest of this program is loaded (older Nodes can tell it, too). */
async function nothingToDo(args: readonly string[]): Promise<boolean> {
  if (args.some((word) => word.startsWith('-')) || args.length > 1) return false
  const { isUpToDate, reportFile } = await import('./build/manifest.ts')
  const document = args[0] ?? 'paper/index.md'
  if (!isUpToDate(process.cwd(), document)) return false
  console.log(`${reportFile(document)} (nothing to do)`)
  return true
}

/** Name and version of this program. */
function generator(): string {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return `${name} ${version}`
}

/** The dependency `node` brings a Node that runs this program where the machine's own is older. */
async function runOnNode24(args: readonly string[]): Promise<void> {
  const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
  if (!existsSync(own)) {
    console.error(
      `repro needs Node 24 (this is ${process.version}): install it, or run \`npm ci\` in ${fileURLToPath(new URL('..', import.meta.url))}`,
    )
    process.exitCode = 2
    return
  }
  const { spawnSync } = await import('node:child_process')
  const { status, signal } = spawnSync(own, [fileURLToPath(import.meta.url), ...args], { stdio: 'inherit' })
  if (signal) process.kill(process.pid, signal)
  process.exitCode = status ?? 1
}
