/** Digests of source code that ignore comments. */

import { posix } from 'node:path'
import jsTokens from 'js-tokens'
import { sha256 } from './fingerprint.ts'

/** Functions that remove comments, by file extension. Files of other types are hashed byte for byte. */
const languages = new Map([
  ...['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'].map((name) => [name, withoutScriptComments] as const),
  ...['.c', '.h'].map((name) => [name, withoutCComments] as const),
])

/** True if the comments of this type of file can be recognized. */
export function isCode(path: string): boolean {
  return languages.has(posix.extname(path))
}

/** Returns the SHA-256 (hex) of a file's text, without comments and empty lines if its language is known. */
export function codeDigest(path: string, text: string): string {
  const withoutComments = languages.get(posix.extname(path))
  return sha256(withoutComments?.(text) ?? text)
}

function withoutScriptComments(text: string): string {
  let code = ''
  let gap = ''
  for (const { type, value } of jsTokens(text)) {
    if (type === 'SingleLineComment') continue
    if (type === 'WhiteSpace' || type === 'LineTerminatorSequence' || type === 'MultiLineComment') {
      // A line break may end a statement, also one inside a comment.
      if (gap !== '\n') gap = value.includes('\n') ? '\n' : ' '
      continue
    }
    code += gap + value
    gap = ''
  }
  return code.trim()
}

/** Matches comments of C, and string and character literals, which may contain what looks like one. */
const cTokens = /"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|\/\*[\s\S]*?\*\/|\/\/(?:\\\r?\n|[^\n])*/g

function withoutCComments(text: string): string {
  return text
    .replace(cTokens, (token) => (token.startsWith('/') ? ' ' : token))
    .replace(/[ \t\r]+$/gm, '') // no C string spans lines
    .replace(/\n{2,}/g, '\n')
    .trim()
}
