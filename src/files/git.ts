/**
 * Runs git in a project that a stranger may have made: its own configuration can name programs to run (monitors, hooks, filters,
 * drivers of diffs, transports), and none of them is. The configuration of the user and of the machine counts as always.
 */

import { execFileSync } from 'node:child_process'
import { FileError } from './ordinary.ts'

/** Output of a command of git; undefined if git refuses, if there is no repository, or no git. */
export type Git = (...args: readonly string[]) => string | undefined

const deadlineMs = 60_000
const mostBytes = 2 ** 29

/** Whatever the configuration says of these. */
const off: Readonly<Record<string, string>> = {
  'core.fsmonitor': 'false',
  'core.hooksPath': '/dev/null',
  'core.alternateRefsCommand': '',
  'diff.external': '',
  'diff.ignoreSubmodules': 'all',
  'log.showSignature': 'false',
  'submodule.recurse': 'false',
}

/** Names of programs that the repository's own configuration can have any number of; empty, they run nothing. */
const drivers =
  /^(?:filter\..*\.(?:clean|smudge|process|required)|diff\..*\.(?:command|textconv)|gpg\..*program)$/s

/** Git for a project; reads only. Throws a FileError when it does not end. */
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
  try {
    return execFileSync('git', ['--no-pager', '-C', project, ...args], {
      encoding: 'utf8',
      env: { ...withoutGit(process.env), ...asVariables(settings) },
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
    throw new FileError(`git ${args[0]} in ${project} ${limit}: is its repository whole?`)
  }
}

/** Variables of git would lead it to another repository, or to programs; a hook that calls us sets some. */
function withoutGit(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('GIT_')))
}

/** As variables and not as `-c name=value`, as a name may hold `=`. */
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
    GIT_OPTIONAL_LOCKS: '0', // writes no index
    GIT_ALLOW_PROTOCOL: 'none', // fetches nothing that a partial clone lacks
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
  }
}
