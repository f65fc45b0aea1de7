/**
 * Runs a script in another language than TypeScript: a process for each trial, or one for all of a boot. It
 * gets its trial as JSON and gives rows back; docs/languages.md has the protocol.
 */

import { spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { Transform } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { wrongByte } from '../../data/text.ts'
import { languages } from '../../languages/languages.ts'
import type { Run } from '../../results/run.ts'
import { type Cell, ExperimentError, ProgramError } from './cell.ts'
import { columnsOf, inlineModule } from './inline.ts'
import { mostBytes } from './journal.ts'
import type { BootOrder, Program } from './message.ts'
import { type PrintedRow, readPrintedRows } from './printedrows.ts'
import { emptyFolders, type Folders, foldersIn, gather } from './programfiles.ts'
import type { Recorder } from './recorder.ts'
import { checkRows } from './rows.ts'
import { requireSameColumns } from './samecolumns.ts'
import { isDoneWithin } from './within.ts'

/** Variables that tell the process of its trial, beside REPRO_PARAMETER_NAME for each parameter. */
const variables = {
  input: 'REPRO_INPUT',
  rows: 'REPRO_ROWS',
  files: 'REPRO_FILES',
  datasets: 'REPRO_DATASETS',
  folder: 'REPRO_FOLDER',
  trial: 'REPRO_TRIAL',
  trials: 'REPRO_TRIALS',
  seed: 'REPRO_SEED',
  parameters: 'REPRO_PARAMETERS',
} as const

/** In the boot's folder, for what passes between this process and the script's. */
const exchange = '.process'

/** A script, and the file that is run in its place. */
interface Started {
  readonly program: Program
  readonly path: string
  /** What `path` is called in messages. */
  readonly shown: string
}

/** Returns the script's result, unvalidated except for rows of trials. */
export async function runProgram(
  order: BootOrder,
  program: Program,
  cell: Cell,
  recorder: Pick<Recorder, 'pause'>,
): Promise<unknown> {
  const started = { program, ...scriptFile(order, program) }
  // Recorded as this process reads them: a helper that changes meanwhile is no input.
  for (const path of program.imports) if (existsSync(path)) readFileSync(path)
  const needs = JSON.stringify(neededBy(cell))
  const gathered = gather(join(cell.folder, exchange, 'kept'))
  const measure = async (trial: number | undefined, random: () => number) =>
    // What the process is given is in the key under other names.
    await recorder.pause(() => runOnce(started, inputOf(cell, trial, random), needs, cell))
  const rows =
    program.per === 'cell'
      ? checkRows(withTrials(await measure(undefined, cell.random), cell), 'the result')
      : await cell.each(async ({ number, isWarmup, random, unsaved }) => {
          const found = await measure(number, random)
          for (const row of found) refuseOtherTrial(row, number)
          if (!isWarmup && gathered.take(foldersOf(cell), number)) unsaved()
          // Validated by the caller.
          return found as Awaited<ReturnType<Cell['each']>>
        })
  if (program.per === 'cell') gathered.take(foldersOf(cell), undefined)
  requireSameColumns(rows, 'there is')
  return { columns: columnsOf(rows), rows, ...gathered.result(), exclusions: [], captured: {} }
}

function foldersOf({ folder }: Pick<Cell, 'folder'>): Folders {
  return foldersIn(join(folder, exchange))
}

/** A script in the document becomes a file with its lines, so that errors need no mapping of these. */
function scriptFile({ script, folder }: BootOrder, { language }: Program): Pick<Started, 'path' | 'shown'> {
  if (script.type === 'file') return { path: script.file, shown: script.file }
  const { extensions: [extension = ''] = [], prelude = '' } = languages.get(language ?? '') ?? {}
  const path = join(folder, exchange, `script${extension}`)
  mkdirSync(dirname(path), { recursive: true })
  // A block begins below its fence, so the first line is free.
  writeFileSync(path, `${prelude}${inlineModule(script.source, script.firstLine)}`)
  return { path, shown: script.document }
}

/** Input of a process, but for the runs that it needs. */
function inputOf(cell: Cell, trial: number | undefined, random: () => number) {
  const { experiment, environment, pattern, parameters, boot, trials, seed, project, folder } = cell
  return {
    ...{ experiment, environment, pattern, parameters, boot, trials },
    // A process of all trials has to warm up by itself.
    ...(trial === undefined && { warmup: cell.warmup }),
    ...(trial !== undefined && { trial }),
    // Unlike the block's, another one in each trial: equal seeds would give equal trials.
    seed: 1 + Math.floor((2 ** 31 - 1) * random()),
    blockSeed: seed,
    ...{ project, folder, rows: join(folder, exchange, 'rows'), ...foldersOf(cell) },
  }
}

type Input = ReturnType<typeof inputOf>

function neededBy({ needs }: Cell) {
  const shown = ({ environment, pattern, origin, parameters, columns, rows, datasets, captured }: Run) => ({
    ...{ environment, pattern, origin, parameters, columns, rows, datasets, captured },
  })
  return Object.fromEntries(Object.entries(needs).map(([id, runs]) => [id, runs.map(shown)]))
}

async function runOnce(
  started: Started,
  input: Input,
  needs: string,
  { project }: Pick<Cell, 'project'>,
): Promise<readonly PrintedRow[]> {
  const { program, path } = started
  const inner = join(input.folder, exchange)
  mkdirSync(inner, { recursive: true }) // the script may have deleted it
  rmSync(input.rows, { recursive: true, force: true })
  emptyFolders(input)
  const file = join(inner, 'input.json')
  writeFileSync(file, `${JSON.stringify(input).slice(0, -1)},"needs":${needs}}\n`)
  const stdin = openSync(file, 'r')
  const ran = await (async () => {
    try {
      const args = program.command === path ? program.args : [...program.args, path]
      return await run(program, args, stdin, {
        project,
        started,
        rows: input.rows,
        variables: variablesOf(started, input, file),
      })
    } finally {
      closeSync(stdin)
    }
  })()
  if (ran.isCut && !existsSync(input.rows)) throw tooMuch('standard output')
  if (ran.status !== undefined) throw failed(ran, started, project)
  return rowsOf(ran, input)
}

function variablesOf(
  { program, shown, path }: Started,
  input: Input,
  file: string,
): Readonly<Record<string, string | undefined>> {
  const language = languages.get(program.language ?? '')
  const { importPath } = language ?? {}
  return {
    ...process.env,
    ...language?.variables?.(input.seed),
    // A script in the document imports from the document's folder, and its file is elsewhere.
    ...(importPath !== undefined &&
      path !== shown && {
        [importPath]: [dirname(shown), process.env[importPath]].filter(Boolean).join(':'),
      }),
    [variables.input]: file,
    [variables.rows]: input.rows,
    [variables.files]: input.files,
    [variables.datasets]: input.datasets,
    [variables.folder]: input.folder,
    [variables.trial]: input.trial === undefined ? undefined : String(input.trial),
    [variables.trials]: String(input.trials),
    [variables.seed]: String(input.seed),
    [variables.parameters]: JSON.stringify(input.parameters),
    ...parameterVariables(input.parameters),
  }
}

/** `REPRO_PARAMETER_dom0_vcpus` of dom0.vcpus: numbers, words, true and false. */
export function parameterVariables(parameters: Cell['parameters']): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  const names = new Map<string, string>()
  const add = (value: unknown, path: readonly string[]): void => {
    if (typeof value === 'object' && value !== null) {
      if (!Array.isArray(value)) for (const [key, inner] of Object.entries(value)) add(inner, [...path, key])
      return
    }
    if (value === null || value === undefined) return
    const variable = `REPRO_PARAMETER_${path.join('_').replace(/\W/g, '_')}`
    const other = names.get(variable)
    if (other !== undefined)
      throw new ExperimentError(
        `the parameters ${other} and ${path.join('.')} are both ${variable}: rename one`,
      )
    names.set(variable, path.join('.'))
    found[variable] = String(value)
  }
  add(parameters, [])
  return found
}

