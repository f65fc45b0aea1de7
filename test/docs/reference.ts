/** Tables of docs/reference.md, made from the schemas and from what expressions know. */

import type * as z from 'zod'
import { type Command, commandsIn } from '../../src/commands/command.ts'
import { exitsOf, optionTerm, optionText } from '../../src/commands/help.ts'
import { registry } from '../../src/commands/registry.ts'
import { exitCodes } from '../../src/commands/terminal/terminal.ts'
import {
  claimSchema,
  dataSchema,
  experimentSchema,
  figureSchema,
  frontMatterSchema,
  includeSchema,
  inlineExperimentSchema,
  patternSchema,
  tableSchema,
  translationSchemas,
} from '../../src/document/schema.ts'
import { jsonSchema, otherwiseOf, type Schema, typeOf } from '../../src/lsp/keys.ts'
import { filters } from '../../src/query/format.ts'
import { type Arity, functions } from '../../src/query/functions.ts'
import { statistics } from '../../src/query/statistics.ts'
import { tableKinds } from '../../src/report/tables/kinds.ts'
import { testbeds } from '../../src/testbeds/testbeds.ts'
import { invocation } from '../../src/text/program.ts'

export interface Key {
  readonly name: string
  readonly type: string
  readonly otherwise: string
  readonly means: string
}

/** Keys of a schema, those of mappings and lists in it behind it: `columns.NAME.unit`, `authors[].orcid`. */
export function keysOf(schema: z.ZodType): readonly Key[] {
  return keysIn(jsonSchema(schema), '')
}

function keysIn(schema: Schema, prefix: string): readonly Key[] {
  const { properties = {}, required = [] } = schema
  return Object.entries(properties).flatMap(([name, one]) => {
    const path = `${prefix}${name}`
    const key = {
      name: path,
      type: typeOf(one),
      otherwise: otherwiseOf(one, required.includes(name)),
      means: one.description ?? '',
    }
    return [key, ...below(one, path)]
  })
}

function below(schema: Schema, path: string): readonly Key[] {
  const { items, anyOf = [], additionalProperties } = schema
  return [
    ...(schema.properties ? keysIn(schema, `${path}.`) : []),
    ...(items ? below(items, `${path}[]`) : []),
    ...(typeof additionalProperties === 'object' ? below(additionalProperties, `${path}.NAME`) : []),
    ...anyOf.flatMap((one) => below(one, path)),
  ]
}

function keyTable(keys: readonly Key[]): string {
  const hasDefaults = keys.some(({ otherwise }) => otherwise !== '')
  return table(
    ['key', 'is', ...(hasDefaults ? ['unless given'] : []), 'means'],
    keys.map(({ name, type, otherwise, means }) => [
      code(name),
      type,
      ...(hasDefaults ? [otherwise] : []),
      means.replaceAll(' -> ', ' → ').replaceAll(/@(?:tbl|fig)-\w+/g, (id) => code(id)),
    ]),
  )
}

/** Of experiment blocks, each by the words of its fence. */
const blocks: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['the front matter', frontMatterSchema],
  ['yaml experiment', experimentSchema],
  ['patterns', patternSchema],
  ['fenced experiments', inlineExperimentSchema],
  ['yaml data', dataSchema],
  ['yaml table', tableSchema],
  ['yaml figure', figureSchema],
  ['yaml claim', claimSchema],
  ['yaml include', includeSchema],
  ...Object.entries(translationSchemas).map(([name, schema]) => [`translation: ${name}`, schema] as const),
  ...[...tableKinds].map(([name, { options }]) => [`kind: ${name}`, options()] as const),
  ...[...testbeds].flatMap(([name, { definition, access }]): [string, z.ZodType][] => [
    [`testbed: ${name}`, definition],
    ...(access ? [[`access: ${name}`, access] as [string, z.ZodType]] : []),
  ]),
])

/** Every schema that an author writes keys of. */
export const schemas = blocks

function argumentsOf({ min, max }: Arity): string {
  if (max === 0) return ''
  if (max === Number.POSITIVE_INFINITY) return 'numbers or lists'
  return min === 1 ? 'a number' : `${max} lists`
}

function functionTable(): string {
  return table(
    ['function', 'of', 'is'],
    [...functions].map(([name, one]) => [code(name), argumentsOf(one), one.means]),
  )
}

function statisticTable(): string {
  return table(
    ['statistic', 'is'],
    [
      ...[...statistics].map(([name, { means = '' }]) => [code(name), means]),
      [
        `${code('p95')}, ${code('p99.9')}, ...`,
        'a percentile of them: the quantile of type 7, between neighbours',
      ],
    ],
  )
}

function filterTable(): string {
  return table(
    ['filter', 'shows'],
    [...filters].map(([name, { max, means }]) => [code(max === 0 ? name : `${name}(2)`), means]),
  )
}

/** A section for each command. */
function commandSections(): string {
  return commandsIn(registry)
    .map(([, one]) => commandSection(one))
    .join('\n\n')
}

function commandSection(command: Command): string {
  const { usage, summary, description = [], options, examples = [], docs } = command
  const words = description.map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
  const rows = Object.entries(options).map(([name, one]) => [
    code(optionTerm(name, one)),
    optionText(one).replaceAll('|', '\\|'),
  ])
  const codes = Object.entries(exitsOf(command)).map(
    ([name, means]) => `${exitCodes[name as keyof typeof exitCodes]} ${means}`,
  )
  return [
    `### \`repro ${usage}\``,
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.${docs === undefined ? '' : ` More in [${docs.replace('docs/', '')}](${docs.replace('docs/', '')}).`}`,
    ...words,
    ...(rows.length === 0 ? [] : [table(['option', 'means'], rows)]),
    ...(examples.length === 0
      ? []
      : [
          table(
            ['example', 'does'],
            examples.map(([line, does]) => [code(`${invocation} ${line}`), does.replaceAll('|', '\\|')]),
          ),
        ]),
    `Exit codes: ${codes.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).join('; ')}.`,
  ].join('\n\n')
}

/** By their names in markers. */
export const referenceTables: ReadonlyMap<string, () => string> = new Map([
  ...[...blocks].map(([name, schema]) => [`keys of ${name}`, () => keyTable(keysOf(schema))] as const),
  ['functions', functionTable],
  ['statistics', statisticTable],
  ['filters', filterTable],
  ['command sections', commandSections],
])

export function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const [first, ...others] = [head, ...rows].map((row) => `| ${row.join(' | ')} |`.replaceAll('|  |', '| |'))
  return [first, `|${'---|'.repeat(head.length)}`, ...others].join('\n')
}
