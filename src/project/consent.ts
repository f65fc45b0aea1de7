/**
 * Consent to run a project's code. Whoever runs a paper's code on purpose has this remembered on this
 * machine: for the folder, and for the digests of what ran. What has no consent is never run by a command
 * that was not told to.
 *
 *     own folder    `repro init`, `--trust`: runs what is changed here, too; not what version control brought since
 *     other folder  `y`, `--rerun`, `repro run`: runs the same code again, and nothing that was changed
 */

import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { type Dirent, existsSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { join, posix, relative, resolve } from 'node:path'
import type { Step } from '../engine/plan.ts'
import { isRead, readPath } from '../engine/reads.ts'
import { namedVariables } from '../engine/script/variables.ts'
import { sha256 } from '../files/fingerprint.ts'
import { type Git, openGit } from '../files/git.ts'
import { realPathOf } from '../files/installed.ts'
import { contentOf, FileError, readInside, realPathInside } from '../files/ordinary.ts'
import { openKept } from '../results/kept.ts'
import type { Inputs, Run } from '../results/run.ts'
import { environmentsFile } from '../testbeds/environments.ts'
import { lazily } from '../text/memory.ts'
import { isShared } from './root.ts'

/** Something that decides what runs. */
export interface Code {
  /** Files, relative to the project, of which one at least was changed if the digest is another. */
  readonly paths: readonly string[]
  readonly digest: string
  /** Whether it may be no code at all; in an own folder, such a change needs no consent. */
  readonly isUncertain?: boolean
}

export interface Consent {
  /** Whether code of this folder was run here on purpose. */
  readonly isGiven: boolean
  /** Whether tools may be asked for their version in the folder, whose files may choose another program. */
  readonly mayAsk: boolean
  /** Returns what has no consent. */
  missing(code: readonly Code[]): readonly Code[]
  /**
   * Remembers code, and perhaps that the folder is the user's own. A machine without a key remembers nothing.
   */
  remember(code: readonly Code[], isOwn?: boolean): void
}

const schema = 1
/** The oldest are forgotten: a folder of many cells has some thousands. */
const mostDigests = 50_000
const mostCommits = 20

interface Kept {
  readonly schema: number
  readonly folder: string
  readonly isOwn: boolean
  readonly digests: readonly string[]
  /**
   * Of an own folder: git's ids of what the last commit had of files when their code was allowed, or was run.
   */
  readonly bases?: readonly string[]
  /** The last commits when all of the folder was allowed. */
  readonly commits?: readonly string[]
}

/** Opens the consent for a project, which may be another folder at the same path since. */
export function openConsent(project: string, cache: string): Consent {
  const path = realPathOf(project)
  const [store, name] = [openKept('consent', cache), sha256(path)]
  let kept = parseKept(store.read(name), identityOf(path))
  const known = new Set(kept?.digests)
  const missing = (code: readonly Code[]) => {
    if (kept === undefined) return code
    const others = code.filter(({ digest }) => !known.has(digest))
    if (!kept.isOwn || others.length === 0) return others
    const isBrought = broughtBy(project, kept)
    return others.filter(({ paths, isUncertain }) => !isUncertain && paths.some(isBrought))
  }
  return {
    get isGiven() {
      return kept !== undefined
    },
    get mayAsk() {
      return kept !== undefined && missing(versionFiles(project)).length === 0
    },
    missing,
    remember(code, isOwn = false) {
      const before = known.size
      for (const { digest } of code) known.add(digest)
      const own = (isOwn && !isShared(path)) || (kept?.isOwn ?? false)
      const git = own ? openGit(project) : () => undefined
      const paths = own ? new Set(code.flatMap(({ paths }) => paths)) : []
      const bases = new Set([...(kept?.bases ?? []), ...committedIn(project, paths)])
      const head = isOwn && own ? git('rev-parse', '-q', '--verify', 'HEAD')?.trim() : undefined
      const commits = new Set([...(kept?.commits ?? []), ...(head ? [head] : [])])
      const isKnown =
        known.size === before &&
        bases.size === (kept?.bases ?? []).length &&
        commits.size === (kept?.commits ?? []).length
      if (kept !== undefined && isKnown && kept.isOwn === own) return
      kept = {
        ...{ schema, folder: identityOf(path), isOwn: own, digests: [...known].slice(-mostDigests) },
        ...(bases.size > 0 && { bases: [...bases].slice(-mostDigests) }),
        ...(commits.size > 0 && { commits: [...commits].slice(-mostCommits) }),
      }
      store.write(name, JSON.stringify(kept))
    },
  }
}

function parseKept(content: Uint8Array | undefined, folder: string): Kept | undefined {
  if (content === undefined) return undefined
  const kept = JSON.parse(new TextDecoder().decode(content)) as Kept
  return kept.schema === schema && kept.folder === folder ? kept : undefined
}

/** Another folder that takes the place of one has another inode, or was made at another time. */
function identityOf(folder: string): string {
  const { ino, birthtimeNs } = lstatSync(folder, { bigint: true })
  return `${ino} ${birthtimeNs}`
}

/** Git's ids of what the last commits have of files, each in its repository. */
function committedIn(project: string, paths: Iterable<string>): readonly string[] {
  const byFolder = Map.groupBy(paths, (path) => repositoryOf(project, path))
  return [...byFolder].flatMap(([folder, those]) =>
    committed(
      openGit(join(project, folder)),
      those.map((path) => relative(folder, path)),
    ),
  )
}

/**
 * The folder in the project whose own repository has a path, such as a submodule's; '' if none but the
 * project's.
 */
function repositoryOf(project: string, path: string): string {
  let folder = posix.dirname(posix.normalize(path))
  while (folder !== '.' && folder !== '/' && !folder.startsWith('..')) {
    if (existsSync(join(project, folder, '.git'))) return folder
    folder = posix.dirname(folder)
  }
  return ''
}

/**
 * Tells of each path whether version control may have brought it, of the project or of a repository within.
 */
function broughtBy(project: string, kept: Pick<Kept, 'bases' | 'commits'>): (path: string) => boolean {
  const repositories = new Map<string, (path: string) => boolean>()
  return (path) => {
    const folder = repositoryOf(project, path)
    const isBrought = repositories.get(folder) ?? broughtIn(join(project, folder), kept, folder !== '')
    repositories.set(folder, isBrought)
    return isBrought(relative(folder, path))
  }
}

/**
 * Tells whether version control may have brought what a file has now:
 *
 *     an open merge, squash, rebase or the like    everything may be of others
 *     in the index, not committed                  so are cherry-pick --no-commit, checkout OTHER -- FILE, stash pop
 *     edited here                                  what it was before came so, and its code was never allowed
 *     as the last commit that touched it has it    this clone has not made that commit, or has it from another one
 *
 * What this clone has made its reflog says, which nobody else writes.
 */
function broughtIn(
  project: string,
  { bases = [], commits = [] }: Pick<Kept, 'bases' | 'commits'>,
  isWithin: boolean,
): (path: string) => boolean {
  const git = openGit(project)
  const top = git('rev-parse', '--show-toplevel')?.trim()
  // Git may refuse to look into a repository that is there.
  if (!top) return () => isWithin
  const states = git('rev-parse', ...openStates.flatMap((name) => ['--git-path', name])) ?? ''
  const isOpen = states.split('\n').some((path) => path !== '' && existsSync(resolve(project, path)))
  const own = commitsMadeHere(git)
  const fetched = git('rev-parse', '-q', '--verify', 'FETCH_HEAD') === undefined ? [] : ['FETCH_HEAD']
  const isOthers = (path: string) => {
    const only = `${literal}${path}`
    const last = git('log', '-1', '--format=%H', '--', only)?.trim() ?? ''
    const [id] = committed(git, [path])
    if (!own.has(last) || id === undefined) return true
    const found = git(
      'log',
      '--format=%H',
      '--all',
      '--reflog',
      ...fetched,
      `--find-object=${id}`,
      '--',
      only,
    )
    return found === undefined || found.split('\n').some((commit) => commit !== '' && !own.has(commit))
  }
  const isAllowed = (path: string) => {
    const [id] = committed(git, [path])
    if (id === undefined) return false
    return bases.includes(id) || commits.some((one) => committed(git, [path], one)[0] === id)
  }
  return (path) => {
    const only = `${literal}${path}`
    if (!git('ls-files', '--', only)) return false
    if (isOpen) return true
    const [index = ' ', tree = ' '] = git('status', '--porcelain', '--untracked-files=no', '--', only) ?? ''
    if (index !== ' ') return true
    return (tree === ' ' || !isAllowed(path)) && isOthers(path)
  }
}

/** A path without the signs of git's patterns. */
const literal = ':(literal)'

/** Files in git's folder that are there while something of others comes in. */
const openStates = [
  ...['MERGE_HEAD', 'SQUASH_MSG', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'REBASE_HEAD'],
  ...['sequencer', 'rebase-merge', 'rebase-apply'],
]

/** Commits by `git commit` in this clone. One that amends another is of both. */
function commitsMadeHere(git: Git): ReadonlySet<string> {
  const own = new Set<string>()
  let before = ''
  for (const line of (git('log', '-g', '--format=%H %gs', 'HEAD', '--') ?? '').trim().split('\n').reverse()) {
    const [, commit = '', how = ''] = /^([0-9a-f]+) commit(?: \((\w+)\))?: /.exec(line) ?? []
    const isOwn = ['', 'initial'].includes(how) || (how === 'amend' && own.has(before))
    if (commit !== '' && isOwn) own.add(commit)
    before = line.split(' ')[0] ?? ''
  }
  return own
}

/** Git's ids of what a commit has of files. */
function committed(git: Git, paths: readonly string[], commit = 'HEAD'): readonly string[] {
  if (paths.length === 0) return []
  const listed = git('ls-tree', '-z', commit, '--', ...new Set(paths)) ?? ''
  return [...listed.matchAll(/(?:^|\0)\d+ blob ([0-9a-f]+)\t/g)].flatMap(([, id]) => id ?? [])
}

/** Files by which version managers choose the program that stands behind a name. */
const versionNames = [
  ...['.python-version', '.ruby-version', '.perl-version', '.R-version', '.julia-version', '.node-version'],
  ...[
    '.tool-versions',
    'mise.toml',
    '.mise.toml',
    'mise.local.toml',
    '.mise.local.toml',
    '.config/mise.toml',
  ],
]

function versionFiles(project: string): readonly Code[] {
  return versionNames.flatMap((path) => fileCode(project, path) ?? [])
}

function fileCode(project: string, path: string): Code | undefined {
  try {
    const found = readInside(project, path)
    return found && { paths: [path], digest: digestOf(path, sha256(found.content)) }
  } catch (error) {
    // A link that leads out of the project, or what is no file.
    if (error instanceof FileError) return { paths: [path], digest: digestOf(path, error.message) }
    throw error
  }
}

function digestOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

interface Place {
  /** Absolute. */
  readonly project: string
  /** The files of the document that defines the experiment, relative to the project. */
  readonly documents: readonly string[]
  /** Of scripts (by file, or block) that were searched for names of files. */
  readonly named: Map<unknown, readonly Code[]>
  /** Files of the project that any program may open, whether its text names them or not. */
  readonly around: () => readonly Code[]
}

/** Where code is looked for; what is there is read once. */
export function placeOf(project: string, documents: readonly string[]): Place {
  return { project, documents, named: new Map(), around: lazily(() => codeAround(project)) }
}

const mostNamed = 100
const mostWords = 5000
const mostText = 256 * 1024

/** Files by which tools decide what they run, by the tools' names. */
const toolFiles: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...['make', 'gmake'].map((name) => [name, ['GNUmakefile', 'makefile', 'Makefile']] as const),
  ...['npm', 'npx', 'yarn', 'pnpm', 'bun', 'node'].map((name) => [name, ['package.json']] as const),
  ...['pip', 'uv', 'poetry', 'hatch'].map((name) => [name, ['pyproject.toml', 'setup.py']] as const),
  ['tox', ['tox.ini', 'pyproject.toml']],
  ['nox', ['noxfile.py']],
  ['cmake', ['CMakeLists.txt', 'CMakePresets.json']],
  ['meson', ['meson.build']],
  ['scons', ['SConstruct']],
  ['cargo', ['Cargo.toml', 'build.rs']],
  ['gradle', ['build.gradle', 'build.gradle.kts']],
  ['mvn', ['pom.xml']],
  ['rake', ['Rakefile']],
  ['just', ['justfile']],
  ['task', ['Taskfile.yml']],
  ['snakemake', ['Snakefile', 'workflow/Snakefile']],
])
const toolNames = new Set([...toolFiles.values()].flat().map((path) => posix.basename(path)))
/** Words of a script that are tried as names of folders with such a file. */
const mostFolders = 500