interface Ended {
  /** Of a process that failed: `exit code 1`. */
  readonly status: string | undefined
  readonly printed: Buffer
  /** More was printed to standard output than is kept. */
  readonly isCut: boolean
  /** The end of standard error. */
  readonly errors: string
}

/** Time to read what a process that has ended printed; what it started may hold its output open. */
const drainMs = 1000
const mostRounds = 30
const keptErrors = 64_000

async function run(
  { command, interpreter }: Program,
  args: readonly string[],
  stdin: number,
  {
    project,
    started,
    rows,
    variables: env,
  }: {
    readonly project: string
    readonly started: Started
    readonly rows: string
    readonly variables: Readonly<Record<string, string | undefined>>
  },
): Promise<Ended> {
  const child = spawn(command, args, { cwd: project, env, stdio: [stdin, 'pipe', 'pipe'] })
  const pieces: Buffer[] = []
  let bytes = 0
  child.stdout?.on('data', (piece: Buffer) => {
    bytes += piece.length
    if (bytes <= mostBytes) pieces.push(piece)
    // Not where it has written its rows to the file: then this is a log.
    else if (!existsSync(rows)) {
      child.kill('SIGKILL')
      child.stdout?.destroy() // What it started may print on.
    }
  })
  let errors = ''
  const forward = inDocument(started, project, (text) => {
    errors = (errors + text).slice(-keptErrors)
  })
  child.stderr?.pipe(forward).pipe(process.stderr, { end: false })
  let isClosed = false
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve(void (isClosed = true))))
  const status = await new Promise<string | undefined>((resolve, reject) => {
    child.once('error', (error) =>
      reject(new ExperimentError(`${interpreter}: ${command} cannot be started (${error.message})`)),
    )
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : (signal ?? `exit code ${code}`)))
  })
  for (let before = -1, round = 0; !isClosed && bytes !== before && round < mostRounds; round += 1) {
    before = bytes
    await isDoneWithin(closed, drainMs)
    await sleep(0) // on a busy machine, what is in the pipe is read after the timer
  }
  child.stdout?.destroy()
  child.stderr?.destroy()
  const printed = Buffer.concat(pieces)
  // Standard output of a failed process may be all that explains it.
  if (status !== undefined && errors.trim() === '') process.stderr.write(printed.subarray(-keptErrors))
  return { status, printed, isCut: bytes > mostBytes, errors }
}

