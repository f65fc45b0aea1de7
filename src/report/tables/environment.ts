/** Machines: what each run captured of its own, beside the original study's (Tables 1 to 3). */

import * as z from 'zod'
import { naming } from '../../document/naming.ts'
import { mergeMachines } from '../../engine/mergeboots.ts'
import type { Messages } from '../../locale/en.ts'
import { unknown } from '../../query/error.ts'
import { machineOf } from '../../query/machine.ts'
import type { PublishedRow } from '../../query/published.ts'
import { origins } from '../../query/quantity.ts'
import type { Run } from '../../results/run.ts'
import { concernNotes } from '../concerns.ts'
import type { RenderContext } from '../context.ts'
import { valuesOf } from '../published.ts'
import { type Cell, type Head, headCell, missingCell, none, type Table, machineKind } from '../table.ts'
import { cellRuns, chooseEnvironments } from './options.ts'
import { number, publishedFile } from './schema.ts'

const options = () =>
  z.strictObject({
    number,
    environments: z
      .array(z.string().meta(naming('environment')))
      .optional()
      .describe('Environments of the experiment; an empty list shows none'),
    host: z.boolean().default(false).describe('Shows the host of the experiment, from the runs’ provenance'),
    items: z
      .array(z.string().meta(naming('captured item')))
      .min(1)
      .optional()
      .describe('Items to show, in order; default: all'),
    published: publishedFile.optional().describe('CSV file with the machines of the original study'),
    machines: z.array(z.string()).optional().describe('Machines of the published file; default: all'),
  })

/** One column of the table: item -> value. */
interface Machine {
  readonly head: Head
  readonly facts: ReadonlyMap<string, string>
  readonly type: Cell['type']
  readonly runs: readonly Run[]
  /** The missing run that would provide the facts. */
  readonly missing?: string
}

/** Prefix of provenance keys that describe the host. */
const hostPrefix = 'host '

export const environment = machineKind(
  options,
  (given, { experiment, runs, published: all, messages, display }): Table => {
    const notes: string[] = []
    const own = chooseEnvironments(experiment, given.environments).map((name): Machine => {
      const cells = cellRuns(experiment, name, runs)
      const present = cells.flatMap(({ run }) => run ?? [])
      const [first] = present
      notes.push(...differences(name, present, { messages, display }))
      if (experiment.type === 'experiment') notes.push(...concernNotes(experiment, present, messages))
      return {
        head: { text: name, origins: origins(present) },
        facts: new Map([...Object.entries(first?.captured ?? {}), ...machineFacts(present)]),
        type: 'text',
        runs: present,
        ...(first === undefined ? { missing: cells[0]?.name ?? `${experiment.id}/${name}` } : {}),
      }
    })
    const machines = [
      ...own,
      ...(given.host ? hosts(runs, messages) : []),
      ...publishedMachines(all ?? [], given.machines, { messages, display }),
    ]
    const known = [...new Set(machines.flatMap(({ facts }) => [...facts.keys()]))]
    const items = given.items ?? known
    const absent = items.find((item) => !known.includes(item))
    if (absent !== undefined && known.length > 0) throw unknown('item', absent, known)
    const rows = items.map((item) => [
      headCell(item),
      ...machines.map((machine) => cellOf(machine, item, messages)),
    ])
    return {
      head: [[{ text: messages.tables.item }, ...machines.map((machine) => machine.head)]],
      groups: [{ rows }],
      notes,
      runs: own.flatMap((machine) => machine.runs),
      missing: own.flatMap(({ missing }) => missing ?? []),
    }
  },
)

function cellOf({ facts, type, runs, missing }: Machine, item: string, messages: Messages): Cell {
  if (missing !== undefined) return missingCell(missing, 1, messages)
  const text = facts.get(item)
  if (text === undefined) return none
  return runs.length === 0 ? { type, text } : { type, text, origins: origins(runs), runs: runs.slice(0, 1) }
}

/** The state of a local machine, over all runs on it: an item each. */
function machineFacts(runs: readonly Run[]): readonly (readonly [string, string])[] {
  const noted = runs.map((run) => Object.fromEntries(machineOf(run)))
  return Object.entries(mergeMachines(noted)).map(([item, value]) => [item, String(value)])
}

/** Returns the hosts, usually one; each gets a column. */
function hosts(runs: readonly Run[], { tables }: Messages): readonly Machine[] {
  const facts = runs.map(({ provenance }) =>
    Object.entries(provenance).flatMap(([name, value]): readonly [string, string][] =>
      name.startsWith(hostPrefix) ? [[name.slice(hostPrefix.length), String(value)]] : [],
    ),
  )
  const different = new Map(facts.filter((one) => one.length > 0).map((one) => [JSON.stringify(one), one]))
  return [...different.values()].map((one, index, { length }) => ({
    head: { text: tables.host(length === 1 ? undefined : index + 1) },
    facts: new Map(one),
    type: 'text',
    runs: [],
  }))
}

function publishedMachines(
  rows: readonly PublishedRow[],
  chosen: readonly string[] | undefined,
  { messages, display }: Pick<RenderContext, 'messages' | 'display'>,
): readonly Machine[] {
  const known = valuesOf(rows, 'machine')
  for (const name of chosen ?? []) {
    if (!known.includes(name)) throw unknown('published machine', name, known)
  }
  return (chosen ?? known).map((name) => ({
    head: { text: messages.tables.publishedMachine(display(name)) },
    facts: new Map(
      rows.filter((row) => row.machine === name).map((row) => [row.item ?? '', row.value ?? '']),
    ),
    type: 'published',
    runs: [],
  }))
}

/** Reports what patterns change of the machine itself (scheduler, memory), rather than averaging it away. */
function differences(
  environmentName: string,
  runs: readonly Run[],
  { messages, display }: Pick<RenderContext, 'messages' | 'display'>,
): readonly string[] {
  const [first, ...others] = runs
  if (first === undefined) return []
  const facts = new Map<string, { item: string; value: string; patterns: string[] }>()
  for (const { pattern, captured } of others) {
    for (const [item, value] of Object.entries(captured)) {
      if (first.captured[item] === value) continue
      const fact = facts.get(`${item} ${value}`) ?? { item, value, patterns: [] }
      facts.set(`${item} ${value}`, fact)
      fact.patterns.push(pattern)
    }
  }
  return [...facts.values()].map(({ item, value, patterns }) =>
    messages.tables.differs(environmentName, display(item), display(value), patterns),
  )
}
