/**
 * Scripts in other languages than TypeScript: the interpreter of each, its version, and what it imports.
 * Programs of the project itself are never run here, as this also serves commands that only look.
 */

import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programUrl } from '../dist.ts'
import type { ExperimentBlock } from '../document/block.ts'
import { sha256 } from '../files/fingerprint.ts'
import {
  findInstalled,
  installedPath,
  isExecutable,
  isInside,
  isInstalled,
  realPathOf,
} from '../files/installed.ts'
import { FileError } from '../files/ordinary.ts'
import type { Files } from '../files/tracked.ts'
import {
  isNodeScript,
  languageOfFile,
  languageOfInterpreter,
  languages,
  scriptExtensions,
} from '../languages/languages.ts'
import type { ModuleGraph, ModuleProblem } from './modules.ts'
import type { Program } from './script/message.ts'
import { namedVariables, scriptVariables } from './script/variables.ts'
import { type Digests, inputDigests } from './sources.ts'

/** A script in another language. */
export interface ProgramScript {
  /** How it is started; without a command, if there is a problem. */
  readonly program: Program
  /** `python 3.11.2`, or `missing`. */
  readonly interpreter: string
  /** Why it cannot be started, and what to do. */
  readonly problem?: string
  readonly graph: ProgramGraph
}

export interface ProgramGraph extends ModuleGraph {
  /** Python modules that are neither in the project nor installed, and that the script needs. */
  readonly absent: readonly string[]
}

interface Place {
  /** Absolute. */
  readonly project: string
  /** The document, relative to the project. */
  readonly document: string
  readonly files: Files
  /** Whether tools may be asked for their version in the project, whose files may choose another program. */
  readonly mayAsk?: boolean
}

/** Value of the input `interpreter` where there is none. */
export const missingInterpreter = 'missing'

/** Returns the program of each block whose script is no module of Node. */
export function programsOf(
  blocks: Iterable<ExperimentBlock>,
  place: Place,
): ReadonlyMap<ExperimentBlock, ProgramScript> {
  const started = [...blocks].flatMap((block) => {
    const found = startOf(block, place)
    return found === undefined ? [] : [[block, found] as const]
  })
  const graphs = graphsOf(started, place)
  return new Map(
    started.map(([block, start]) => {
      const graph = graphs.get(block) ?? nothing
      const { interpreter, problem, language, command = '', args } = start
      const per = block.per ?? 'trial'
      const imports = graph.files.map((path) => join(place.project, path))
      const program: Program = { language, command, args, per, imports, interpreter }
      return [block, { program, interpreter, ...(problem && { problem }), graph }] as const
    }),
  )
}

/** Inputs of a program: its script, imports, interpreter, and the block's `inputs:`. */
export function programDigests(
  block: ExperimentBlock,
  { interpreter, program, graph }: ProgramScript,
  files: Files,
): Digests {
  const { script, inputs, per } = block
  const language = languages.get(program.language ?? '')
  const digest = (path: string) => files.digest(path) ?? 'missing'
  const settings = (language?.settings ?? []).filter((path) => files.exists(path))
  return {
    script: 'file' in script ? digest(posix.normalize(script.file)) : sha256(script.source),
    interpreter,
    ...(per === 'cell' ? { per } : {}),
    ...Object.fromEntries([...graph.files, ...settings].map((path) => [`file ${path}`, digest(path)])),
    ...Object.fromEntries(
      [...graph.packages].map(([name, version]) => [`package ${name}`, version ?? 'missing']),
    ),
    ...inputDigests(inputs, files),
  }
}

/** An interpreter, or a program that needs none. */
interface Start {
  readonly language: string | undefined
  readonly command?: string
  readonly args: readonly string[]
  readonly interpreter: string
  readonly problem?: string
  /** Folders of packages of a virtual environment, absolute. */
  readonly sites: readonly string[]
}

