/** The command line: runs a command and maps its result to an exit code. */

import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { complain, exitCodes, print } from './commands/terminal/terminal.ts'
import { programUrl } from './dist.ts'
import { isUpToDate, readManifest, reportFile } from './project/manifest.ts'
import { locate } from './project/root.ts'
import { codeName, keepCode, loadCompiled } from './results/compiled.ts'
import { openKept } from './results/kept.ts'
import { openSeal } from './results/seal.ts'
import { commandName } from './text/program.ts'

type Program = typeof import('./commands/program.ts')

const sameSignalMs = 500
let loaded: Program | undefined
/** Most builds: the document was built before, so that this one parses and checks little of it. */
let isRebuild = false

void main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<void> {
  try {
    if (args[0] === '--version') return print(generator())
    if (args[0] === 'build' && nothingToDo(args.slice(1))) return
  } catch (error) {
    complain(`error: ${(error as Error).message}`)
    process.exitCode = exitCodes.failed
    return
  }
  process.exitCode = await run(args, endSignal())
}

/** Aborts on the first termination signal; the next one exits at once. */
function endSignal(): AbortSignal {
  const abort = new AbortController()
  let firstMs = 0
  const end = (name: string) => {
    // On Ctrl-C, both the terminal and the parent process may send the signal.
    if (abort.signal.aborted && Date.now() - firstMs > sameSignalMs) process.exit(exitCodes.interrupted)
    firstMs ||= Date.now()
    abort.abort(new Error(`interrupted by ${name}`))
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, end)
  return abort.signal
}

async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  try {
    const { dispatch } = await program(args[0])
    return await dispatch(args, { generator: generator(), signal })
  } catch (error) {
    if (signal.aborted) {
      complain('interrupted')
      return exitCodes.interrupted
    }
    const { errorReport } = await program(args[0])
    const { text, exitCode } = errorReport(error)
    complain(text)
    return exitCode
  }
}

/** File name of the bundled program; bundle.mjs defines it. */
declare const programFile: string

/** Loads the rest of the program, once. */
async function program(command = ''): Promise<Program> {
  if (typeof programFile === 'undefined') return await import('./commands/program.ts')
  if (loaded === undefined) {
    // The loader of modules would take longer than all that this does.
    const { setFlagsFromString } = process.getBuiltinModule?.('node:v8') ?? (await import('node:v8'))
    // Eight times V8's own, with which a short build spends a seventh of its time on optimising what runs no more.
    // Commands that stay open repeat their work, and gain from it.
    if (command !== 'serve' && command !== 'lsp') setFlagsFromString('--interrupt-budget=500000')
    const file = fileURLToPath(programUrl(programFile))
    const use = isRebuild ? 'rebuild' : /^[a-z]{1,12}$/.test(command) ? command : 'any'
    const name = codeName(file, use)
    const kept = openKept('code')
    const { exports, isNew, code } = loadCompiled<Program>(file, kept.read(name))
    loaded = exports
    // By then, the functions that this use needs are compiled, and few others. All that is kept gets loaded.
    const isUsual = () => !isRebuild || exports.hasRecalled()
    if (isNew) process.once('exit', (status) => status === 0 && isUsual() && keepCode(kept, name, code()))
  }
  return loaded
}

/** Handles the most common build, one with nothing to do, before the rest of the program is loaded. */
function nothingToDo(args: readonly string[]): boolean {
  if (args.some((word) => word.startsWith('-')) || args.length > 1) return false
  const { project, document } = locate(args[0], process.cwd())
  const place = { project, document, seal: openSeal(project) }
  const manifest = readManifest(place)
  isRebuild = manifest !== undefined
  if (!isUpToDate(place, undefined, manifest)) return false
  print(`${relative('', join(project, reportFile(document)))} (nothing to do)`)
  return true
}

/** Name and version of this program. */
function generator(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return `${commandName} ${version}`
}
