/** Blocks and files that `repro new` adds. They pass `repro check` as they are. */

import type { Block, ExperimentBlock } from '../document/block.ts'
import { prefixes } from '../document/float.ts'
import { claimSchema, experimentSchema, figureSchema, tableSchema } from '../document/schema.ts'
import { RequestError } from '../engine/cells.ts'
import { microseconds, withoutUnit } from '../query/units.ts'
import type { Column } from '../results/run.ts'
import type { NewFiles } from './template.ts'

export type NewType = Exclude<Block['type'], 'data'>

export interface NewBlock {
  readonly type: NewType
  readonly id: string
  /** With its fences. */
  readonly text: string
  readonly files: NewFiles
}

/** What a table, figure or claim shows. */
export interface Shown {
  readonly experiment: ExperimentBlock
  readonly measure: Column
}

/** Returns the id for a name: `fig-times` for a figure called `times`. Throws an RequestError if it cannot be one. */
export function idOf(type: NewType, name: string): string {
  const prefix = type === 'table' || type === 'figure' ? prefixes[type] : ''
  const id = name.startsWith(prefix) ? name : `${prefix}${name}`
  const schemas = {
    experiment: experimentSchema,
    table: tableSchema,
    figure: figureSchema,
    claim: claimSchema,
  }
  const read = schemas[type].shape.id.safeParse(id)
  if (read.success) return id
  const endings = [...scripts.keys()].map((ending) => `NAME.${ending}`)
  const reason =
    type === 'experiment' && /^[^./\\]+\.\w{1,4}$/.test(name)
      ? `scripts to begin with are ${endings.slice(0, -1).join(', ')} and ${endings.at(-1)}; write one in another language by hand, and its block (docs/languages.md)`
      : read.error.issues[0]?.message
  throw new RequestError(
    `${name} cannot be the name of ${type === 'experiment' ? 'an' : 'a'} ${type}: ${reason}`,
  )
}

/** Name and extension: an experiment called `times.py` is `times`, and its script one in Python. */
export function scriptNamed(name: string): { readonly name: string; readonly extension: string } {
  const [, own = name, extension = 'ts'] = /^(.+)\.(\w+)$/.exec(name) ?? []
  return { name: scripts.has(extension) ? own : name, extension: scripts.has(extension) ? extension : 'ts' }
}

export function newExperiment(id: string, extension = 'ts'): NewBlock {
  const script = `experiments/${id}.${extension}`
  const text = `\`\`\`yaml experiment
id: ${id}
script: ${script}
environments: [local]
trials: 20
parameters: {size: 1000}
patterns:
  small: {label: small}
  large: {label: large, size: 100000}
\`\`\``
  return {
    type: 'experiment',
    id,
    text,
    files: new Map([[script, scripts.get(extension) ?? experimentScript]]),
  }
}

const experimentScript = `import type { Cell, Result } from 'repro'

/** Called once for each boot of a pattern. Returns a row for each trial. */
export default async function (cell: Cell): Promise<Result> {
  const size = Number(cell.parameters.size)
  const rows = await cell.each(({ number, random }) => {
    // What is measured: replace it with your own.
    const values = Array.from({ length: size }, random)
    const start = performance.now()
    const largest = values.reduce((a, b) => Math.max(a, b))
    return [{ trial: number + 1, time: performance.now() - start, largest }]
  })
  return {
    columns: [
      { name: 'trial', role: 'index' },
      { name: 'time', role: 'measure', unit: 'ms', label: 'time' },
      { name: 'largest', role: 'measure', label: 'largest value' },
    ],
    rows,
    exclusions: [],
    captured: {},
  }
}
`

const pythonScript = `import json
import random
import sys
import time

# A process for each trial. Prints a head and rows; the unit is the end of a name: Ns, Us, Ms, Seconds, Bytes.
given = json.load(sys.stdin)
random.seed(given["seed"])
size = given["parameters"]["size"]

# What is measured: replace it with your own.
values = [random.random() for _ in range(size)]
started = time.perf_counter()
largest = max(values)
elapsed = (time.perf_counter() - started) * 1000

print("timeMs,largest")
print(f"{elapsed},{largest}")
`

