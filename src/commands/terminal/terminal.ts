/**
 * All output of commands passes here: names and text of documents, logs and files may hold control
 * characters, which a terminal would obey, and failed writes must not go unnoticed.
 */

import { getSystemErrorMap } from 'node:util'
import { Output } from './output.ts'

/**
 * Control characters except line feeds and tabs, and characters that change text direction or break lines:
 * https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
const unseen = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu

/**
 * Makes text safe to show: escapes control characters and, for GitHub's runner, its commands as `\\u001b`, which JSON
 * reads back as the same character. Drops carriage returns at line ends, which consoles send.
 */
export function visible(text: string): string {
  const shown = withoutControls(text)
  return isRunner ? shown.replace(commands, escaped) : shown
}

/** As `visible`, but for text within a command to GitHub's runner. */
export function withoutControls(text: string): string {
  return text.replace(/\r+$/gm, '').replace(unseen, escaped)
}

function escaped(one: string): string {
  return `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * GitHub's runner takes lines of any output for commands to itself: `::name::value`, also indented, and `##[name]value`
 * anywhere in a line.
 */
const isRunner = process.env.GITHUB_ACTIONS === 'true'
const commands = /(?<=^[^\S\n]*):(?=:)|#(?=#\[)/gm

/** Thrown when standard output cannot be written: exit code 1. */
export class OutputError extends Error {
  override readonly name = 'OutputError'
}

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
 * Prints lines to standard output. Ignores a reader that closed the pipe, as `head` does; throws an
 * OutputError for any other failed write.
 */
export function print(text: string): void {
  try {
    standardOutput.line(visible(text))
    standardOutput.flush()
  } catch (cause) {
    throw new OutputError(`cannot write to standard output: ${systemReason(cause) ?? cause}`, { cause })
  }
}

/** Prints lines to standard error; ignores failed writes, as nobody could be told. */
export function complain(text: string): void {
  if (text !== '') standardError.write(`${visible(text)}\n`)
}

/** Standard error for displays, which write control sequences; foreign text must be `visible` first. */
export const standardError = {
  write(text: string): void {
    try {
      new Output(2).bytes(Buffer.from(text))
    } catch {
      // Full or closed; the exit code remains.
    }
  },
  get isTTY(): boolean {
    return process.stderr.isTTY === true
  },
  get columns(): number {
    return process.stderr.columns
  },
}

/** Returns a system error's reason (`no such file or directory`); undefined for other errors. */
export function systemReason(error: unknown): string | undefined {
  const { errno, code } = (error ?? {}) as NodeJS.ErrnoException
  if (typeof errno !== 'number' || typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return undefined
  return getSystemErrorMap().get(errno)?.[1] ?? code
}
