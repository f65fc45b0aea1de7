/** Fenced blocks of the project's documents. */

import { readdirSync, readFileSync } from 'node:fs'
import { source } from '../source.ts'

export interface Block {
  readonly path: string
  readonly line: number
  /** First word behind the fence. */
  readonly language: string
  readonly text: string
  /** Its document and its first line. */
  readonly name: string
}

export const documents: readonly string[] = [
  'README.md',
  ...readdirSync(source('docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

export function blocksOf(path: string): readonly Block[] {
  const page = readFileSync(source(path), 'utf8')
  return [...page.matchAll(/^(`{3,})(\w*)[^\n]*\n(.*?)\n\1$/gms)].map((match) => {
    const [, , language = '', text = ''] = match
    const name = `${path}: ${text.trim().split('\n')[0] ?? ''}`
    return { path, line: page.slice(0, match.index).split('\n').length, language, text, name }
  })
}
