/** Schemas of blocks and front matter: the source for both validation (validation.ts) and types. */

import { posix } from 'node:path'
import * as z from 'zod'
import { dataEnvironment } from '../data/source.ts'
import { scriptExtensions } from '../languages/languages.ts'
import { publishedRoot } from '../query/expression.ts'
import { nameProblem } from '../results/name.ts'
import { doiIn, licenseProblem, orcidIn } from './identifier.ts'
import { limits } from './limits.ts'
import { fileOf, naming } from './naming.ts'

const name = z.string().superRefine(refuse((value) => nameProblem(value)))
const experimentName = name.refine(
  (value) => value !== publishedRoot,
  'this name stands for published tables in expressions',
)
/** May contain a version or a fraction: xen-4.14, rate-0.5. */
const dottedName = z.string().superRefine(refuse((value) => nameProblem(value, { dots: true })))
/** Of a table or figure, which the text refers to: @tbl-latency. */
const floatName = z.string().superRefine(refuse((value) => nameProblem(value, { latin: true })))
const environmentName = dottedName.meta(naming('environment'))
const patternName = dottedName
const knownPattern = patternName.meta(naming('pattern'))
const sourceName = name.meta(naming('source'))
const knownExperiment = name.meta(naming('experiment'))
const shownFloat = floatName.meta(naming('float'))
/** Makes a check of a function that returns what is wrong with a value, or undefined. */
function refuse(problem: (value: string) => string | undefined) {
  return (value: string, context: z.RefinementCtx<string>) => {
    const message = problem(value)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  }
}

const words = z.string().regex(/\S/, 'write some words')
const path = z
  .string()
  .min(1, 'name a file')
  .refine((value) => !value.includes('\\'), { error: 'write paths with /, not \\', abort: true })
  .refine((value) => !/^(?:\/|[A-Za-z]:)/.test(value), 'give the path relative to the project')
  .refine((value) => !/^\.\.(?:\/|$)/.test(posix.normalize(value)), 'the path leaves the project')
  .overwrite((value) => posix.normalize(value))

const csvFile = path.meta(fileOf('.csv'))
const markdownFile = path.meta(fileOf('.md'))

const mapping = z.record(z.string(), z.json())
const changes = z.record(z.string().meta(naming('parameter')), z.json())
const seed = z.int().min(0)
const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'use the name of an environment variable')
/** As an attribute: `parallel=true`. */
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true')
/** As an attribute: `needs=warm-up,calibration`. */
const list = z.string().transform((value) => value.split(','))

const oneOrMore = z.union([words.transform((value): readonly string[] => [value]), z.array(words).min(1)])

/** Of columns with words, or of parameters, which may be numbers. */
const value = z.union([words, z.number(), z.boolean()]).transform(String)
const oneOrMoreValues = z.union([value.transform((one): readonly string[] => [one]), z.array(value).min(1)])

const invariant = z.strictObject({
  holds: words.meta(naming('measure')).describe('Measures of a row, compared with = <= >= < or >'),
  operation: oneOrMore
    .meta(naming('value'))
    .exactOptional()
    .describe('The rows that must satisfy it; all unless given'),
  where: z
    .record(z.string().meta(naming('column')), oneOrMore.meta(naming('value')))
    .default({})
    .describe('Column -> value or values of the rows that must satisfy it'),
  tolerance: z.number().min(0).default(0).describe('In the unit of its measures'),
})

/** `python3.12` on PATH, or `.venv/bin/python` in the project. */
const interpreter = z
  .string()
  .regex(/^[\w.+-]+$|^(?!\/|(?:.*\/)?\.\.(?:\/|$))[^\s\\]+$/, 'name a program, or a path in the project')

const discreteText = 'Whether rows may repeat others in every measure: only if there are a few outcomes'

