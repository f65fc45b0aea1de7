/** The files of a project: those of its git commit or, where there is none, all that its .gitignore files do not leave out. */

import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { openGit } from '../files/git.ts'

export interface Tree {
  /** Relative to the project, with `/`, sorted. */
  readonly paths: readonly string[]
  /** Absent without git. */
  readonly revision?: Revision
}

export interface Revision {
  readonly commit: string
  /** Of the commit: ISO 8601, in UTC. */
  readonly date: string
  /** Files that are not as committed, or not committed at all; sorted. */
  readonly changes: readonly string[]
}

/** What is made from the others, wherever it lies in version control. */
const made = ['.git', 'node_modules', '.repro', '_build']

/** Diffs as git makes them itself. */
const plain = ['--no-ext-diff', '--no-textconv', '--ignore-submodules=all']

/** @param without paths to leave out, as those of the tree */
export function readTree(project: string, without: readonly string[]): Tree {
  const isOwn = (path: string) => !made.includes(path.split('/')[0] ?? '') && !without.includes(path)
  const own = (paths: readonly string[]) => [...new Set(paths)].filter(isOwn).sort()
  const git = openGit(project)
  const commit = git('rev-parse', 'HEAD')?.trim()
  const others = lines(git('ls-files', '-z', '--others', '--exclude-standard'))
  const tracked = lines(git('ls-files', '-z'))
  // A folder of somebody else's repository, such as an archive unpacked below it, is not of its commit.
  if (commit === undefined || tracked.length === 0) return { paths: own(walk(project, '', [])) }
  const differing = lines(git('diff', ...plain, '--name-only', '-z', '--relative', 'HEAD'))
  const seconds = Number(git('show', ...plain, '--no-patch', '--format=%ct', 'HEAD'))
  return {
    paths: own([...tracked, ...others]).filter((path) => isThere(join(project, path))),
    revision: {
      commit,
      date: new Date(seconds * 1000).toISOString(),
      changes: own([...differing, ...others]),
    },
  }
}

/** Also a link that leads nowhere is. */
function isThere(place: string): boolean {
  return lstatSync(place, { throwIfNoEntry: false }) !== undefined
}

function lines(output: string | undefined): readonly string[] {
  return (output ?? '').split('\0').filter((path) => path !== '')
}

interface Rules {
  /** Folder of the .gitignore file, ending in `/` unless it is the project. */
  readonly base: string
  readonly rules: Ignore
}

function walk(project: string, folder: string, above: readonly Rules[]): readonly string[] {
  const file = join(project, folder, '.gitignore')
  const own = existsSync(file) ? [{ base: folder, rules: ignore().add(readFileSync(file, 'utf8')) }] : []
  const all = [...above, ...own]
  // The innermost file that says anything of a path decides.
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
    return isIgnored(path) ? [] : [path]
  })
}