const rScript = `# A process for each trial. Prints a head and rows; the unit is the end of a name: Ns, Us, Ms, Seconds, Bytes.
set.seed(as.integer(Sys.getenv("REPRO_SEED")))
size <- as.integer(Sys.getenv("REPRO_PARAMETER_size"))

# What is measured: replace it with your own.
values <- runif(size)
elapsed <- system.time(largest <- max(values))[["elapsed"]] * 1000

cat("timeMs,largest\\n")
cat(elapsed, ",", largest, "\\n", sep = "")
`

const shellScript = `# A process for each trial. Prints a head and rows; the unit is the end of a name: Ns, Us, Ms, Seconds, Bytes.
set -e

# What is measured: replace it with your own.
started=$(date +%s%N)
head -c "$REPRO_PARAMETER_size" /dev/zero | cksum > /dev/null
ended=$(date +%s%N)

echo elapsedNs
echo $((ended - started))
`

const scripts: ReadonlyMap<string, string> = new Map([
  ['ts', experimentScript],
  ['py', pythonScript],
  ['R', rScript],
  ['sh', shellScript],
])

export function newTable(id: string, { experiment, measure }: Shown): NewBlock {
  const text = `\`\`\`yaml table
id: ${id}
kind: summary
from: ${experiment.id}
measures: [${yamlText(measure.name)}]
caption: Statistics of ${experiment.id}
\`\`\``
  return { type: 'table', id, text, files: new Map() }
}

export function newFigure(id: string, { experiment, measure }: Shown): NewBlock {
  const spec = `figures/${id.slice(prefixes.figure.length)}.vl.json`
  const encoding = {
    x: { field: fieldOf(measure.name), type: 'quantitative', title: titleOf(measure) },
    y: {
      field: 'patternLabel',
      type: 'nominal',
      title: null,
      sort: { field: 'patternIndex', op: 'min' },
    },
    color: { field: 'environment', type: 'nominal' },
  }
  const specification = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    data: { name: 'rows' },
    width: 500,
    mark: 'tick',
    encoding,
  }
  const text = `\`\`\`yaml figure
id: ${id}
spec: ${spec}
caption: Each trial of ${experiment.id}
alt: A tick for each trial of ${experiment.id}, in a row for each pattern.
data: {rows: ${experiment.id}}
\`\`\``
  return { type: 'figure', id, text, files: new Map([[spec, `${JSON.stringify(specification, null, 2)}\n`]]) }
}

/** Two patterns are compared; of one, how far its values spread. */
export function newClaim(id: string, { experiment, measure }: Shown): NewBlock {
  const [environment = ''] = experiment.environments
  const [first, second] = experiment.patterns.filter(({ only }) => only?.includes(environment) ?? true)
  const path = (pattern = first) =>
    [experiment.id, environment, pattern?.name ?? '', measure.name]
      .map((name, index) =>
        /^[A-Za-z_]\w*$/.test(name) ? `${index === 0 ? '' : '.'}${name}` : `['${name}']`,
      )
      .join('')
  const test =
    second === undefined
      ? `value: ${yamlPath(`${path()}.p95 / ${path()}.median`)}\nbetween: [1, 2]`
      : `from: ${yamlPath(path())}\nto: ${yamlPath(path(second))}\ndirection: up`
  const statement =
    second === undefined
      ? `Of 20 values of ${measure.name}, 19 are at most twice the median`
      : `${measure.name} is larger for ${second.name} than for ${first?.name}`
  const text = `\`\`\`yaml claim
id: ${id}
statement: ${yamlText(statement)}
scope: shape
${test}
\`\`\``
  return { type: 'claim', id, text, files: new Map() }
}

function yamlText(text: string): string {
  return /^[A-Za-z][\w ,.-]*$/.test(text) ? text : JSON.stringify(text)
}

/** YAML takes a bracket at the start for a list: `['my-experiment'].local`. */
function yamlPath(path: string): string {
  return path.startsWith('[') ? JSON.stringify(path) : path
}

/** Vega reads dots and brackets of a field's name as a path. */
function fieldOf(name: string): string {
  return name.replace(/[.[\]]/g, '\\$&')
}

/** Figures have times in microseconds, but for columns whose name ends in their unit. */
function titleOf({ name, label = name, unit }: Column): string {
  if (unit === undefined) return label
  const isTime = unit === 'ticks' || microseconds(unit) !== undefined
  return `${label} (${isTime && withoutUnit(name) === undefined ? 'µs' : unit})`
}
