/** A repository with reproducible commits. */

import { execFileSync } from 'node:child_process'

const someone = { name: 'Ada', email: 'ada@example.org', date: '2026-11-01T11:00:00+01:00' }

export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
    env: {
      ...process.env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: someone.name,
      GIT_AUTHOR_EMAIL: someone.email,
      GIT_AUTHOR_DATE: someone.date,
      GIT_COMMITTER_NAME: someone.name,
      GIT_COMMITTER_EMAIL: someone.email,
      GIT_COMMITTER_DATE: someone.date,
    },
  })
}

/** Commits everything that is not ignored; creates the repository if there is none. */
export function commit(folder: string): void {
  git(folder, 'init', '-q')
  git(folder, 'add', '--all')
  git(folder, 'commit', '-q', '-m', 'state')
}
