/** Lists code that was never run here on purpose, and asks whether it may run. */

import { createInterface } from 'node:readline/promises'
import type { Step } from '../../engine/plan.ts'
import { isRead, readPath } from '../../engine/reads.ts'
import type { Code } from '../../project/consent.ts'
import type { Site } from '../../project/site.ts'
import { abbreviated, counted, present } from '../../text/message.ts'
import { complain, standardError } from '../terminal/terminal.ts'

/** Lists the steps whose code has no consent, and asks; a no where there is no terminal. */
export async function isAnsweredYes(
  site: Site,
  steps: readonly Step[],
  missing: readonly Code[],
): Promise<boolean> {
  const cells = counted(steps.length, 'cell')
  complain(
    [
      site.consent?.isGiven
        ? `${cells} would run code that has changed since it was allowed here (${abbreviated(changed(missing), 4)}):`
        : `${cells} would run code of this paper, which was never run here on purpose, as you:`,
      ...listed(steps).map((line) => `  ${line}`),
    ].join('\n'),
  )
  if (!process.stdin.isTTY || !standardError.isTTY) {
    complain('Not run. --trust runs it, and so does `repro run`; what may run when: docs/safety.md')
    return false
  }
  if (site.consent?.isGiven)
    complain(
      'Is this your own paper? With --trust you are not asked again for what you change here yourself.',
    )
  standardError.write('\u001b[?25h') // a display may have hidden the cursor
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const abort = new AbortController()
    terminal.once('close', () => abort.abort()) // the end of the input is a no
    terminal.once('SIGINT', () => {
      process.emit('SIGINT')
      abort.abort()
    })
    const answer = await terminal.question('Run it? [y/N] ', { signal: abort.signal }).catch(() => '')
    return /^\s*y(?:es)?\s*$/i.test(answer)
  } finally {
    terminal.close()
  }
}

function changed(missing: readonly Code[]): readonly string[] {
  return [...new Set(missing.flatMap(({ paths }) => paths.slice(0, 1)))].sort()
}

/** A line for each script, with what runs it, and for each machine with what is called to reach it. */
function listed(steps: readonly Step[]): readonly string[] {
  const lines = new Map<string, number>()
  for (const step of steps) {
    const line = scriptLine(step)
    lines.set(line, (lines.get(line) ?? 0) + 1)
  }
  const machines = new Set(steps.flatMap(({ environment }) => machineLine(environment) ?? []))
  return [...[...lines].map(([line, count]) => `${line}, ${counted(count, 'cell')}`), ...machines]
}

function scriptLine({ cell, program, inputs }: Step): string {
  const { script, id } = cell.block
  const others = Object.keys(inputs).flatMap((name) => (isRead(name) ? [readPath(name)] : []))
  return present([
    'file' in script ? script.file : `the script of ${id} in the document`,
    program === undefined
      ? `Node ${process.versions.node}`
      : `${program.interpreter}${program.command === undefined ? '' : ` (${program.command})`}`,
    others.length > 0 && `with ${abbreviated(others, 4)}`,
  ]).join(', ')
}

/** Machines that are reached by commands of the project, which run here. */
function machineLine({ name, testbed, access }: Step['environment']): string | undefined {
  const told = textsIn(access ?? {})
  return told.length === 0 ? undefined : `the machine ${name} (${testbed}): ${told.join('; ')}`
}

function textsIn(values: Readonly<Record<string, unknown>>, path = ''): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (typeof value === 'string') return [`${path}${key} \`${value}\``]
    return typeof value === 'object' && value !== null
      ? textsIn(value as Record<string, unknown>, `${path}${key}.`)
      : []
  })
}
