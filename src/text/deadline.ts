/** Ends code of others that may take as long as it likes, such as patterns over a text. */

import { Script } from 'node:vm'

/** Only what a script runs has a deadline, and a script finds its work by a name. */
const name = 'repro:work'
const works: Record<string, unknown> = globalThis
const script = new Script(`globalThis['${name}']()`)

/**
 * Returns what `work` returns, or undefined if it takes longer than `ms` of the clock. It is ended wherever
 * it is, also within a pattern, so it must not change anything that others see, and it cannot wait for
 * anything.
 */
export function within<T>(ms: number, work: () => T): T | undefined {
  let made: T | undefined
  works[name] = () => void (made = work())
  try {
    script.runInThisContext({ timeout: ms })
    return made
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    throw error
  } finally {
    delete works[name]
  }
}
