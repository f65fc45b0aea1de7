/** What the program is called: the only place of these names. */

/** Name of the command, and of the module that scripts import. */
export const commandName = 'repro'

/**
 * How documents, reports and archives call the command. A bare `npx repro` where it is not installed would run somebody
 * else's package of this name.
 */
export const invocation = `npx --no-install ${commandName}`

/**
 * Name in a registry, once it is published there. It is installed as `repro`, which scripts import:
 * `npm install repro@npm:NAME`.
 */
export const registryName = 'repro-paper'

/** Quotes a path for a POSIX shell, if it needs that. */
export function shellWord(path: string): string {
  const word = path.startsWith('-') ? `./${path}` : path
  return /^[\w./+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
