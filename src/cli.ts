/** The command line: finds the command, loads it, and turns how it ended into an exit code. */

import { readFileSync } from 'node:fs'
import { exitCodes } from './commands/exitcodes.ts'
import { complain, print } from './commands/terminal.ts'

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
  [
    'accept',
    async (args, signal) => (await import('./commands/accept.ts')).acceptCommand(args, generator(), signal),
  ],
  [
    'verify',
    async (args, signal) => (await import('./commands/verify.ts')).verifyCommand(args, generator(), signal),
  ],
  [
    'pack',
    async (args, signal) => (await import('./commands/pack.ts')).packCommand(args, generator(), signal),
  ],
  ['diff', async (args) => (await import('./commands/diff.ts')).diffCommand(args, generator())],
  ['clean', async (args, signal) => (await import('./commands/clean.ts')).cleanCommand(args, signal)],
  ['audit', async (args) => (await import('./commands/audit.ts')).auditCommand(args)],
  ['trace', async (args, signal) => (await import('./commands/trace.ts')).traceCommand(args, signal)],
  ['testbed', async (args, signal) => (await import('./commands/testbed.ts')).testbedCommand(args, signal)],
])

const sameSignalMs = 500

await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<void> {
  try {
    if (args[0] === 'build' && (await nothingToDo(args.slice(1)))) return
  } catch (error) {
    complain(`error: ${(error as Error).message}`)
    process.exitCode = exitCodes.failed
    return
  }
  process.exitCode = await run(args, endSignal())
}

/** Aborted by the first signal that asks this process to end; a later one ends it at once. */
function endSignal(): AbortSignal {
  const abort = new AbortController()
  let firstMs = 0
  const end = (name: string) => {
    // A terminal and the process that started this one both send the signal of one Ctrl-C.
    if (abort.signal.aborted && Date.now() - firstMs > sameSignalMs) process.exit(exitCodes.interrupted)
    firstMs ||= Date.now()
    abort.abort(new Error(`interrupted by ${name}`))
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, end)
  return abort.signal
}

async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  try {
    const [name = '', ...rest] = args
    const isHelp = name === 'help' || args.includes('--help') || args.includes('-h')
    if (isHelp || name === '')
      return await help(
        args.filter((word) => word !== 'help' && !word.startsWith('-')),
        isHelp,
      )
    if (name === '--version') {
      print(generator())
      return exitCodes.done
    }
    const command = commands.get(name)
    return command ? await command(rest, signal) : await unknown(name)
  } catch (error) {
    if (signal.aborted) {
      complain('interrupted')
      return exitCodes.interrupted
    }
    const { tellError } = await import('./commands/messages.ts')
    const { text, exitCode } = tellError(error)
    complain(text)
    return exitCode
  }
}

/** Help for the command of these words, or for all commands; `asked` is false for a line without any word. */
async function help(words: readonly string[], asked: boolean): Promise<number> {
  const { commandHelp, generalHelp } = await import('./commands/help.ts')
  const text = words.length === 0 ? generalHelp() : commandHelp(words)
  if (text === undefined) {
    // In a group the second word is the unknown one.
    const [name = '', sub] = words
    if (!commands.has(name) || sub === undefined) return await unknown(name)
    complain(`repro: unknown command: ${name} ${sub}\nTry \`repro help ${name}\`.`)
    return exitCodes.usage
  }
  print(text)
  return asked ? exitCodes.done : exitCodes.usage
}

async function unknown(name: string): Promise<number> {
  const { hint } = await import('./text/spelling.ts')
  complain(`repro: unknown command: ${name}${hint(name, commands.keys())}\nTry \`repro --help\`.`)
  return exitCodes.usage
}

/** The most frequent build, told from the others before the rest of this program is loaded. */
async function nothingToDo(args: readonly string[]): Promise<boolean> {
  if (args.some((word) => word.startsWith('-')) || args.length > 1) return false
  const { isUpToDate, reportFile } = await import('./project/manifest.ts')
  const { openSeal } = await import('./results/seal.ts')
  const project = process.cwd()
  const document = args[0] ?? 'paper/index.md'
  if (!isUpToDate({ project, document, seal: openSeal(project) })) return false
  print(`${reportFile(document)} (nothing to do)`)
  return true
}

/** Name and version of this program. */
function generator(): string {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return `${name} ${version}`
}
