/**
 * The corpus of hostile projects: a file each in test/fixtures/hostile/, which is the document, and behind lines such as
 * these its other files:
 *
 *     ==> PATH <==              a file          ==> executable PATH <==   one that can be executed
 *     ==> base64 PATH <==       a binary file   ==> fifo PATH <==         a named pipe
 *     ==> PATH -> TARGET <==    a symbolic link
 *
 * `{{CANARY}}` is the path of a secret file outside of the project, `{{OUTSIDE}}` its folder, `{{RAN}}` a file that code of
 * the project makes if it runs, `{{SERVER}}` and `{{HOST}}` a server, `{{REPEAT n text}}` stands for that many texts, and
 * `{{NUMBERED n text}}` for texts in which `#` is a number from 0.
 */

import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { source } from './source.ts'

const folder = source('test/fixtures/hostile')

export const hostileNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => basename(name, '.txt'))
  .sort()

export interface Surroundings {
  readonly canary: string
  readonly outside: string
  readonly ran: string
  /** Of the server: `127.0.0.1:1234`. */
  readonly host: string
}

/** Writes a hostile project into an empty folder. */
export function writeHostile(name: string, project: string, surroundings: Surroundings): void {
  const text = readFileSync(join(folder, `${name}.txt`), 'utf8')
  const [first = '', ...others] = text.split(/^==> (.*) <==\n/m)
  const parts: (readonly [string, string])[] = first === '' ? [] : [['paper/index.md', first]]
  for (let index = 0; index < others.length; index += 2)
    parts.push([others[index] ?? '', others[index + 1] ?? ''])
  for (const [head, written] of parts) {
    const content = expanded(written, surroundings)
    const [, kind, path = '', target] =
      /^(?:(base64|executable|fifo) )?(.+?)(?: -> (.+))?$/.exec(expanded(head, surroundings)) ?? []
    const file = join(project, path)
    mkdirSync(dirname(file), { recursive: true })
    if (target !== undefined) symlinkSync(target, file)
    else if (kind === 'fifo') execFileSync('mkfifo', [file])
    else if (kind === 'base64') writeFileSync(file, Buffer.from(content, 'base64'))
    else writeFileSync(file, content, { mode: kind === 'executable' ? 0o755 : 0o644 })
  }
}

function expanded(text: string, { canary, outside, ran, host }: Surroundings): string {
  const named = text
    .replaceAll('{{CANARY}}', canary)
    .replaceAll('{{OUTSIDE}}', outside)
    .replaceAll('{{RAN}}', ran)
    .replaceAll('{{SERVER}}', `http://${host}`)
    .replaceAll('{{HOST}}', host)
    .replaceAll(/\\u([0-9a-f]{4})/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
  const counted = named.replaceAll(
    /\{\{NUMBERED (\d+) ([\s\S]*?)\}\}(?!\})/g,
    (_, count: string, part: string) =>
      Array.from({ length: Number(count) }, (_, index) => part.replaceAll('#', String(index))).join(''),
  )
  // From the innermost: what is repeated may end in a brace.
  const repeat = /\{\{REPEAT (\d+) ((?:(?!\{\{REPEAT)[\s\S])*?)\}\}(?!\})/
  let result = counted
  for (let found = repeat.exec(result); found; found = repeat.exec(result)) {
    const { 0: whole, 1: count, 2: part = '', index } = found
    result = result.slice(0, index) + part.repeat(Number(count)) + result.slice(index + whole.length)
  }
  return result
}
