/** `repro status`: where every step stands, and why; and `repro explain`: one step's inputs, with what changed. */

import { type Change, inWords } from '../engine/verdict.ts'
import { type StepStatus, statusOf } from '../project/status.ts'
import { hint } from '../text/spelling.ts'
import * as definitions from './definitions.ts'
import { exitCodes, tellSeal } from './messages.ts'
import { print } from './terminal.ts'
import { readArguments, siteOf, UsageError } from './usage.ts'

export async function statusCommand(args: readonly string[], generator: string): Promise<number> {
  const { values, positionals } = readArguments(args, definitions.status)
  const site = siteOf(positionals[0], generator)
  const steps = await statusOf(site)
  if (values.json) print(JSON.stringify(steps, null, 2))
  else for (const step of steps) print(line(step))
  tellSeal(site)
  if (steps.some(({ state }) => state === 'damaged')) return exitCodes.failed
  const isFrozen = steps.every(({ type, state }) => type !== 'cell' || state === 'recorded')
  return values.frozen && !isFrozen ? exitCodes.notFrozen : exitCodes.done
}

function line({ id, type, state, reason }: StepStatus): string {
  const name = type === 'cell' ? id : type === 'page' ? 'page' : `${type} ${id}`
  return `${state.padEnd(8)} ${name}${reason === undefined ? '' : `: ${reason}`}`
}

/** Everything that goes into a step's key, and what of it changed. */
export async function explainCommand(args: readonly string[], generator: string): Promise<number> {
  const { values, positionals } = readArguments(args, definitions.explain)
  const [id, document] = positionals
  if (id === undefined)
    throw new UsageError(
      'explain what? Name a cell, table, figure or claim, or `page`; `repro status` lists them',
    )
  const site = siteOf(document, generator)
  const steps = await statusOf(site)
  tellSeal(site)
  const step = steps.find((one) => one.id === id)
  if (step === undefined) {
    const names = steps.map((one) => one.id)
    throw new UsageError(`no step of this name: ${id}${hint(id, names)}`)
  }
  if (values.json) {
    print(JSON.stringify(step, null, 2))
    return exitCodes.done
  }
  print(`${step.id} is ${step.state}${step.reason === undefined ? '' : `: ${step.reason}`}`)
  print(`key ${step.key}`)
  const changes = new Map((step.changes ?? []).map((change) => [change.input, change]))
  for (const name of [...new Set([...Object.keys(step.inputs), ...changes.keys()])].sort()) {
    const change = changes.get(name)
    print(change ? `* ${name}: ${fromTo(change)}` : `  ${name}: ${step.inputs[name]}`)
  }
  if (changes.size > 0)
    print(`\n* is different from when it was made: ${[...changes.values()].map(inWords).join(', ')}`)
  return exitCodes.done
}

function fromTo({ before, now }: Change): string {
  return `${before ?? 'none'} -> ${now ?? 'none'}`
}
