/**
 * Runs git in an untrusted project: its own configuration can name programs to run (monitors, hooks, filters,
 * diff drivers, transports), and none of them is run. The user's and the system's configuration apply as
 * usual.
 */

import { execFileSync } from 'node:child_process'
import { findInstalled, installedPath } from './installed.ts'
import { FileError } from './ordinary.ts'

/** Returns the output of a git command; undefined if git fails, is not installed, or finds no repository. */
export type Git = (...args: readonly string[]) => string | undefined

const deadlineMs = 60_000
const mostBytes = 2 ** 29

/** Overrides of the configuration. */
const off: Readonly<Record<string, string>> = {
  'core.fsmonitor': 'false',
  'core.hooksPath': '/dev/null',
  'core.alternateRefsCommand': '',
  'diff.external': '',
  'diff.ignoreSubmodules': 'all',
  'log.showSignature': 'false',
  'submodule.recurse': 'false',
}

/** Keys with arbitrary names by which a repository can configure programs; empty ones run nothing. */
const drivers =
  /^(?:filter\..*\.(?:clean|smudge|process|required)|diff\..*\.(?:command|textconv)|gpg\..*program)$/s

/** Opens a project's repository for reading. Throws a FileError when git does not end in time. */
export function openGit(project: string): Git {
  const listed =
    run(project, ['config', '--list', '--show-scope', '--name-only', '-z'], off)?.split('\0') ?? []
  const own = listed.flatMap((name, index) => {
    const scope = listed[index - 1]
    return index % 2 === 1 && (scope === 'local' || scope === 'worktree') && drivers.test(name) ? [name] : []
  })
  const none = Object.fromEntries(own.map((name) => [name, name.endsWith('.required') ? 'false' : '']))
  return (...args) => run(project, args, { ...none, ...off })
}

function run(
  project: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): string | undefined {
  const git = findInstalled('git', project)
  if (git === undefined) return undefined
  try {
    return execFileSync(git, ['--no-pager', '-C', project, ...args], {
      encoding: 'utf8',
      env: { ...withoutGit(process.env), ...asVariables(settings), PATH: installedPath(project) },
      maxBuffer: mostBytes,
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const limits: Readonly<Record<string, string>> = {
      ETIMEDOUT: `did not end within ${deadlineMs / 1000} s`,
      ENOBUFS: `printed more than ${mostBytes / 2 ** 20} MB`,
    }
    const limit = limits[code ?? '']
    if (limit === undefined) return undefined
    throw new FileError(`git ${args[0]} in ${project} ${limit}: is its repository damaged?`)
  }
}

/** Removes git's variables, which could select another repository or programs; hooks set some. */
function withoutGit(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('GIT_')))
}

/** Passed as variables, because `-c name=value` cannot express names with `=`. */
function asVariables(settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(settings)
  return {
    GIT_CONFIG_COUNT: String(entries.length),
    ...Object.fromEntries(
      entries.flatMap(([name, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, name],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
    GIT_OPTIONAL_LOCKS: '0', // does not refresh the index
    GIT_ALLOW_PROTOCOL: 'none', // no fetches for partial clones
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
  }
}
