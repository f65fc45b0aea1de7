/** Where a job's files lie on a board: in the job's folder only. */

import { JobError } from '../../testbed/board.ts'

/**
 * Returns a path in the job's folder, which `/job` leads to while the job runs: that of `/job/kernel` is `kernel`, and of a
 * program `/usr/bin/trial` it is `bin/trial`, as that folder is in the PATH. Throws a JobError for any other path.
 */
export function jobFile(path: string): string {
  const inJob = /^\/job\/(.+)$/.exec(path)?.[1]
  const program = /^\/usr\/bin\/([^/]+)$/.exec(path)?.[1]
  const found = inJob ?? (program === undefined ? undefined : `bin/${program}`)
  if (found === undefined || found.split('/').some((part) => part === '' || part === '.' || part === '..'))
    throw new JobError(`a job puts no file at ${path} on a board that is not its own: use /job or /usr/bin`)
  return found
}
