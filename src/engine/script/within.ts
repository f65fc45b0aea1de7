import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits until a promise is fulfilled, at most `ms`, and returns whether it is. Leaves no timer behind: one would keep the
 * process alive.
 */
export async function isDoneWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const done = new AbortController()
  try {
    return await Promise.race([promise.then(() => true), sleep(ms, false, { signal: done.signal })])
  } finally {
    done.abort()
  }
}
