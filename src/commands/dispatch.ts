/** Finds the command of a command line; runs it or prints its help. */

import { hint } from '../text/spelling.ts'
import { type Command, type Context, type Group, isGroup } from './command.ts'
import { commandHelp, generalHelp, groupHelp } from './help.ts'
import { UsageError } from './parse.ts'
import { registry } from './registry.ts'
import { complain, exitCodes, OutputError, print } from './terminal/terminal.ts'

/** Returns the exit code. Reports mistakes on the command line; throws all other errors. */
export async function dispatch(args: readonly string[], context: Context): Promise<number> {
  const isHelp = args[0] === 'help' || args.includes('--help') || args.includes('-h')
  const words = isHelp
    ? args.filter((word, i) => !(i === 0 && word === 'help') && !word.startsWith('-'))
    : args
  try {
    if (isHelp) {
      print(helpOf(words))
      return exitCodes.done
    }
    if (words.length > 0) return await run(words, context)
    print(generalHelp(registry))
    return exitCodes.usage
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    complain(`repro: ${error.message}\nTry \`${['repro help', ...known(words)].join(' ')}\`.`)
    return exitCodes.usage
  }
}

async function run(args: readonly string[], context: Context): Promise<number> {
  if (args[0] === '__names') {
    const { namesOf } = await import('./names.ts')
    for (const name of namesOf(args[1] ?? '', args[2])) print(name)
    return exitCodes.done
  }
  const { name, found } = find(args)
  if (!isGroup(found)) return await runCommand(found, args.slice(name.length), context)
  throw new UsageError(`missing subcommand: one of ${[...found.commands.keys()].join(', ')}`)
}

async function runCommand(
  { run: action, failure }: Command,
  args: readonly string[],
  context: Context,
): Promise<number> {
  try {
    return await action(args, context)
  } catch (error) {
    if (failure && args.includes('--json') && !(error instanceof OutputError)) {
      const { text, exitCode } = await reportOf(error, context)
      print(JSON.stringify(await failure(text.replace(/^error: /, ''), exitCode), null, 2))
    }
    throw error
  }
}

async function reportOf(error: unknown, { signal }: Context) {
  if (signal.aborted) return { text: 'interrupted', exitCode: exitCodes.interrupted }
  if (error instanceof UsageError) return { text: error.message, exitCode: exitCodes.usage }
  const { errorReport } = await import('./terminal/messages.ts')
  return errorReport(error)
}

function helpOf(words: readonly string[]): string {
  if (words.length === 0) return generalHelp(registry)
  const { name, found } = find(words)
  return isGroup(found) ? groupHelp(name.join(' '), found) : commandHelp(found)
}

/** Returns the command or group named by the first words, and these words. Throws a UsageError if unknown. */
function find([first = '', second]: readonly string[]): { name: readonly string[]; found: Command | Group } {
  const found = registry.get(first)
  if (found === undefined) throw unknown(first, registry)
  if (second === undefined || !isGroup(found)) return { name: [first], found }
  const one = found.commands.get(second)
  if (one === undefined) throw unknown(second, found.commands, `${first} `)
  return { name: [first, second], found: one }
}

function unknown(name: string, names: ReadonlyMap<string, unknown>, group = ''): UsageError {
  return new UsageError(`unknown command: ${group}${name}${hint(name, names.keys())}`)
}

function known([first = '', second = '']: readonly string[]): readonly string[] {
  const found = registry.get(first)
  if (found === undefined) return []
  return isGroup(found) && found.commands.has(second) ? [first, second] : [first]
}
