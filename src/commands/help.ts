/** Help, made from the definitions of the commands. */

import type { Definition, OptionDefinition } from './definition.ts'
import { definitions, type Group } from './definitions.ts'

/** `repro help`: all commands, a line each. */
export function generalHelp(): string {
  const lines = [...definitions].flatMap(([name, found]) =>
    isGroup(found)
      ? [[`repro ${name} ${[...found.commands.keys()].join('|')}`, found.summary] as const]
      : [[`repro ${found.usage}`, found.summary] as const],
  )
  return `repro: papers whose experiments run again

${table(lines)}
  repro help [COMMAND], repro --version

DOCUMENT is paper/index.md unless given. \`repro help COMMAND\` has a command's options.

${whatRunsCode()}

Exit codes: 0 done, 1 an experiment failed or a result is missing, 2 a mistake in the document or on the
command line, 3 a claim is not reproduced, 4 not as recorded (--frozen), 5 the testbed is at fault,
130 interrupted.`
}

/** Which commands run code of the document: those who open a stranger's paper want to know. */
function whatRunsCode(): string {
  const all = [...definitions].flatMap(([name, found]) => (isGroup(found) ? [] : [[name, found] as const]))
  const always = all.flatMap(([name, { runsCode }]) => (runsCode === true ? [name] : []))
  const some = all.flatMap(([name, { runsCode }]) =>
    Array.isArray(runsCode) ? [`${name} with ${runsCode.join(' or ')}`] : [],
  )
  return `Scripts of the document run only in: ${[...always, ...some].join(', ')}. --frozen and --dry-run run none.
All other commands only read it.`
}

/** The help of a command by its words, such as `build` or `trace info`; undefined if there is none of this name. */
export function commandHelp([name = '', sub]: readonly string[]): string | undefined {
  const found = definitions.get(name)
  if (found === undefined) return undefined
  if (!isGroup(found)) return helpOf(found)
  if (sub !== undefined) {
    const one = found.commands.get(sub)
    return one && helpOf(one)
  }
  const lines = [...found.commands.values()].map(({ usage, summary }) => [`repro ${usage}`, summary] as const)
  return `repro ${name}: ${found.summary}\n\n${table(lines)}\n\n\`repro help ${name} COMMAND\` has a command's options.`
}

function isGroup(found: Definition | Group): found is Group {
  return 'commands' in found
}

function helpOf({ usage, summary, details, options, examples = [], runsCode }: Definition): string {
  const shown = Object.entries(options)
  const code =
    runsCode === true
      ? 'Runs scripts of the document.'
      : runsCode === undefined
        ? undefined
        : `Runs scripts of the document only with ${runsCode.join(' or ')}.`
  return [
    `repro ${usage}${shown.length > 0 ? ' [OPTION...]' : ''}`,
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    details,
    code,
    shown.length === 0 ? undefined : `Options:\n${table(shown.map(optionLine))}`,
    examples.length === 0
      ? undefined
      : `Examples:\n${table(examples.map(([command, does]) => [`repro ${command}`, does]))}`,
  ]
    .filter((part) => part !== undefined)
    .join('\n\n')
}

function optionLine([name, option]: readonly [string, OptionDefinition]): readonly [string, string] {
  const { short, value, description } = option
  const taken = value === undefined ? '' : value.startsWith('[') ? value : ` ${value}`
  return [`${short === undefined ? '' : `-${short}, `}--${name}${taken}`, description]
}

/** Two columns; a word that is too long for the first has a line of its own. */
function table(lines: readonly (readonly [string, string])[]): string {
  const fitting = lines.map(([word]) => word.length).filter((length) => length <= 34)
  const width = Math.max(0, ...fitting) + 2
  return lines
    .map(([word, text]) =>
      word.length > width ? `  ${word}\n  ${' '.repeat(width)}${text}` : `  ${word.padEnd(width)}${text}`,
    )
    .join('\n')
}
