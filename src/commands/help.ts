/** Generates help from the definitions of the commands. */

import { present } from '../text/message.ts'
import { type Command, type Group, isGroup, type Registry } from './command.ts'
import type { Option } from './parse.ts'
import { paragraph, termList } from './terminal/table.ts'
import { exitCodes } from './terminal/terminal.ts'

/** Default meanings of exit codes. */
const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'done',
  failed: 'an experiment failed or a result is missing',
  usage: 'a mistake in the document or on the command line',
  notReproduced: 'a claim is not reproduced',
  notFrozen: 'not as recorded (--frozen)',
  testbed: 'the testbed is at fault',
  interrupted: 'interrupted',
}

export function generalHelp(registry: Registry): string {
  const rows = [...registry].map(([name, found]) =>
    isGroup(found)
      ? ([`${name} COMMAND`, `${found.summary}: ${[...found.commands.keys()].join(', ')}`] as const)
      : ([found.usage, found.summary] as const),
  )
  return present([
    'repro: papers whose experiments run again',
    'Usage: repro COMMAND [OPTION...], repro help [COMMAND], repro --version',
    `Commands:\n${termList(rows)}`,
    paragraph(
      `DOCUMENT is paper/index.md unless given. \`repro help COMMAND\` has the options of a command,
      \`repro completion SHELL\` makes the shell complete them.`,
    ),
    paragraph(whatRunsCode(registry)),
    `Exit codes:\n${exitTable(meanings)}`,
  ]).join('\n\n')
}

function whatRunsCode(registry: Registry): string {
  const all = [...registry].flatMap(([name, found]) => (isGroup(found) ? [] : [[name, found] as const]))
  const always = all.flatMap(([name, { runsCode }]) => (runsCode === true ? [name] : []))
  const some = all.flatMap(([name, { runsCode }]) =>
    Array.isArray(runsCode) ? [`${name} with ${runsCode.join(' or ')}`] : [],
  )
  return `Scripts of the document run only in: ${[...always, ...some].join(', ')}. --frozen and --dry-run run none.
    All other commands only read it, but for new, which adds blocks.`
}

export function groupHelp(name: string, { summary, commands }: Group): string {
  const rows = [...commands.values()].map((one) => {
    const options = Object.entries(one.options).map(([name, option]) => optionTerm(name, option))
    const listed = options.length === 0 ? '' : ` (${options.join(', ')})`
    return [one.usage, `${one.summary}${listed}`] as const
  })
  return present([
    `repro ${name} COMMAND: ${summary}`,
    `Commands:\n${termList(rows)}`,
    paragraph(`\`repro help ${name} COMMAND\` says what the options of a command mean, and has examples.`),
  ]).join('\n\n')
}

export function commandHelp(command: Command): string {
  const { usage, summary, description = [], options, examples = [], runsCode, docs, exits } = command
  const shown = Object.entries(options)
  const code =
    runsCode === true
      ? 'Runs scripts of the document.'
      : runsCode && `Runs scripts of the document only with ${runsCode.join(' or ')}.`
  return present([
    `repro ${usage}${shown.length > 0 ? ' [OPTION...]' : ''}`,
    paragraph(sentence(summary)),
    ...description.map(paragraph),
    code,
    shown.length > 0 &&
      `Options:\n${termList(shown.map(([name, option]) => [optionTerm(name, option), optionText(option)]))}`,
    examples.length > 0 && `Examples:\n${termList(examples.map(([line, does]) => [`repro ${line}`, does]))}`,
    exits && `Exit codes:\n${exitTable(exitsOf(command))}`,
    docs && `More: ${docs}`,
  ]).join('\n\n')
}

/** Returns all exit codes of a command; every command can succeed, be misused and be interrupted. */
export function exitsOf({ exits = {} }: Command): Partial<typeof meanings> {
  const { done, usage, interrupted } = meanings
  return { done, usage, interrupted, ...exits }
}

function exitTable(shown: Partial<typeof meanings>): string {
  const rows = Object.entries(exitCodes).flatMap(([name, code]) => {
    const meaning = shown[name as keyof typeof meanings]
    return meaning === undefined ? [] : [[String(code), meaning] as const]
  })
  return termList(rows)
}

/** `-j, --jobs N`, `--rerun[=LIST]`. */
export function optionTerm(name: string, { short, takes, value }: Option<unknown>): string {
  const taken = takes === 'nothing' ? '' : takes === 'maybe' ? `[=${value}]` : ` ${value}`
  return `${short === undefined ? '' : `-${short}, `}--${name}${taken}`
}

export function optionText({ description, otherwise }: Option<unknown>): string {
  return otherwise === undefined ? description : `${description} (default: ${otherwise})`
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`
}
