/**
 * Artificial runs of the cells that a test reads, to ask what it says of other data. They have the columns,
 * groups of rows and scale of recorded runs, or those that the document's paths imply. Every series has a
 * scale, a spread and a share of values of its own, so that measures, cells and trials vary independently. But
 * what is known before any run holds for them, too: how many trials there are, which cells are the same, and
 * the invariants of rows.
 */

import { type Path, readsPublished } from '../query/expression.ts'
import type { Invariant } from '../query/invariant.ts'
import { measuresIn } from '../query/invariant.ts'
import { parameterNamed } from '../query/parameters.ts'
import type { ExperimentSource } from '../query/patterns.ts'
import type { Results } from '../query/query.ts'
import { resolveCells } from '../query/resolve.ts'
import { statistic } from '../query/statistics.ts'
import { unitInName } from '../query/units.ts'
import type { Parameters } from '../results/parameters.ts'
import { bootColumn, type Column, excludedColumn, type Row, type Run } from '../results/run.ts'
import { median } from '../stats/order.ts'
import { randomNumbers } from '../stats/random.ts'
import { withId } from '../text/lists.ts'
import { type Rule, rulesOf, satisfied } from './rules.ts'

/** A measure in the rows of a cell that have the same factors: what varies by itself. */
export interface Slot {
  readonly cell: string
  /** Index of the group of rows in its cell. */
  readonly group: number
  /** Values of the group's factors, and the measure, which a slot for the number of rows lacks. */
  readonly names: readonly string[]
  readonly measure?: string
  /** Typical size, in the column's unit; or the number of rows. */
  readonly size: number
  readonly isSigned: boolean
  /** Whether a row may lack it. */
  readonly isOptional: boolean
}

/** Values of a slot. */
export interface Setting {
  /** Logarithm of the factor on `size`. */
  readonly log: number
  /** Of the logarithms of single values. */
  readonly spread: number
  /** Share of a trial's variation that all series of the trial have in common; opposed if negative. */
  readonly common: number
  readonly sign: 1 | -1
  /** Share of rows that have a value. */
  readonly kept: number
}

export interface Frame {
  readonly slots: readonly Slot[]
  /** Indices of the slots that each path reads. */
  readonly leaves: readonly (readonly number[])[]
  /** Returns the results with a setting for each slot; undefined if no rows meet the invariants with these. */
  readonly results: (settings: readonly Setting[]) => Results | undefined
}

interface Template {
  readonly columns: readonly Column[]
  readonly clockHz?: number
  readonly groups: readonly Group[]
  /** Of the cell's pattern: known before any run. */
  readonly parameters?: Parameters
  /** Rows of each operation, which are as many as trials, whatever they show. */
  readonly counts: ReadonlyMap<string, number>
}

interface Group {
  readonly factors: Readonly<Record<string, string>>
  readonly count: number
  readonly sizes: ReadonlyMap<string, Pick<Slot, 'size' | 'isSigned' | 'isOptional'>>
}

/** Independent units of a run, with nearly the same rows: intervals are small, whatever the trials do. */
const boots = 2
/** Rows of a group, if their number does not matter. */
const fewRows = 8
/** Groups of rows of a cell: factors with more values are cut. */
const mostGroups = 32

export interface FrameOptions {
  /** All paths of the document, which show the measures and factors of experiments without a record. */
  readonly known: readonly Path[]
  readonly recorded: (cell: string) => Run | undefined
  /** Trials of an experiment. */
  readonly trialsOf: (experiment: string) => number
  readonly invariantsOf: (experiment: string) => readonly Invariant[]
  /** The cell that has the same runs, as it is made from the same; the cell itself if there is none. */
  readonly sameAs: (cell: string) => string
}

