/** Digests of code that comments do not change. */

import { posix } from 'node:path'
import jsTokens from 'js-tokens'
import { sha256 } from './tracked.ts'

/** Takes the comments out of a language's text. */
type Strip = (text: string) => string

/** By the end of a file's name. Of what is not here every byte counts. */
const languages: ReadonlyMap<string, Strip> = new Map([
  ['.ts', withoutScriptComments],
  ['.mts', withoutScriptComments],
  ['.cts', withoutScriptComments],
  ['.js', withoutScriptComments],
  ['.mjs', withoutScriptComments],
  ['.cjs', withoutScriptComments],
  ['.c', withoutCComments],
  ['.h', withoutCComments],
])

/** Whether comments of the file can be told apart. */
export function isCode(path: string): boolean {
  return languages.has(posix.extname(path))
}

/** SHA-256 (hex) of a file's text, without comments and empty lines where its language is known. */
export function codeDigest(path: string, text: string): string {
  const strip = languages.get(posix.extname(path)) ?? ((same: string) => same)
  return sha256(strip(text))
}

function withoutScriptComments(text: string): string {
  let code = ''
  let gap = ''
  for (const { type, value } of jsTokens(text)) {
    if (type === 'SingleLineComment') continue
    if (type === 'WhiteSpace' || type === 'LineTerminatorSequence' || type === 'MultiLineComment') {
      // A line end may end a statement, and so may one in a comment.
      if (gap !== '\n') gap = value.includes('\n') ? '\n' : ' '
      continue
    }
    code += gap + value
    gap = ''
  }
  return code.trim()
}

/** A comment of C, or else what may look like one: a string or a character. */
const cTokens = /"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|\/\*[\s\S]*?\*\/|\/\/(?:\\\r?\n|[^\n])*/g

function withoutCComments(text: string): string {
  return text
    .replace(cTokens, (token) => (token.startsWith('/') ? ' ' : token))
    .replace(/[ \t\r]+$/gm, '') // strings of C do not go over a line's end
    .replace(/\n{2,}/g, '\n')
    .trim()
}