/**
 * Returns the code that a script names, and that this code names in turn. Imports of Node's scripts are
 * observed, but nothing observes what other programs open, or what a script of Node starts. Names that a
 * script assembles are not found, and data are left out, as a script may write them itself.
 */
function namedCode(
  { cell: { block } }: Step,
  { project, documents, named }: Omit<Place, 'around'>,
): readonly Code[] {
  const key = 'file' in block.script ? block.script.file : block
  const known = named.get(key)
  if (known !== undefined) return known
  const { script } = block
  const found = new Map<string, Code>()
  const search = (text: string, folder: string) => {
    const all = new Set(text.slice(0, mostText).split(/[^\p{L}\p{N}_./+-]+/u))
    const words = [...all].slice(0, mostWords)
    const ofTools = words.flatMap((word) => toolFiles.get(word) ?? [])
    const inFolders = ofTools.flatMap((name) =>
      ['', ...words.slice(0, mostFolders)].map((word) => posix.join(word, name)),
    )
    for (const word of [...words, ...inFolders])
      for (const place of new Set(['', folder])) {
        const path = posix.join(place, word).replace(/^\//, '')
        if (found.size >= mostNamed || found.has(path) || path.startsWith('..')) continue
        const content = contentOf(project, path)
        if (content === undefined || !isCode(path, content)) continue
        found.set(path, { paths: [path], digest: digestOf(path, sha256(content)) })
        if (!content.subarray(0, 8000).includes(0)) search(textOf(content), posix.dirname(path))
      }
  }
  if ('source' in script) search(script.source, posix.dirname(documents[0] ?? ''))
  else {
    const own = posix.normalize(script.file)
    search(textOf(contentOf(project, own)), posix.dirname(own))
    found.delete(own)
  }
  const codes = [...found.values()]
  named.set(key, codes)
  return codes
}

/** Bytes of a file that is read; of a larger one, size and time stand for the content. */
const mostRead = 8_000_000
const mostAround = 5000

/**
 * Returns the files under version control, or without it those that are code by their names: a program other
 * than Node opens what it likes, by names that it may compute.
 */
function codeAround(project: string): readonly Code[] {
  const git = openGit(project)
  // Git lists no submodules at all if one is damaged.
  const listed = git('ls-files', '-z', '--recurse-submodules') ?? git('ls-files', '-z')
  const isTracked = listed !== undefined && listed !== ''
  const paths = isTracked ? listed.split('\0').filter((path) => path !== '') : filesIn(project)
  const codes = paths.flatMap((path) => {
    if (harmless.test(path)) return []
    const found = aroundCode(project, path)
    return found === undefined || (found.isUncertain && !isTracked) ? [] : [found]
  })
  if (codes.length <= mostAround) return codes
  return [
    { paths: [''], digest: digestOf('around', ...codes.map(({ digest }) => digest)), isUncertain: true },
  ]
}

/** Files in a folder, without links and what is hidden or installed; not all of very many. */
function filesIn(project: string, folder = '', found: string[] = []): readonly string[] {
  for (const entry of entriesOf(join(project, folder))) {
    const path = posix.join(folder, entry.name)
    if (/^\.|^node_modules$/.test(entry.name) || found.length > 4 * mostAround) continue
    if (entry.isFile()) found.push(path)
    else if (entry.isDirectory() && !harmless.test(`${path}/`)) filesIn(project, path, found)
  }
  return found
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return [] // scripts may not read it either
  }
}