const common = {
  id: experimentName.describe('Name of the experiment, for tables, figures and inline values'),
  trials: z.int().min(1).describe('Trials of every cell'),
  boots: z
    .int()
    .min(1)
    .max(limits.boots)
    .default(1)
    .describe(
      'Independent boots over which the trials of a cell are divided; 6 where local patterns take turns',
    ),
  seed: seed.default(1).describe('Seed of the script’s random numbers'),
  deadline: z
    .number()
    .positive()
    .max(limits.deadlineSeconds)
    .default(900)
    .describe('Longest time of one boot, in seconds'),
  per: z
    .enum(['trial', 'cell'])
    .exactOptional()
    .describe('What a process of a script in another language measures: a trial, unless given'),
  interpreter: interpreter
    .exactOptional()
    .describe('Runs a script in another language: a program on PATH, or .venv/bin/python'),
  warmup: z
    .int()
    .min(0)
    .max(limits.warmup)
    .exactOptional()
    .describe('Trials of each boot that run first and are not kept'),
}

export const experimentSchema = z.strictObject({
  ...common,
  script: path
    .meta(fileOf(...scriptExtensions()))
    .describe('Script in TypeScript or another language, relative to the project'),
  environments: z.array(environmentName).min(1).describe('Names from the list of environments'),
  needs: z.array(knownExperiment).default([]).describe('Experiments whose rows the script uses'),
  inputs: z
    .array(path.meta(fileOf()))
    .default([])
    .describe('Files that decide the results; * and ** stand for names'),
  parallel: z
    .boolean()
    .default(false)
    .describe('Whether local cells may run beside others: not if they time anything'),
  order: z
    .enum(['interleaved', 'blocked'])
    .exactOptional()
    .describe('Whether boots of local patterns run in rounds, one of each, or pattern by pattern'),
  env: z
    .array(variable)
    .default([])
    .describe(
      'Environment variables that the script gets beside the usual ones; another value makes its cells stale',
    ),
  untrackedEnv: z
    .array(variable)
    .default([])
    .describe('The same for variables whose values decide no result: ports, tokens'),
  parameters: mapping.default({}).describe('Baseline value of every parameter'),
  patterns: z
    .record(patternName, changes.nullable())
    .refine((value) => Object.keys(value).length > 0, 'name at least one pattern (baseline: {})')
    .exactOptional()
    .describe('Pattern -> changes to parameters; also label (words), only (environments) and seed'),
  matrix: changes
    .exactOptional()
    .describe(
      'Parameter -> list of values, of whose combinations each is a pattern; also exclude, include, label',
    ),
  groups: z
    .record(patternName, z.array(knownPattern).min(1))
    .default({})
    .describe('Group -> patterns of it, for expressions that read several at once'),
  discrete: z.boolean().default(false).describe(discreteText),
  invariants: z
    .array(z.union([words.meta(naming('measure')), invariant]))
    .default([])
    .describe('What every row must satisfy: a + b = total'),
})

/** Keys of a pattern besides its parameter changes. */
export const patternSchema = z.object({
  label: words.exactOptional().describe('For tables and figures; the name unless given'),
  only: z.array(environmentName).min(1).exactOptional().describe('Environments that it runs in'),
  seed: seed.exactOptional().describe('In place of the experiment’s'),
})

/** Fence attributes of an inline script, after number conversion. */
export const inlineExperimentSchema = z.strictObject({
  ...common,
  testbed: z.literal('local').describe('Where it runs: on this computer'),
  needs: list
    .pipe(z.array(name))
    .meta(naming('experiment'))
    .default([])
    .describe('Experiments whose rows the script uses'),
  inputs: list.pipe(z.array(path)).meta(fileOf()).default([]).describe('Files that decide the results'),
  parallel: flag.describe('Whether it may run beside others: not if it times anything'),
  discrete: flag.describe(discreteText),
  env: list
    .pipe(z.array(variable))
    .default([])
    .describe('Environment variables that the script gets; another value makes its cells stale'),
  untrackedEnv: list
    .pipe(z.array(variable))
    .default([])
    .describe('The same for variables whose values decide no result: ports, tokens'),
})

