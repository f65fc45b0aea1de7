/** Digests of environment variables' values, which may be secrets: they stand in runs and in archives. */

import { scryptSync } from 'node:crypto'

type Variables = Readonly<Record<string, string | undefined>>

/** By name and value: a digest takes about 40 ms. */
const known = new Map<string, string>()

/**
 * Returns the scrypt digest (hex) of a variable's value; undefined if it is not set. It is slow on purpose, so
 * that somebody who has the digest cannot try many guesses; the name is the salt.
 */
export function variableDigest(name: string, variables: Variables = process.env): string | undefined {
  const value = variables[name]
  if (value === undefined) return undefined
  const id = `${name}=${value}`
  const digest = known.get(id) ?? scryptSync(value, `repro variable ${name}`, 32).toString('hex')
  known.set(id, digest)
  return digest
}
