/**
 * What a command prints. All of it passes here: names and words of documents, logs and files may hold control characters, which
 * a terminal would obey, and what cannot be written must not pass in silence.
 */

import { getSystemErrorMap } from 'node:util'
import { Output } from './output.ts'

/**
 * Control characters but line feeds and tabs, and the characters that change the direction of text or break lines:
 * https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
const unseen = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu

/**
 * The text with control characters as `\u001b`: an escape that JSON reads back as the same character. A carriage return at the end
 * of a line, as consoles send it, is left out.
 */
export function visible(text: string): string {
  return text
    .replace(/\r+$/gm, '')
    .replace(unseen, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Standard output cannot take what a command prints: exit code 1. */
export class OutputError extends Error {
  override readonly name = 'OutputError'
}

/** What the process says by its exit code. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notReproduced: 3,
  notFrozen: 4,
  testbed: 5,
  interrupted: 130,
} as const

const standardOutput = new Output(1)

/**
 * Prints lines to standard output. A reader that closed the pipe, as `head` does, is no error. Throws an OutputError for all
 * else that keeps them from being written.
 */
export function print(text: string): void {
  try {
    standardOutput.line(visible(text))
    standardOutput.flush()
  } catch (cause) {
    throw new OutputError(`cannot write to standard output: ${systemReason(cause) ?? cause}`, { cause })
  }
}

/** Prints lines to standard error; where that cannot be written, there is nobody to tell. */
export function complain(text: string): void {
  if (text !== '') standardError.write(`${visible(text)}\n`)
}

/** Standard error for displays, which write their own control sequences: what they show of others must be `visible`. */
export const standardError = {
  write(text: string): void {
    try {
      new Output(2).bytes(Buffer.from(text))
    } catch {
      // Full or gone. The exit code still tells.
    }
  },
  get isTTY(): boolean {
    return process.stderr.isTTY === true
  },
  get columns(): number {
    return process.stderr.columns
  },
}

/** `no such file or directory` of an error of the operating system; undefined for any other. */
export function systemReason(error: unknown): string | undefined {
  const { errno, code } = (error ?? {}) as NodeJS.ErrnoException
  if (typeof errno !== 'number' || typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return undefined
  return getSystemErrorMap().get(errno)?.[1] ?? code
}