const role = z.enum(['index', 'factor', 'measure', 'ignore'])
const column = z.strictObject({
  role: role.exactOptional().describe('What its values are; guessed unless given'),
  unit: words
    .refine((value) => value !== 'ticks', 'give the time in seconds or parts of it')
    .exactOptional()
    .describe('Of a measure; that in its name unless given'),
  name: words.exactOptional().describe('In expressions and figures, instead of that in the file'),
  label: words.exactOptional().describe('For table heads'),
})
/** Those of data/formats.ts, which schemas do not need. */
const dataPath = path.meta(fileOf('.csv', '.tsv', '.jsonl', '.ndjson', '.json', '.parquet'))
const dataFile = z.union([
  dataPath.transform((file): { readonly file: string; readonly label?: string } => ({ file })),
  z.strictObject({
    file: dataPath.describe('The file'),
    label: words.exactOptional().describe('For tables and figures; the name unless given'),
  }),
])

export const dataSchema = z.strictObject({
  id: experimentName.describe('Name of the data, for tables, figures and expressions'),
  file: dataPath.exactOptional().describe('CSV, TSV, JSON lines, JSON or Parquet, relative to the project'),
  files: z
    .record(
      name.refine((value) => value !== dataEnvironment, 'this name stands for all files in expressions'),
      dataFile,
    )
    .refine((value) => Object.keys(value).length > 0, 'name at least one file')
    .exactOptional()
    .describe('Instead of file: name -> file, each of which reads like a pattern of an experiment'),
  label: words.exactOptional().describe('Of the file, for tables and figures; the id unless given'),
  source: words.exactOptional().describe('Where the data come from'),
  unit: words
    .meta(naming('field'))
    .exactOptional()
    .describe('Column of the units of repetition, such as subjects; each row is one unless given'),
  columns: z
    .record(words.meta(naming('field')), z.union([role.transform((one) => ({ role: one })), column]))
    .default({})
    .describe('Name in the file -> index, factor, measure or ignore; also unit, name and label'),
  missing: z.array(z.string()).default([]).describe('Texts that stand for no value: NA'),
  delimiter: z
    .string()
    .regex(/^[^"\r\n]$/, 'use one character')
    .exactOptional()
    .describe('Between the fields of a line, if it is not that of the file’s kind'),
  decimal: z
    .enum(['.', ','])
    .exactOptional()
    .describe('The decimal point of numbers in CSV and TSV: a point unless given'),
  groups: z.record(name, z.array(knownPattern).min(1)).default({}).describe('Group -> files of it'),
  discrete: z.boolean().default(false).describe(discreteText),
  invariants: z
    .array(z.union([words.meta(naming('measure')), invariant]))
    .default([])
    .describe('What every row must satisfy: a + b = total'),
})

/** Text in the data or specification -> its translation. */
const texts = z.record(z.string(), words).default({})

/** Other keys are options of the table's kind. */
export const tableSchema = z.looseObject({
  id: floatName.describe('For references: @tbl-latency'),
  kind: name.meta(naming('table kind')).describe('What it shows'),
  from: sourceName.exactOptional().describe('The experiment or data that it shows'),
  caption: words.describe('Markdown in one paragraph'),
  columns: z
    .record(
      z.string().meta(naming('statistic', 'measure')),
      z.strictObject({
        decimals: z.int().min(0).max(20).exactOptional().describe('Decimal places of its numbers'),
        unit: z.enum(['ns', 'us', 'ms', 's', '%']).exactOptional().describe('% is for ratios'),
        align: z.enum(['start', 'center', 'end']).exactOptional().describe('Where its cells stand'),
      }),
    )
    .exactOptional()
    .describe('Statistic, measure or head of a column -> how it is shown'),
})

/** How the columns of a table are shown. */
export type ColumnFormats = NonNullable<z.output<typeof tableSchema>['columns']>

const rowsOfExperiment = z.strictObject({
  from: sourceName.describe('Experiment'),
  dataset: name
    .meta(naming('dataset'))
    .exactOptional()
    .describe('Dataset of its runs, in place of their observations'),
  where: z
    .record(
      z.string().meta(naming('column', 'parameter', 'part of a run')),
      oneOrMoreValues.meta(naming('value')),
    )
    .default({})
    .describe('Column or parameter -> value or values; environment and pattern select runs'),
  ratios: z
    .array(words.meta(naming('measure')))
    .min(1)
    .exactOptional()
    .describe('Measures, as multiples of the first pattern’s mean'),
})

/** Rows that a figure draws; `from` may also be a CSV file, relative to the project. */
export type FigureData = Readonly<z.output<typeof rowsOfExperiment>>

const sourceOrFile = words.meta({ ...naming('source'), ...fileOf('.csv') })
const figureData = z
  .record(
    z.string(),
    z.union([sourceOrFile.transform((from): FigureData => ({ from, where: {} })), rowsOfExperiment]),
  )
  .describe('Dataset name -> experiment, CSV file, or a part or ratios of an experiment')

const spec = z
  .union([path.meta(fileOf('.json')), z.record(z.string(), z.json())])
  .exactOptional()
  .describe('Vega-Lite file, relative to the project, or the specification itself')
const src = path
  .meta(fileOf('.png', '.jpg', '.jpeg', '.gif', '.webp', '.svg'))
  .exactOptional()
  .describe('Picture (PNG, JPEG, GIF, WebP, SVG), relative to the project')
const pixels = z.number().positive().exactOptional().describe('In pixels; the drawing’s own unless given')

interface Drawn {
  readonly spec?: unknown
  readonly src?: unknown
  readonly parts?: unknown
  readonly alt?: unknown
}

const drawings = ['spec', 'src', 'parts'] as const

/** A figure has a specification, a picture or parts, and whatever is drawn has a text alternative. */
function asDrawn<Schema extends z.ZodType<Drawn>>(schema: Schema): Schema {
  const given = (figure: Drawn) => drawings.filter((key) => figure[key] !== undefined)
  // Beside other mistakes, too.
  const options = {
    when: ({ value }: { readonly value: unknown }) => typeof value === 'object' && value !== null,
  }
  return schema
    .refine((figure) => given(figure).length > 0, { ...options, path: ['spec'] })
    .refine((figure) => figure.parts !== undefined || figure.alt !== undefined, { ...options, path: ['alt'] })
    .refine((figure) => given(figure).length < 2 || figure.spec === undefined, {
      ...{ ...options, path: ['spec'] },
      error: 'a figure has one of spec, src and parts',
    })
    .refine((figure) => figure.src === undefined || figure.parts === undefined || figure.spec !== undefined, {
      ...{ ...options, path: ['src'] },
      error: 'a figure has one of spec, src and parts',
    })
}

const figurePart = asDrawn(
  z.strictObject({
    id: floatName.exactOptional().describe('For references: @fig-left'),
    ...{ spec, src },
    caption: words.exactOptional().describe('Of this part'),
    alt: words.describe('Text alternative for those who cannot see it'),
    data: figureData.default({}),
    ...{ width: pixels, height: pixels },
  }),
)

/** A part of a figure, beside others. */
export type FigurePart = Readonly<z.output<typeof figurePart>>

export const figureSchema = asDrawn(
  z.strictObject({
    id: floatName.describe('For references: @fig-scatter'),
    ...{ spec, src },
    parts: z.array(figurePart).min(2).max(26).exactOptional().describe('Subfigures, in place of spec or src'),
    columns: z.int().min(1).max(6).exactOptional().describe('Parts beside each other; 2 unless given'),
    caption: words.describe('Markdown in one paragraph'),
    number: z.union([z.number(), words]).exactOptional().describe('In place of the counted number'),
    alt: words.exactOptional().describe('Text alternative for those who cannot see the figure'),
    data: figureData.default({}),
    folded: z
      .boolean()
      .default(false)
      .describe('Shown only when the reader opens it: details beside a table'),
    ...{ width: pixels, height: pixels },
  }),
)

const expression = z.string().min(1).meta(naming('expression'))

const cell = z
  .string()
  .regex(
    /^[^/\s]+\/[^/\s]+(?:\/[^/\s]+)?$/,
    'write an experiment and an environment, and maybe a pattern: latency/xen-4.17/baseline',
  )
  .meta(naming('cell'))

const parts = (name: string) => name.split('/').length

/** A claim's cells, and what it reads in place of them. */
const replacement = z.strictObject({
  label: words.describe('What reports call it'),
  cells: z
    .record(cell, cell)
    .refine((value) => Object.keys(value).length > 0, 'name at least one cell')
    .refine(
      (value) => Object.entries(value).every(([from, to]) => parts(from) === parts(to)),
      'name a pattern on both sides, or on neither',
    )
    .describe('Cells that claims read -> those that they read instead'),
})

export const claimSchema = z.strictObject({
  id: name.describe('Its name in verdicts: C1'),
  statement: words.describe('The sentence that is claimed'),
  scope: z
    .enum(['shape', 'absolute', 'method'])
    .describe('What it speaks of: proportions, times of a machine, or a method'),
  shows: shownFloat.exactOptional().describe('The table or figure that it refers to'),
  source: words.exactOptional().describe('Where it was published: Table 5'),
  published: z
    .union([z.number(), words, z.array(expression).min(1)])
    .exactOptional()
    .describe(
      'What was published: a number, words, or expressions over published tables, each with a = before it',
    ),
  value: z
    .union([expression, z.array(expression).min(1)])
    .exactOptional()
    .describe('Expression over results, or several, all of which must hold'),
  agrees: expression
    .exactOptional()
    .describe('Mean, or ratio of two, that lies in the prediction interval of the published one'),
  tolerance: z
    .union([z.number().min(0), z.string().regex(/^\d+(?:\.\d+)? ?%$/, 'write a share as 5 %')])
    .exactOptional()
    .describe('How far the value may be off: a number in its unit, or a share (5 %)'),
  between: z
    .tuple([z.number().nullable(), z.number().nullable()])
    .exactOptional()
    .describe('Lower and upper bound of the value; null for none'),
  ascending: z.array(expression).min(2).exactOptional().describe('Expressions, the smallest first'),
  from: expression.exactOptional().describe('Path of a series, without a statistic'),
  to: expression.exactOptional().describe('Path of the series that is compared with it'),
  direction: z
    .enum(['up', 'down', 'same'])
    .exactOptional()
    .describe('How the second series lies to the first'),
  machine: z
    .record(z.string(), z.string())
    .exactOptional()
    .describe('Of an absolute claim: the published machine'),
  skip: words.exactOptional().describe('Why it is not tested'),
  conditions: z
    .array(dottedName.meta(naming('condition')))
    .exactOptional()
    .describe('Conditions of the front matter that it must hold under; all that apply unless given'),
  control: replacement
    .exactOptional()
    .describe('Cells without what is claimed, over which the same test must not hold'),
})

/** Text that a reader of identifiers understands; `read` returns undefined for others. */
function identifier(read: (text: string) => string | undefined, example: string) {
  return words
    .refine((text) => read(text) !== undefined, { error: `write it as ${example}`, abort: true })
    .transform((text) => read(text) as string)
}

export const includeSchema = z.strictObject({
  file: markdownFile.describe('Markdown file whose text stands here, relative to the project'),
})

const author = z.strictObject({
  name: words.describe('As it is printed'),
  affiliation: words.exactOptional().describe('Where the author works'),
  orcid: identifier(orcidIn, '0000-0002-1825-0097, whose last sign is a check digit')
    .exactOptional()
    .describe('ORCID iD, with its check digit'),
})
export type Author = Readonly<z.output<typeof author>>

const evidence = z.strictObject({
  captured: z
    .array(words.meta(naming('captured item')))
    .default([])
    .describe('Captured items of the machine'),
  files: z.array(words).default([]).describe('Raw files of each boot that the command reads'),
  command: words
    .exactOptional()
    .describe('Shows what was recorded of a {trial} of a {boot}, or of a cell with one'),
  text: words.exactOptional().describe('Before the commands; {rerun} is what makes the raw files again'),
})
export type Evidence = Readonly<z.output<typeof evidence>>

const printed = z.strictObject({
  columns: z
    .union([z.literal(1), z.literal(2)])
    .default(2)
    .describe('Columns of text on a page'),
  paper: z.enum(['a4', 'letter']).default('a4').describe('Size of the pages'),
})

export const frontMatterSchema = z.strictObject({
  title: words.describe('Of the paper'),
  subtitle: words.exactOptional().describe('Below the title'),
  authors: z
    .array(z.union([words.transform((name): Author => ({ name })), author]))
    .default([])
    .describe('Names, or more of each author'),
  date: words.exactOptional().describe('As written; YAML 1.2 has no date type'),
  lang: z
    .string()
    .regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/, 'use a language tag such as en or ja')
    .meta(naming('language'))
    .default('en')
    .describe('Language of the text, and of the report’s own words'),
  abstract: words.exactOptional().describe('Markdown, with values, references and citations'),
  keywords: z.array(words).default([]).describe('Below the abstract, and in the page’s head'),
  license: words
    .superRefine((text, context) => {
      const message = licenseProblem(text)
      if (message !== undefined) context.addIssue({ code: 'custom', message, input: text })
    })
    .exactOptional()
    .describe('Of the text, as SPDX writes it: CC-BY-4.0'),
  doi: identifier(doiIn, '10.5281/zenodo.1234567').exactOptional().describe('Of this paper'),
  numberSections: z.boolean().default(false).describe('Whether headings have numbers'),
  print: printed.exactOptional().describe('How it is printed (--to pdf, typst, latex)'),
  bibliography: path.meta(fileOf('.bib')).exactOptional().describe('BibTeX file, relative to the project'),
  published: z
    .array(csvFile)
    .default([])
    .describe('CSV files of published tables, for expressions (published.old.baseline...)'),
  nominal: z
    .array(words)
    .default([])
    .describe('Numbers of the prose that no run and no published table has: 4 ms'),
  translationOf: markdownFile
    .exactOptional()
    .describe('The document that this one is the same as, in another language'),
  translations: z
    .array(markdownFile)
    .default([])
    .describe('Documents that are the same as this one, in other languages'),
  texts: texts.describe('Text of the data (a label, a captured item) -> what tables call it here'),
  conditions: z
    .record(dottedName, replacement)
    .default({})
    .describe('What claims must hold under, beside what they name themselves'),
  evidence: evidence.exactOptional().describe('What the report shows below each claim'),
  artifact: z
    .strictObject({
      humanMinutes: z
        .record(knownExperiment, z.number().min(0))
        .describe('Minutes of a person for the setup and for each experiment'),
    })
    .exactOptional()
    .describe('What the authors state for the artifact appendix'),
})

/** Blocks of a translation: text only. The rest comes from the original's block of the same id. */
export const translationSchemas = {
  experiment: z.strictObject({
    id: name.describe('Of the original’s block'),
    labels: z.record(knownPattern, words).default({}).describe('Pattern -> words for tables and figures'),
  }),
  data: z.strictObject({
    id: z.string().describe('Of the original’s block'),
    label: words.exactOptional().describe('Of the file'),
    source: words.exactOptional().describe('Where the data come from'),
    labels: z.record(knownPattern, words).default({}).describe('File -> words for tables and figures'),
  }),
  table: z.strictObject({
    id: shownFloat.describe('Of the original’s block'),
    caption: words.describe('In this language'),
  }),
  figure: z.strictObject({
    id: shownFloat.describe('Of the original’s block'),
    caption: words.describe('In this language'),
    alt: words.describe('Text alternative in this language'),
    texts: texts.describe('What the figure would write -> what it writes here'),
  }),
  /** A figure with parts. */
  parts: z.strictObject({
    id: name.describe('Of the original’s block'),
    caption: words.describe('In this language'),
    parts: z
      .array(
        z.strictObject({
          caption: words.exactOptional().describe('Of the part'),
          alt: words.describe('Text alternative in this language'),
        }),
      )
      .describe('In the order of the original’s'),
    texts: texts.describe('What the figure would write -> what it writes here'),
  }),
  claim: z.strictObject({
    id: z.string().describe('Of the original’s block'),
    statement: words.describe('In this language'),
    source: words.exactOptional().describe('Where it was published'),
    published: words.exactOptional().describe('Only where the original has words'),
    skip: words.exactOptional().describe('Why it is not tested'),
  }),
} as const
