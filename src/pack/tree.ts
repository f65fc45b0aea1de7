/** Lists a project's files: those of its git commit or, without git, all that .gitignore does not exclude. */

import { type Dirent, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { openGit } from '../files/git.ts'
import { readInside } from '../files/ordinary.ts'
import { ExplainedError } from '../text/message.ts'
import { isSecret } from './secrets.ts'

export interface Tree {
  /** Relative to the project, with `/`, sorted. */
  readonly paths: readonly string[]
  /** Likely secrets: left out unless they are committed. */
  readonly secrets: { readonly left: readonly string[]; readonly packed: readonly string[] }
  /** Pipes, sockets and devices, which cannot be archived. */
  readonly special: readonly string[]
  /** Absent without git. */
  readonly revision?: Revision
}

export interface Revision {
  readonly commit: string
  /** Date of the commit: ISO 8601, in UTC. */
  readonly date: string
  /** Modified and untracked files, sorted. */
  readonly changes: readonly string[]
}

/** Generated folders, skipped even if they are committed. */
const made = ['.git', 'node_modules', '.repro', '_build']

/** Options against external diff drivers. */
const plain = ['--no-ext-diff', '--no-textconv', '--ignore-submodules=all']

/** @param without paths to leave out, in the form of the tree's */
export function readTree(project: string, without: readonly string[]): Tree {
  const isOwn = (path: string) => !made.includes(path.split('/')[0] ?? '') && !without.includes(path)
  const own = (paths: readonly string[]) => [...new Set(paths)].filter(isOwn).sort()
  const git = openGit(project)
  const commit = git('rev-parse', 'HEAD')?.trim()
  const others = lines(git('ls-files', '-z', '--others', '--exclude-standard'))
  const tracked = lines(git('ls-files', '-z'))
  // A folder inside an unrelated repository (say, an archive unpacked there) is not part of its commit.
  if (commit === undefined || tracked.length === 0) {
    const found = Map.groupBy(walk(project, '', []), ({ entry }) => entry.isFile() || entry.isSymbolicLink())
    const paths = (isPackable: boolean) => own((found.get(isPackable) ?? []).map(({ path }) => path))
    return { ...withoutSecrets(paths(true), new Set()), special: paths(false) }
  }
  const differing = lines(git('diff', ...plain, '--name-only', '-z', '--relative', 'HEAD'))
  const seconds = Number(git('show', ...plain, '--no-patch', '--format=%ct', 'HEAD'))
  const committed = new Set(tracked)
  const there = own([...tracked, ...others]).filter((path) => isThere(project, path))
  return {
    ...withoutSecrets(there, committed),
    special: [],
    revision: {
      commit,
      date: new Date(seconds * 1000).toISOString(),
      // Files left out do not count as changes.
      changes: own([...differing, ...others]).filter((path) => committed.has(path) || !isSecret(path)),
    },
  }
}

function withoutSecrets(
  paths: readonly string[],
  committed: ReadonlySet<string>,
): Pick<Tree, 'paths' | 'secrets'> {
  const isLeft = (path: string) => isSecret(path) && !committed.has(path)
  return {
    paths: paths.filter((path) => !isLeft(path)),
    secrets: {
      left: paths.filter(isLeft),
      packed: paths.filter((path) => isSecret(path) && committed.has(path)),
    },
  }
}

/**
 * Returns true also for dangling links. Throws an ExplainedError for a name that is not UTF-8 and so cannot
 * be looked up.
 */
function isThere(project: string, path: string): boolean {
  const isFound = lstatSync(join(project, path), { throwIfNoEntry: false }) !== undefined
  if (!isFound && path.includes('\uFFFD'))
    throw new ExplainedError(`${path}: the name is not UTF-8: rename the file`)
  return isFound
}

function lines(output: string | undefined): readonly string[] {
  return (output ?? '').split('\0').filter((path) => path !== '')
}

interface Rules {
  /** Folder of the .gitignore file, ending in `/` unless it is the project. */
  readonly base: string
  readonly rules: Ignore
}

interface Found {
  readonly path: string
  readonly entry: Dirent
}

function walk(project: string, folder: string, above: readonly Rules[]): readonly Found[] {
  const file = readInside(project, `${folder}.gitignore`)
  const own = file ? [{ base: folder, rules: ignore().add(new TextDecoder().decode(file.content)) }] : []
  const all = [...above, ...own]
  // The innermost .gitignore file with a matching rule decides.
  const isIgnored = (path: string) => {
    const said = all
      .map(({ base, rules }) => rules.test(path.slice(base.length)))
      .filter(({ ignored, unignored }) => ignored || unignored)
    return said.at(-1)?.ignored ?? false
  }
  return readdirSync(join(project, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`
    if (entry.isDirectory())
      return made.includes(entry.name) || isIgnored(`${path}/`) ? [] : walk(project, `${path}/`, all)
    if (isIgnored(path)) return []
    isThere(project, path)
    return [{ path, entry }]
  })
}