function startOf(block: ExperimentBlock, place: Place): Start | undefined {
  const { script, interpreter } = block
  if ('source' in script)
    return script.language === undefined
      ? undefined
      : withInterpreter(interpreter, [], script.language, block, place)
  const { file } = script
  if (isNodeScript(file)) return undefined
  const language = languageOfFile(file) ?? (interpreter && languageOfInterpreter(interpreter))
  if (interpreter !== undefined) return withInterpreter(interpreter, [], language, block, place)
  const beginning = usable(() => place.files.read(file))?.subarray(0, 1000)
  const [named, ...args] = shebangIn(new TextDecoder('latin1').decode(beginning)) ?? []
  if (named !== undefined)
    return withInterpreter(named, args, language ?? languageOfInterpreter(named), block, place)
  if (language !== undefined) return withInterpreter(undefined, [], language, block, place)
  const own = { language, args: [], interpreter: 'none', sites: [] }
  if (isExecutable(join(place.project, file))) return { ...own, command: join(place.project, file) }
  const problem =
    `${file} is in no known language (${scriptExtensions().join(', ')}), and is not executable: ` +
    'begin it with #!, or set its executable bit (chmod +x)'
  return { ...own, problem }
}

function withInterpreter(
  named: string | undefined,
  given: readonly string[],
  name: string | undefined,
  block: ExperimentBlock,
  { project, files, mayAsk = false }: Place,
): Start {
  const asking = { folder: mayAsk ? project : '/', path: mayAsk ? undefined : installedPath(project) }
  const language = languages.get(name ?? '')
  const wanted = named ?? language?.command ?? ''
  const isOwn = language?.names.test(basename(wanted)) === true
  const args = [...given, ...(isOwn ? (language.args ?? []) : [])]
  const start = { language: name, args, sites: [] }
  const absent = (what: string, advice: string | undefined): Start => {
    const problem = `no interpreter ${what}${advice === undefined ? '' : `: ${advice}`}`
    return { ...start, interpreter: missingInterpreter, problem }
  }
  if (wanted.includes('/')) {
    const command = isAbsolute(wanted) ? wanted : join(project, wanted)
    if (!isExecutable(command))
      return absent(wanted, isAbsolute(wanted) ? language?.install : `make it first (${venvAdvice(wanted)})`)
    const inner = relative(project, command)
    if (inner.startsWith('../')) {
      // A repository may bring a program beside the project, too.
      const isAsked = isOwn && (mayAsk || isInstalled(command, project))
      return { ...start, command, ...versionOf(command, name, isAsked, asking, files) }
    }
    return { ...start, command, ...projectInterpreter(inner, name, isOwn, project, files) }
  }
  const command = findInstalled(wanted, project, (file) => note(file, files))
  if (command === undefined)
    return absent(`${wanted} on PATH`, isOwn ? language.install : `install ${wanted}`)
  return { ...start, command, ...versionOf(command, name, isOwn, asking, files, namedVariables(block)) }
}

function venvAdvice(path: string): string {
  const folder = /^(.+)\/bin\/python[\d.]*$/.exec(path)?.[1]
  return folder === undefined ? 'it is named in the block' : `python3 -m venv ${folder}`
}

/** Lets the next build notice that the file changed, or appeared. */
function note(file: string, files: Files): string | undefined {
  try {
    return files.digest(file)
  } catch (error) {
    if (error instanceof FileError) return undefined
    throw error
  }
}

/** Version by program, asked once per build. */
const versions = new Map<string, string | undefined>()

/** `python 3.11.2`; of a program that tells no version, the start of its digest. */
function versionOf(
  command: string,
  name: string | undefined,
  isOwn: boolean,
  asking: Asking,
  files: Files,
  variables: readonly string[] = [],
): Pick<Start, 'interpreter'> {
  const digest = note(command, files)
  // What stands behind a script that picks among several versions may change, and it does not.
  if (isShellScript(command)) files.doubt(command)
  const language = languages.get(name ?? '')
  const label =
    isOwn && /^(?:python[\d.]*|Rscript)$/.test(basename(command)) ? (name ?? '') : basename(command)
  const id = `${command}\n${asking.folder}`
  if (isOwn && language?.version !== undefined && !versions.has(id))
    versions.set(id, ask(command, language.version, asking, variables))
  const version = isOwn ? versions.get(id) : undefined
  return { interpreter: `${label} ${version ?? digest?.slice(0, 12) ?? 'of unknown version'}` }
}

