/**
 * `repro status`: the state of every step and its reason. `repro explain`: a step's inputs and their changes.
 */

import { existsSync } from 'node:fs'
import { type Change, changeText } from '../engine/cachestatus.ts'
import type { StepStatus } from '../project/status.ts'
import { hint } from '../text/spelling.ts'
import { command } from './command.ts'
import { flag, json } from './options.ts'
import { UsageError } from './parse.ts'
import { siteOf, warnUntrusted } from './site.ts'
import { exitCodes, print } from './terminal/terminal.ts'

export const status = command({
  usage: 'status [DOCUMENT]',
  summary: 'whether each cell, table, figure and claim is up to date, and why not',
  options: {
    json,
    frozen: flag('exit with code 4 unless every cell is recorded as the document asks for it'),
  },
  docs: 'docs/engine.md',
  examples: [
    ['status', 'a line for each step of paper/index.md'],
    ['status notes/draft.md --frozen', 'whether another document is recorded, as an exit code'],
  ],
  exits: { failed: 'a recorded run is damaged', notFrozen: 'with --frozen: a cell is not recorded' },
  async action({ options, words: [document], generator }) {
    const steps = await statusOf(document, generator)
    if (options.json) print(JSON.stringify(steps, null, 2))
    else for (const step of steps) print(line(step))
    if (steps.some(({ state }) => state === 'damaged')) return exitCodes.failed
    const isFrozen = steps.every(({ type, state }) => type !== 'cell' || state === 'recorded')
    return options.frozen && !isFrozen ? exitCodes.notFrozen : exitCodes.done
  },
})

export const explain = command({
  usage: 'explain STEP [DOCUMENT]',
  summary: 'show the inputs of a step, and which changed',
  options: { json },
  description: [
    'STEP is an id that `repro status` lists, such as latency/xen-4.17/baseline, fig-phases or page. A document alone stands for its page.',
  ],
  docs: 'docs/engine.md',
  missing: 'explain what? Name a cell, table, figure or claim, or `page`; `repro status` lists them',
  examples: [
    ['explain latency/xen-4.17/baseline', 'why this cell is stale'],
    ['explain notes/draft.md', 'what the page of another document was made from'],
  ],
  async action({ options, words, generator }) {
    const [id, document] = stepAndDocument(words)
    const steps = await statusOf(document, generator)
    const step = steps.find((one) => one.id === id)
    if (step === undefined) {
      const names = steps.map((one) => one.id)
      const what = id.endsWith('.md') ? 'no document, and no step of this name' : 'no step of this name'
      throw new UsageError(`${what}: ${id}${hint(id, names) || '; `repro status` lists them'}`)
    }
    for (const line of options.json ? [JSON.stringify(step, null, 2)] : explanation(step)) print(line)
    return exitCodes.done
  },
})

/** Either may stand first; the name of a cell may end as that of a document. */
function stepAndDocument([first = '', second]: readonly string[]): readonly [string, string | undefined] {
  const isDocument = (word: string) => word.endsWith('.md') && existsSync(word)
  return isDocument(first) ? [second ?? 'page', first] : [first, second]
}

async function statusOf(document: string | undefined, generator: string): Promise<readonly StepStatus[]> {
  const site = siteOf(document, generator)
  const { statusOf } = await import('../project/status.ts')
  const steps = await statusOf(site)
  warnUntrusted(site)
  return steps
}

function line({ id, type, state, reason }: StepStatus): string {
  const name = type === 'cell' ? id : type === 'page' ? id : `${type} ${id}`
  return `${state.padEnd(8)} ${name}${reason === undefined ? '' : `: ${reason}`}`
}

function explanation(step: StepStatus): readonly string[] {
  const changes = new Map((step.changes ?? []).map((change) => [change.input, change]))
  const names = [...new Set([...Object.keys(step.inputs), ...changes.keys()])].sort()
  const different = [...changes.values()].map(changeText).join(', ')
  return [
    `${step.id} is ${step.state}${step.reason === undefined ? '' : `: ${step.reason}`}`,
    `key ${step.key}`,
    ...names.map((name) => {
      const change = changes.get(name)
      return change ? `* ${name}: ${fromTo(change)}` : `  ${name}: ${step.inputs[name]}`
    }),
    ...(changes.size > 0 ? [`\n* changed since it was made: ${different}`] : []),
  ]
}

function fromTo({ before, now }: Change): string {
  return `${before ?? 'none'} -> ${now ?? 'none'}`
}