function aroundCode(project: string, path: string): Code | undefined {
  try {
    const real = realPathInside(project, path)
    const stats = real === undefined ? undefined : statSync(real)
    if (!stats?.isFile()) return undefined
    if (stats.size > mostRead)
      return { paths: [path], digest: digestOf(path, stats.size, stats.mtimeMs), isUncertain: true }
    const content = contentOf(project, path)
    if (content === undefined) return undefined
    const code = { paths: [path], digest: digestOf(path, sha256(content)) }
    return isCode(path, content) || objects.test(path) ? code : { ...code, isUncertain: true }
  } catch (error) {
    // A link that leads out of the project, which scripts may follow.
    if (error instanceof FileError) return { paths: [path], digest: digestOf(path, error.message) }
    throw error
  }
}

/** Texts, pictures, tables of numbers, and what builds write. */
const harmless =
  /^(?:results|_build|\.repro)\/|\.(?:md|bib|csv|tsv|arrow|parquet|vl\.json|png|jpe?g|gif|webp|svg|pdf)$/i

function textOf(content: Uint8Array | undefined): string {
  return content === undefined ? '' : new TextDecoder().decode(content)
}

const endings =
  /\.(?:sh|bash|zsh|fish|py|r|rb|pl|pm|jl|lua|awk|sed|mk|[cm]?[jt]s|so|dylib|dll|exe|jar|wasm|go|rs|c|cc|cpp|f90|java|hs|ml|php|tcl)$/i