/** Returns the frame of the cells that the paths read. Throws a QueryError for unknown cells. */
export function frameOf(
  paths: readonly Path[],
  { experiments, published }: Omit<Results, 'runs'>,
  options: FrameOptions,
): Frame {
  const read = paths.filter((path) => !readsPublished(path))
  const names = [...new Set(read.flatMap((path) => resolveCells(path, experiments).names))]
  const isCounted = read.some(({ parts }) => parts.at(-1) === 'n')
  const templates = new Map(names.map((name) => [name, templateOf(name, experiments, options)]))
  const named = new Set(read.flatMap(({ parts }) => parts.slice(3)))
  const own = [...templates].filter(
    ([cell]) => options.sameAs(cell) === cell || !names.includes(options.sameAs(cell)),
  )
  const firstOf = (cell: string) => (names.includes(options.sameAs(cell)) ? options.sameAs(cell) : cell)
  const slots = own.flatMap(([cell, { groups }]) => {
    const isRead = withBound(named, options.invariantsOf(experimentOf(cell)))
    return groups.flatMap(({ factors, count, sizes }, group): readonly Slot[] => {
      const values = Object.values(factors)
      const measured = [...sizes].filter(([measure]) => isRead.has(measure))
      return [
        { cell, group, names: values, size: count, isSigned: false, isOptional: true },
        ...measured.map(([measure, size]) => ({
          ...{ cell, group, names: [...values, measure], measure },
          ...size,
        })),
      ]
    })
  })
  const leaves = read.map((path) => {
    const cells = resolveCells(path, experiments).names.map(firstOf)
    const rest = path.parts.slice(3)
    const wanted = statistic(rest.at(-1) ?? '') === undefined ? rest : rest.slice(0, -1)
    return [...slots.keys()].filter((index) => {
      const { cell, names: those } = slots[index] as Slot
      return cells.includes(cell) && wanted.every((name) => those.includes(name))
    })
  })
  const rules = new Map(
    [...templates].map(([cell, template]) => [
      cell,
      rulesOf(options.invariantsOf(experimentOf(cell)), template),
    ]),
  )
  // A factor value is known if any run of the experiment has it: no rows of a group are rows, too.
  const others = [...templates].map(([cell, template]) => ({
    ...artificialRun(cell, template, [], [], false),
    pattern: '',
  }))
  const indexed = Map.groupBy(slots.keys(), (index) => slots[index]?.cell)
  const makers = [...templates].map(([cell, template]) => {
    const indices = indexed.get(firstOf(cell)) ?? []
    return rememberingLast(indices, (settings) => {
      const placed = indices.map((index) => ({
        ...{ index, slot: slots[index] as Slot, setting: settings[index] as Setting },
      }))
      const run = artificialRun(cell, template, placed, rules.get(cell) ?? [], isCounted)
      return run.rows.includes(unsatisfied) ? undefined : run
    })
  })
  return {
    slots,
    leaves,
    results: (settings) => {
      const runs: Run[] = []
      for (const make of makers) {
        const run = make(settings)
        if (run === undefined) return undefined
        runs.push(run)
      }
      return { experiments, runs: [...runs, ...others], ...(published ? { published } : {}) }
    },
  }
}

/** A search changes few settings of the best ones so far: most cells are as they were one or two steps before. */
function rememberingLast<T>(
  indices: readonly number[],
  make: (settings: readonly Setting[]) => T,
): (settings: readonly Setting[]) => T {
  let known: readonly { readonly settings: readonly Setting[]; readonly made: T }[] = []
  return (settings) => {
    const same = known.find((one) => indices.every((index) => one.settings[index] === settings[index]))
    const found = same ?? { settings, made: make(settings) }
    known = [found, ...known.filter((one) => one !== found)].slice(0, 2)
    return found.made
  }
}

function experimentOf(cell: string): string {
  return cell.split('/')[0] ?? ''
}

/** Adds the measures that invariants bind to these. */
function withBound(names: ReadonlySet<string>, invariants: readonly Invariant[]): ReadonlySet<string> {
  const found = new Set(names)
  for (let before = 0; before < found.size;) {
    before = found.size
    for (const invariant of invariants) {
      const bound = measuresIn(invariant)
      if (bound.some((name) => found.has(name))) for (const name of bound) found.add(name)
    }
  }
  return found
}

/** From the cell's record, or that of another cell of its experiment; else from the document's paths. */
function templateOf(
  name: string,
  experiments: readonly ExperimentSource[],
  { known, recorded, trialsOf, invariantsOf }: FrameOptions,
): Template {
  const [id = '', environment = '', own = ''] = name.split('/')
  const experiment = withId(experiments, id)
  const parameters = experiment?.patterns.find((pattern) => pattern.name === own)?.parameters ?? {}
  const others = (experiment?.patterns ?? []).map((pattern) => `${id}/${environment}/${pattern.name}`)
  for (const cell of [name, ...others]) {
    const run = recorded(cell)
    if (run !== undefined && run.rows.length > 0) return { ...recordedTemplate(run, known), parameters }
  }
  // A parameter is no measure: it does not vary.
  const isOfRows = ({ parts }: Path) =>
    !parts.slice(3).some((part) => parameterNamed(part, { columns: [], parameters }) !== undefined)
  const implied = impliedTemplate(
    known.filter((path) => path.parts[0] === id && isOfRows(path)),
    trialsOf(id),
    invariantsOf(id),
  )
  return { ...implied, parameters }
}

