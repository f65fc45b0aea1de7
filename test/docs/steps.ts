/** A document that is followed to the letter: its comments say what each fenced block is. */

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export type Step =
  | {
      readonly type: 'run'
      readonly commands: readonly string[]
      readonly exitCode: number
      readonly line: number
    }
  | {
      readonly type: 'file' | 'append' | 'change'
      readonly path: string
      readonly text: string
      readonly line: number
    }
  | { readonly type: 'output'; readonly text: string; readonly varies: boolean; readonly line: number }

/** Steps of a document in its order. Throws for a block that no comment explains, and for a comment without a block. */
export function stepsOf(markdown: string): readonly Step[] {
  const lines = markdown.split('\n')
  const steps: Step[] = []
  let told: string | undefined
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    told = /^<!-- (.*) -->$/.exec(line)?.[1] ?? told
    const [, fence, language = ''] = /^(`{3,})(\w*)$/.exec(line) ?? []
    if (fence === undefined) continue
    const end = lines.indexOf(fence, index + 1)
    assert(end > 0, `line ${index + 1}: a block without an end`)
    const text = lines.slice(index + 1, end).join('\n')
    steps.push(stepOf(told, language, text, index + 1))
    told = undefined
    index = end
  }
  assert.equal(told, undefined, 'a comment without a block')
  return steps
}

function stepOf(told: string | undefined, language: string, text: string, line: number): Step {
  const [, word = '', rest = ''] = /^(\w+):? ?(.*)$/.exec(told ?? '') ?? []
  if (language === 'sh' && (told === undefined || word === 'exit')) {
    const commands = text.split('\n').map((command) => command.replace(/ {2,}#.*$/, ''))
    return { type: 'run', commands, exitCode: Number(rest), line }
  }
  if (word === 'file' || word === 'append' || word === 'change')
    return { type: word, path: rest, text: `${text}\n`, line }
  if (word === 'output') return { type: 'output', text, varies: rest === 'numbers vary', line }
  throw new Error(`line ${line}: no comment says what this block is (${told ?? 'none'})`)
}

/** What a command printed, both streams together, and how it ended. */
export interface Ran {
  readonly output: string
  readonly exitCode: number
}

/** Does all steps in a folder. Throws an AssertionError that names the line of the document where they differ. */
export async function follow(
  steps: readonly Step[],
  folder: string,
  run: (command: string) => Promise<Ran>,
): Promise<void> {
  let output = ''
  for (const step of steps) {
    const at = `line ${step.line}`
    switch (step.type) {
      case 'run': {
        const ran: Ran[] = []
        for (const command of step.commands) ran.push(await run(command))
        output = ran.map((one) => one.output).join('')
        const exitCodes = ran.map(({ exitCode }) => exitCode)
        assert.deepEqual(exitCodes, [...exitCodes.slice(1).map(() => 0), step.exitCode], `${at}\n${output}`)
        break
      }
      case 'output':
        assertShown(step.text, output, step.varies, at)
        break
      default:
        change(step, folder, at)
    }
  }
}

function change(step: Extract<Step, { readonly path: string }>, folder: string, at: string): void {
  const path = join(folder, step.path)
  if (step.type === 'file') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, step.text, { flag: 'wx' })
    return
  }
  const before = readFileSync(path, 'utf8')
  if (step.type === 'append') return writeFileSync(path, `${before}\n${step.text}`)
  const lines = step.text.split('\n').slice(0, -1)
  const [old, now] = ['+', '-'].map((left) =>
    lines.flatMap((line) => (line.startsWith(left) ? [] : [`${line.slice(1)}\n`])).join(''),
  ) as [string, string]
  assert.equal(before.split(old).length, 2, `${at}: ${step.path} does not have these lines once:\n${old}`)
  writeFileSync(
    path,
    before.replace(old, () => now),
  )
}

/** A number, also negative, with signs for thousands, or a time of minutes and seconds. */
const number = String.raw`[−-]?\d[\d.,]*(?: min \d+)?`

/** Whether all lines that are shown were printed, in that order; columns may have another width. */
export function assertShown(shown: string, printed: string, varies: boolean, at: string): void {
  let from = 0
  for (const line of shown.split('\n')) {
    const words = varies ? line.split(new RegExp(`(?<![\\w/])${number}`)) : [line]
    const pattern = words.map((text) => escape(text).replace(/ {2,}/g, ' {2,}')).join(number)
    const found = new RegExp(`^${pattern}$`, 'm').exec(printed.slice(from))
    assert(found, `${at}: not printed there: ${line}\nbut:\n${printed.slice(from)}`)
    from += found.index + found[0].length
  }
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
}