/**
 * Objects that their readers may run. A script may write them itself, so those that it only names do not
 * count.
 */
const objects = /\.(?:pkl|pickle|joblib|np[yz]|pth?|rds|rda|rdata|ipynb|class|py[cd]|whl|ko)$/i

/** By its name, or as systems know what they start: by its first bytes. */
function isCode(path: string, content: Uint8Array): boolean {
  const start = Buffer.from(content.subarray(0, 4)).toString('latin1')
  return (
    toolNames.has(posix.basename(path)) || endings.test(path) || start.startsWith('#!') || start === '\x7fELF'
  )
}

/** What decides what a step runs: its script, the files that it reads, its tools, parameters and machine. */
export function codeOf(step: Step, { around, ...place }: Place): readonly Code[] {
  const { project, documents } = place
  const { cell, program, environment, inputs, expected } = step
  const { script, interpreter } = cell.block
  // Not how often it runs, nor which version of a tool is installed.
  const deciding = Object.entries(inputs).filter(([name]) => /^(?:parameter|environment) /.test(name))
  const start = program && [program.language, program.command, program.args, program.per]
  const named = [namedVariables(cell.block), interpreter, environment.testbed, environment.access]
  const command = program?.command === undefined ? '..' : relative(project, program.command)
  const inside = command.startsWith('..') ? undefined : fileCode(project, command)
  const definition: Code = {
    paths: [...documents, ...(environment.access ? [environmentsFile] : [])],
    digest: digestOf('definition', Object.fromEntries(deciding), start, named),
  }
  const reads = readsOf(expected)
  const observed = new Set(reads.flatMap(({ paths }) => paths))
  const own = 'file' in script ? [posix.normalize(script.file)] : documents
  const known = [
    { paths: own, digest: digestOf('script', inputs.script) },
    definition,
    ...(inside ? [inside] : []),
    ...(program ? versionFiles(project) : []),
    ...namedCode(step, place).filter(({ paths }) => !paths.some((path) => observed.has(path))),
    ...reads,
  ]
  const paths = new Set(known.flatMap((code) => code.paths))
  return program ? [...known, ...around().filter((code) => !paths.has(code.paths[0] ?? ''))] : known
}

/** The files that a run was seen to use. */
export function codeOfRun({ inputs }: Pick<Run, 'inputs'>): readonly Code[] {
  return readsOf(inputs)
}

function readsOf(inputs: Inputs): readonly Code[] {
  return Object.entries(inputs).flatMap(([name, digest]) =>
    isRead(name) ? [{ paths: [readPath(name)], digest: digestOf(name, digest) }] : [],
  )
}