function recordedTemplate({ columns, clockHz, rows }: Run, known: readonly Path[]): Template {
  const factors = factorsOf({ columns, rows }, known)
  const measures = columns.filter(({ role }) => role === 'measure')
  const kept = rows.filter((row) => !row[excludedColumn])
  const isSigned = ({ name }: Column) => kept.some((row) => typeof row[name] === 'number' && row[name] <= 0)
  const signed = new Set(measures.filter(isSigned).map(({ name }) => name))
  const groups = Map.groupBy(kept, (row) => JSON.stringify(factors.map(({ name }) => row[name])))
  return {
    columns,
    ...(clockHz === undefined ? {} : { clockHz }),
    counts: countsBy(kept, operationOf),
    groups: [...groups.values()].slice(0, mostGroups).map((members) => ({
      factors: Object.fromEntries(factors.map(({ name }) => [name, String(members[0]?.[name] ?? '')])),
      count: members.length,
      sizes: new Map(
        measures.flatMap(({ name }) => {
          const values = members.map((row) => row[name]).filter((value) => typeof value === 'number')
          if (values.length === 0) return []
          const size = median(values.map(Math.abs))
          const isOptional = values.length < members.length
          return [[name, { size: size === 0 ? 1 : size, isSigned: signed.has(name), isOptional }]]
        }),
      ),
    })),
  }
}

/** All factors, or those that paths name values of, where all have too many groups: data may name each subject. */
function factorsOf(
  { columns, rows }: Pick<Run, 'columns' | 'rows'>,
  known: readonly Path[],
): readonly Column[] {
  const all = columns.filter(({ name, role }) => role === 'factor' && name !== excludedColumn)
  const groups = new Set<string>()
  for (const row of rows) {
    groups.add(JSON.stringify(all.map(({ name }) => row[name])))
    if (groups.size > mostGroups) break
  }
  if (groups.size <= mostGroups) return all
  const named = new Set(known.flatMap(({ parts }) => parts.slice(3)))
  const isNamed = ({ name }: Column) =>
    name === 'operation' || rows.some((row) => typeof row[name] === 'string' && named.has(row[name]))
  return all.filter(isNamed)
}

function operationOf({ operation, ...factors }: Row | Group['factors']): string {
  return String(operation ?? factors[impliedFactor(0)] ?? '')
}

function impliedFactor(place: number): string {
  return `factor ${place}`
}

function countsBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(items, keyOf)].map(([key, those]) => [key, those.length]))
}

/** Size of a time without a record, in its unit. */
const impliedSize = 1000

/** The last name before a statistic is a measure; the others are values of factors, told by their place. */
function impliedTemplate(paths: readonly Path[], trials: number, invariants: readonly Invariant[]): Template {
  const read = paths.map(({ parts }) => {
    const rest = parts.slice(3)
    const last = rest.at(-1) ?? ''
    return { names: statistic(last) === undefined ? rest : rest.slice(0, -1), isCount: last === 'n' }
  })
  const bound = new Set(invariants.flatMap(measuresIn))
  const last = read.flatMap(({ names, isCount }) => (isCount ? [] : names.slice(-1)))
  const measures = new Set([...last, ...bound])
  const places = new Map<string, number>()
  for (const { names } of read) {
    const values = names.filter((name) => !measures.has(name))
    for (const [place, name] of values.entries()) if (!places.has(name)) places.set(name, place)
  }
  const factors = [...Map.groupBy(places.keys(), (name) => places.get(name)).values()]
  let groups: readonly Readonly<Record<string, string>>[] = [{}]
  for (const [place, values] of factors.entries())
    groups = groups.flatMap((group) =>
      [...values, ''].map((value) => ({ ...group, [impliedFactor(place)]: value })),
    )
  const sizeOf = (name: string) => ({ size: impliedSize, isSigned: false, isOptional: !bound.has(name) })
  return {
    counts: new Map(groups.map((group) => [operationOf(group), trials])),
    columns: [
      { name: 'trial', role: 'index' },
      ...factors.map((_, place): Column => ({ name: impliedFactor(place), role: 'factor' })),
      ...[...measures].map((name): Column => ({ name, role: 'measure', unit: unitInName(name) ?? 'us' })),
    ],
    groups: groups.slice(0, mostGroups).map((own) => ({
      factors: own,
      count: trials,
      sizes: new Map([...measures].map((name) => [name, sizeOf(name)])),
    })),
  }
}

interface Placed {
  readonly index: number
  readonly slot: Slot
  readonly setting: Setting
}

