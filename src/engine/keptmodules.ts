/** Parses each module once: what a parser finds in a text stays the same, and parsing takes longer than most builds. */

import { extname } from 'node:path'
import { sha256 } from '../files/fingerprint.ts'
import { type Kept, openKept } from '../results/kept.ts'
import { type Module, parseModule } from './imports.ts'

const parsed = new Map<string, Module>()
let kept: Kept | undefined

/** As `parseModule`, whose results it keeps in the cache folder, for this version of the program. */
export function parsedModule(text: string, path: string): Module {
  const name = sha256(`${extname(path)} ${text}`)
  const known = parsed.get(name) ?? keptModule(name)
  if (known !== undefined) return known
  const made = parseModule(text, path)
  parsed.set(name, made)
  if (program !== undefined) open(program).write(name, JSON.stringify(made))
  return made
}

function keptModule(name: string): Module | undefined {
  const found = program === undefined ? undefined : open(program).read(name)
  if (found === undefined) return undefined
  const made = JSON.parse(new TextDecoder().decode(found)) as Module
  parsed.set(name, made)
  return made
}

/** File name of this program, which contains a digest of its content; none if it runs from its sources. */
const program = /\/([^/]+)\.cjs$/.exec(import.meta.url)?.[1]

function open(program: string): Kept {
  if (kept === undefined) {
    kept = openKept(`modules/${program}`)
    openKept('modules').forget((other) => other !== program)
  }
  return kept
}
