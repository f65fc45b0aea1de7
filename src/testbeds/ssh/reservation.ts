/** A board that somebody else hands out, such as labgrid: reserved for a boot, and given back whatever happens. */

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { TestbedError } from '../../testbed/board.ts'
import { writeToCache } from '../../testbed/cache.ts'
import { reservedFile } from './boards.ts'
import { program } from './connection.ts'
import type { Settings } from './environment.ts'

const commandMs = 600_000

export interface Reservation {
  /** Never throws: results are there all the same. */
  end(): Promise<void>
}

/**
 * Reserves a board that is leased. One that a killed process had reserved is released first. Throws a TestbedError if
 * the command fails.
 */
export async function reserve(
  { reserve: taking, release: giving }: Pick<Settings, 'reserve' | 'release'>,
  cache: string,
  host: string,
  log: (text: string) => void,
): Promise<Reservation> {
  const file = reservedFile(cache, host)
  const end = async () => {
    process.off('SIGTERM', interrupted)
    if (giving !== undefined) await run(giving, host, 'release').catch((error: Error) => log(error.message))
    await rm(file, { force: true })
  }
  // Ctrl-C: there are some seconds. What does not end in these is done by the next boot on the board.
  const interrupted = () => void end().finally(() => process.kill(process.pid, 'SIGTERM'))
  if (existsSync(file)) {
    log(`${host} was reserved by a boot that was killed: released`)
    await end()
  }
  if (taking === undefined) return { end }
  await writeToCache(file, `${process.pid}\n`)
  process.once('SIGTERM', interrupted)
  try {
    await run(taking, host, 'reserve')
  } catch (error) {
    process.off('SIGTERM', interrupted)
    await rm(file, { force: true }) // it is another's
    throw error
  }
  return { end }
}

async function run(text: string, host: string, what: string): Promise<void> {
  const { exitCode, complaint, problem } = await program('sh', ['-c', text], {
    deadlineMs: commandMs,
    variables: { REPRO_BOARD: host },
  })
  if (exitCode === 0) return
  throw new TestbedError(`cannot ${what} ${host}: ${problem ?? (complaint || `exit code ${exitCode}`)}`, {
    advice: `The command is \`${text}\`, from experiments/environments.yaml.`,
  })
}