function artificialRun(
  cell: string,
  template: Template,
  placed: readonly Placed[],
  rules: readonly Rule[],
  isCounted: boolean,
): Run {
  const [experiment = '', environment = '', pattern = ''] = cell.split('/')
  const { columns, clockHz, groups, parameters = {} } = template
  const lengths = isCounted ? lengthsOf(template, placed) : groups.map(() => fewRows)
  const byGroup = Map.groupBy(placed, ({ slot }) => slot.group)
  const rows = groups.flatMap(({ factors }, group) => {
    const own = byGroup.get(group) ?? []
    const binding = rules.filter((rule) =>
      rule.binds(
        factors,
        own.map(({ slot }) => slot.measure ?? ''),
      ),
    )
    const length = lengths[group] ?? 0
    const centered = own.map((one) => centeredIn(isCounted ? lackingIf(one) : whole(one), length))
    const signed = new Set(own.flatMap(({ slot }) => (slot.isSigned ? (slot.measure ?? []) : [])))
    return Array.from({ length }, (_, index) => {
      const row = rowOf(index, factors, centered, columns)
      return binding.length === 0 ? row : (satisfied(row, binding, signed) ?? unsatisfied)
    })
  })
  return {
    ...{ experiment, environment, pattern, key: '', inputs: { boots }, origin: 'emulated' },
    ...{ trials: fewRows, seed: 1, parameters, columns: withBoot(columns), rows, exclusions: [] },
    ...{ captured: {}, files: {}, provenance: {} },
    ...(clockHz === undefined ? {} : { clockHz }),
  }
}

/** In place of rows that no change makes meet the invariants. */
const unsatisfied: Row = {}

/** Rows of each group: those of an operation are as many as ever, divided as the settings say. */
function lengthsOf({ groups, counts }: Template, placed: readonly Placed[]): readonly number[] {
  const shares = groups.map(({ count }, group) => {
    const own = placed.find(({ slot }) => slot.group === group && slot.measure === undefined)
    return count * Math.exp(own?.setting.log ?? 0)
  })
  const lengths = groups.map(() => 0)
  const indices = [...groups.keys()]
  for (const [operation, those] of Map.groupBy(indices, (index) =>
    operationOf(groups[index]?.factors ?? {}),
  )) {
    const sum = those.reduce((so, index) => so + (shares[index] as number), 0)
    const all = counts.get(operation) ?? 0
    let [reached, given] = [0, 0]
    for (const index of those) {
      reached += ((shares[index] as number) / sum) * all
      lengths[index] = Math.round(reached) - given
      given = Math.round(reached)
    }
  }
  return lengths
}

function whole(placed: Placed): Placed {
  return { ...placed, setting: { ...placed.setting, kept: 1 } }
}

/** A measure that no row ever lacked is not lacking here. */
function lackingIf(placed: Placed): Placed {
  return placed.slot.isOptional ? placed : whole(placed)
}

function withBoot(columns: readonly Column[]): readonly Column[] {
  const isThere = columns.some(({ name }) => name === bootColumn)
  return isThere ? columns : [...columns, { name: bootColumn, role: 'index' }]
}

function rowOf(
  index: number,
  factors: Group['factors'],
  placed: readonly Placed[],
  columns: readonly Column[],
): Row {
  const [trial, boot] = [Math.floor(index / boots), (index % boots) + 1]
  const row: Record<string, string | number | null> = {}
  for (const { name, role } of columns)
    row[name] = role === 'index' ? trial + 1 : role === 'factor' ? '' : null
  Object.assign(row, factors, { [bootColumn]: boot })
  for (const { index: own, slot, setting } of placed)
    if (slot.measure !== undefined) row[slot.measure] = valueOf(trial, own, slot, setting)
  return row
}

function valueOf(trial: number, index: number, slot: Slot, setting: Setting): number | null {
  const { log, sign, kept } = setting
  if (uniform(trial * 7 + index * 131) >= kept) return null
  return sign * slot.size * Math.exp(log + varied(trial, index, setting))
}

function varied(trial: number, index: number, { spread, common }: Setting): number {
  const shared = Math.sign(common) * Math.sqrt(Math.abs(common)) * noise(trial)
  const alone = Math.sqrt(1 - Math.abs(common)) * noise(trial + (index + 1) * 53)
  return spread * (shared + alone)
}

/** Keeps the mean what size and factor make it, however much the rows vary. */
function centeredIn(placed: Placed, rows: number): Placed {
  const { index, setting } = placed
  const trials = Math.ceil(rows / boots)
  if (trials === 0 || setting.spread === 0) return placed
  let sum = 0
  for (let trial = 0; trial < trials; trial += 1) sum += Math.exp(varied(trial, index, setting))
  return { ...placed, setting: { ...setting, log: setting.log - Math.log(sum / trials) } }
}

const table: readonly number[] = (() => {
  const random = randomNumbers('artificial rows')
  return Array.from({ length: 1999 }, random)
})()

/** In [0, 1), by a number. */
function uniform(index: number): number {
  return table[index % table.length] as number
}

/** From -2 to 2: outliers belong to scales. */
function noise(index: number): number {
  return 4 * uniform(index) - 2
}