const longestLine = 100_000

/** Passes text on by lines, with the document in place of the file that stands for a script in it. */
function inDocument({ path, shown }: Started, project: string, tell: (text: string) => void): Transform {
  let rest = ''
  const pass = (text: string) => {
    const told = path === shown ? text : text.replaceAll(path, relative(project, shown))
    tell(path === shown ? text : text.replaceAll(path, shown))
    return told
  }
  return new Transform({
    decodeStrings: true,
    transform(piece: Buffer, _, done) {
      const text = rest + piece.toString()
      const end = text.length > longestLine ? text.length : text.lastIndexOf('\n') + 1
      rest = text.slice(end)
      done(null, pass(text.slice(0, end)))
    },
    flush(done) {
      done(null, pass(rest))
    },
  })
}

function failed({ status, errors }: Ended, { program, shown }: Started, project: string): ProgramError {
  const what = program.language === undefined ? relative(project, shown) : program.interpreter
  const ended = status?.startsWith('exit') ? `ended with ${status}` : `was ended by ${status}`
  return new ProgramError(`${what} ${ended}`, placeIn(errors, program.language, project))
}

/** The innermost place of the project in an error's text, as file:line:column. */
export function placeIn(errors: string, language: string | undefined, project: string): string | undefined {
  const { places, innermost } = languages.get(language ?? '') ?? {}
  if (places === undefined) return undefined
  const found = [...errors.matchAll(places)].flatMap(({ groups = {} }) => {
    const { file = groups.file2 ?? '', line = groups.line2, column = groups.column2 } = groups
    const shown = file.startsWith('/') ? relative(project, file) : file
    const isOwn = !/^(?:\.\.\/|\.repro\/|<)|(?:^|\/)(?:site-packages|node_modules)\//.test(shown)
    return isOwn ? [`${shown}:${line}${column === undefined ? '' : `:${column}`}`] : []
  })
  return innermost === 'last' ? found.at(-1) : found[0]
}

/** What a process wrote to the file counts, if it wrote any; else what it printed. */
function rowsOf({ printed }: Ended, { rows: file }: Input): readonly PrintedRow[] {
  const isWritten = existsSync(file)
  const where = isWritten ? `the file of ${variables.rows}` : 'standard output'
  if (isWritten) process.stdout.write(printed.subarray(-keptErrors))
  if (isWritten && statSync(file).size > mostBytes) throw tooMuch(where)
  const rows = readRows(isWritten ? readFileSync(file) : printed, where, isWritten)
  if (rows.length > 0) return rows
  throw new ExperimentError(
    'the script gave no rows: print CSV or a JSON object a line to standard output, ' +
      `or write it to the file that ${variables.rows} names`,
  )
}

function tooMuch(where: string): ExperimentError {
  return new ExperimentError(`${where} has more than ${mostBytes / 1e6} MB: give fewer rows`)
}

function readRows(bytes: Uint8Array, where: string, isWritten: boolean): readonly PrintedRow[] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return readPrintedRows(text, where)
  } catch (error) {
    const isText = !(error instanceof TypeError)
    if (isText && !(error instanceof ExperimentError)) throw error
    const reason = isText ? error.message : `${where}, ${wrongByte(bytes)}`
    const advice =
      '; standard output is for rows: print messages to standard error, ' +
      `or write the rows to the file that ${variables.rows} names`
    throw new ExperimentError(isWritten ? reason : `${reason}${advice}`)
  }
}

function refuseOtherTrial({ trial }: PrintedRow, number: number): void {
  if (trial !== undefined && trial !== number)
    throw new ExperimentError(
      `trial ${number}: the script gave a row of trial ${String(trial)}: leave the column trial out, ` +
        'or write `per: cell` in the block if a process measures all trials',
    )
}

function withTrials(rows: readonly PrintedRow[], { trials }: Pick<Cell, 'trials'>): readonly PrintedRow[] {
  return rows.map((row, index) => {
    if (Number.isInteger(row.trial)) return row
    if (row.trial === undefined && trials === 1) return { trial: 0, ...row }
    throw new ExperimentError(
      `row ${index} has no trial: with \`per: cell\`, rows have a column trial with a whole number from 0`,
    )
  })
}