/** Where and by which PATH a tool is asked for its version. */
interface Asking {
  readonly folder: string
  readonly path: string | undefined
}

const askMs = 20_000
/** For imports, whose number and length is a stranger's. */
const findMs = 8000

function ask(
  command: string,
  args: readonly string[],
  { folder, path }: Asking,
  variables: readonly string[],
): string | undefined {
  try {
    // As a script would run, where that is allowed: version managers go by folder and variables.
    const text = execFileSync(command, args, {
      cwd: folder,
      env: { ...scriptVariables(variables), ...(path !== undefined && { PATH: path }) },
      encoding: 'utf8',
      timeout: askMs,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return /\d+(?:\.\d+)+/.exec(text)?.[0]
  } catch {
    return undefined // the script's own run tells what is wrong
  }
}

/** An interpreter in the project, which is not asked: of a virtual environment, files tell its version. */
function projectInterpreter(
  path: string,
  name: string | undefined,
  isOwn: boolean,
  project: string,
  files: Files,
): Pick<Start, 'interpreter' | 'sites'> {
  const folder = posix.dirname(posix.dirname(path))
  const settings = posix.join(folder, 'pyvenv.cfg')
  const text = files.problem(settings) === undefined ? files.text(settings) : undefined
  const version = /^version(?:_info)?\s*=\s*(\d+(?:\.\d+)+)/m.exec(text ?? '')?.[1]
  if (version === undefined || !isOwn) {
    const digest = note(realPathOf(join(project, path)), files)
    return { interpreter: `${basename(path)} ${digest?.slice(0, 12)}`, sites: [] }
  }
  const minor = /^\d+\.\d+/.exec(version)?.[0]
  const site = posix.join(folder, `lib/python${minor}/site-packages`)
  files.list(site) // so that the next build sees what was installed
  return { interpreter: `${name} ${version}`, sites: [join(project, site)] }
}

/** Words after `#!` in a first line, without env(1); undefined if there are none. */
function shebangIn(text: string): readonly string[] | undefined {
  const line = /^#!([^\n\r]*)/.exec(text)?.[1]
  const words = line?.trim().split(/\s+/) ?? []
  const rest = /^\/(?:usr\/)?bin\/env$/.test(words[0] ?? '') ? words.slice(words[1] === '-S' ? 2 : 1) : words
  return rest[0] === undefined || rest[0] === '' ? undefined : rest
}

/** Whether an installed program is a script, such as one that picks among several versions. */
function isShellScript(file: string): boolean {
  try {
    const handle = openSync(file, 'r')
    try {
      const start = Buffer.alloc(2)
      readSync(handle, start, 0, 2, 0)
      return start.toString() === '#!'
    } finally {
      closeSync(handle)
    }
  } catch {
    return false
  }
}

const nothing: ProgramGraph = { files: [], packages: new Map(), problems: [], absent: [] }

/** Imports of the scripts whose language has a finder: one process for all of a language and environment. */
function graphsOf(
  started: readonly (readonly [ExperimentBlock, Start])[],
  place: Place,
): ReadonlyMap<ExperimentBlock, ProgramGraph> {
  const found = new Map<ExperimentBlock, ProgramGraph>()
  const withFinder = started.filter(([, { language }]) => languages.get(language ?? '')?.finder !== undefined)
  const groups = Map.groupBy(withFinder, ([, { language, sites }]) => JSON.stringify([language, sites]))
  for (const group of groups.values()) {
    const [, { language = '', sites, command }] = group[0] as (typeof group)[number]
    const { finder, command: usual, names } = languages.get(language) ?? {}
    // One that the project brings is not run.
    const own = command !== undefined && isInstalled(command, place.project) && names?.test(basename(command))
    const program = own
      ? command
      : findInstalled(usual ?? '', place.project, (file) => note(file, place.files))
    if (finder === undefined || program === undefined) continue
    const scripts = group.map(([block]) => finderScript(block, place))
    const graphs = askFinder(program, finder, { project: realPathOf(place.project), sites, scripts }, place)
    for (const [index, [block]] of group.entries()) found.set(block, graphs[index] ?? nothing)
  }
  return found
}

interface FinderScript {
  /** Absolute. */
  readonly path: string
  readonly source?: string | undefined
  /** Absolute; where its imports are looked for first. */
  readonly folder: string
}

interface FinderRequest {
  readonly project: string
  readonly sites: readonly string[]
  readonly scripts: readonly FinderScript[]
}

interface FinderAnswer {
  readonly files: readonly string[]
  readonly sought: readonly string[]
  readonly packages: Readonly<Record<string, string | null>>
  readonly absent: readonly string[]
  readonly problems: readonly {
    readonly type: 'syntax' | 'computed'
    readonly file: string
    readonly line: number
    readonly column: number
    readonly reason: string
  }[]
}

function finderScript({ script }: ExperimentBlock, { project, document, files }: Place): FinderScript {
  if ('source' in script) {
    const path = join(project, document)
    return { path, source: script.source, folder: realPathOf(dirname(path)) }
  }
  const path = join(project, script.file)
  return { path, source: usable(() => files.text(script.file)) ?? '', folder: dirname(realPathOf(path)) }
}

/** Answers of this process, with what the files were: a build plans several times. */
const answers = new Map<string, { readonly answer: readonly FinderAnswer[]; readonly state: string }>()

function askFinder(
  program: string,
  finder: string,
  request: FinderRequest,
  { files }: Place,
): readonly ProgramGraph[] {
  const input = JSON.stringify(request)
  const id = `${program}\n${input}`
  const home = request.project
  const stateOf = (answer: readonly FinderAnswer[]) =>
    JSON.stringify(
      answer
        .flatMap(({ files: read, sought }) => [...read, ...sought])
        .map((path) => digestOf(path, home, files)),
    )
  const known = answers.get(id)
  if (known && stateOf(known.answer) === known.state) return known.answer.map((one) => graphOf(one, home))
  try {
    const text = execFileSync(program, ['-I', '-S', '-B', fileURLToPath(programUrl(finder))], {
      input,
      // Not in the project, by whose files version managers could start another program.
      cwd: '/',
      encoding: 'utf8',
      env: { ...scriptVariables(), PATH: installedPath(home) },
      timeout: findMs,
      killSignal: 'SIGKILL',
      maxBuffer: 2 ** 28,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const answer = JSON.parse(text) as readonly FinderAnswer[]
    answers.set(id, { answer, state: stateOf(answer) })
    return answer.map((one) => graphOf(one, home))
  } catch (error) {
    const problem: ModuleProblem = {
      type: 'computed',
      reason: `imports cannot be found (${lastLineOf(error)})`,
      file: '',
      place: { line: 1, column: 1 },
    }
    return request.scripts.map(() => ({ ...nothing, problems: [problem] }))
  }
}

function lastLineOf(error: unknown): string {
  const { stderr } = error as { readonly stderr?: unknown }
  return (
    String(stderr ?? '')
      .trim()
      .split('\n')
      .at(-1) || String(error)
  )
}

function digestOf(path: string, home: string, files: Files): string {
  return (isInside(home, path) && usable(() => files.digest(relative(home, path)))) || 'missing'
}

/** Undefined for files that may not be read: links that lead out of the project. */
function usable<Value>(action: () => Value): Value | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof FileError) return undefined
    throw error
  }
}

function graphOf({ files, packages, absent, problems }: FinderAnswer, home: string): ProgramGraph {
  const places = files.map((path) => ({ path, inner: relative(home, realPathOf(path)) }))
  const outside = places.filter(({ inner }) => inner.startsWith('../'))
  return {
    files: [...new Set(places.flatMap(({ inner }) => (inner.startsWith('../') ? [] : [inner])))].sort(),
    packages: new Map(Object.entries(packages).map(([name, version]) => [name, version ?? undefined])),
    absent,
    problems: [
      ...problems.map(({ line, column, file, ...problem }): ModuleProblem => ({
        ...problem,
        file: relative(home, file),
        place: { line, column },
      })),
      ...outside.map(({ path }): ModuleProblem => ({
        type: 'outside',
        reason: `${relative(home, path)} lies outside the project`,
        file: relative(home, path),
        place: { line: 1, column: 1 },
      })),
    ],
  }
}
