/** Every command of `repro`. Data only: what a command does is loaded when it is called (see cli.ts). */

import type { Definition } from './definition.ts'
import { trace } from './tracedefinitions.ts'

const json = { type: 'boolean', default: false, description: 'print JSON for programs' } as const
const dryRun = { type: 'boolean', short: 'n', default: false } as const
const jobs = {
  type: 'string',
  short: 'j',
  value: 'N',
  description: 'boots that run at once, of emulated cells (default: as many as there are processors)',
} as const
const deadline = {
  type: 'string',
  value: 'S',
  description: "longest time of a boot in seconds, instead of the document's",
} as const
const document = {
  type: 'string',
  value: 'FILE',
  description: 'the document that has the cells (default: paper/index.md)',
} as const

const running = {
  rerun: {
    type: 'boolean',
    default: false,
    value: '[=LIST]',
    description: 'run cells again that have a result: all, or only those of the list',
  },
  only: {
    type: 'string',
    multiple: true,
    value: 'LIST',
    description: 'only these cells: patterns, experiments or experiment/environment/pattern, with commas',
  },
  trials: { type: 'string', value: 'N', description: "trials of every cell, instead of the document's" },
  boots: {
    type: 'string',
    value: 'N',
    description: "boots over which the trials of a cell are divided, instead of the document's",
  },
  deadline,
  frozen: {
    type: 'boolean',
    default: false,
    description: 'run nothing; fail unless every cell is recorded as the document asks for it',
  },
  record: {
    type: 'boolean',
    default: false,
    description: 'write the runs that the report shows into results/',
  },
  jobs,
  'keep-going': {
    type: 'boolean',
    short: 'k',
    default: false,
    description: 'start further cells after one failed',
  },
  'dry-run': { ...dryRun, description: 'say what would run, and why' },
} as const

export const build = {
  usage: 'build [DOCUMENT]',
  summary: 'run what has no result and write the report into _build/',
  words: 1,
  options: {
    ...running,
    to: {
      type: 'string',
      multiple: true,
      value: 'LIST',
      description: 'formats of the report, with commas: html (default), markdown',
    },
  },
  runsCode: true,
  examples: [
    ['build', 'the report of paper/index.md'],
    ['build --rerun --trials 5 --boots 1', 'every experiment again, with five trials each in one boot'],
    ['build --to html,markdown', 'the report as a page and as Markdown'],
    ['build --only dom0-cpu -n', 'what this pattern would run, and why'],
  ],
} as const satisfies Definition

export const run = {
  usage: 'run [DOCUMENT]',
  summary: 'the same without the report',
  words: 1,
  options: running,
  runsCode: true,
  examples: [['run --rerun=baseline --record', 'this pattern again, as the new record']],
} as const satisfies Definition

export const check = {
  usage: 'check [DOCUMENT]',
  summary: 'list every mistake in the document with its line and column',
  words: 1,
  options: {},
} as const satisfies Definition

export const status = {
  usage: 'status [DOCUMENT]',
  summary: 'whether each cell, table, figure and claim is up to date, and why not',
  words: 1,
  options: {
    json,
    frozen: {
      type: 'boolean',
      default: false,
      description: 'exit with code 4 unless every cell is recorded as the document asks for it',
    },
  },
} as const satisfies Definition

export const explain = {
  usage: 'explain STEP [DOCUMENT]',
  summary: 'what goes into a cell, table, figure, claim or the page, and what of it changed',
  words: 2,
  options: { json },
  details: 'STEP is an id that `repro status` lists, such as latency/xen-4.17/baseline, fig-phases or page.',
  examples: [['explain latency/xen-4.17/baseline', 'why this cell is stale']],
} as const satisfies Definition

export const verify = {
  usage: 'verify [DOCUMENT]',
  summary: 'a verdict for each claim, with its interval and reason',
  words: 1,
  options: {
    rerun: {
      type: 'boolean',
      default: false,
      description: 'run the cells again and compare them bit for bit',
    },
    'kick-the-tires': {
      type: 'boolean',
      default: false,
      description: 'run one cell again and build the report: whether the artifact works here',
    },
    claim: {
      type: 'string',
      multiple: true,
      value: 'LIST',
      description: 'only these claims, by id, with commas',
    },
    json,
    junit: { type: 'string', value: 'FILE', description: 'write the verdicts as JUnit XML, too' },
    jobs,
    deadline,
  },
  runsCode: ['--rerun', '--kick-the-tires'],
  details: 'Without --rerun it judges the recorded runs and runs nothing.',
  examples: [['verify --rerun --claim C7', 'what one claim needs, run again']],
} as const satisfies Definition

export const diff = {
  usage: 'diff A B',
  summary: 'compare runs: git revisions, `recorded`, `latest`, or two runs of a cell',
  words: 2,
  options: {
    document,
    only: { type: 'string', multiple: true, value: 'LIST', description: 'only these cells, with commas' },
    json,
    all: { type: 'boolean', default: false, description: 'show cells without a difference, too' },
  },
  examples: [
    ['diff recorded latest', 'whether a rerun gave the same rows'],
    ['diff HEAD~1 recorded', 'what a new recording changed'],
  ],
} as const satisfies Definition

export const accept = {
  usage: 'accept CELL...',
  summary: 'accept manual edits to the rows of recorded runs',
  words: 100,
  options: { document },
} as const satisfies Definition

export const clean = {
  usage: 'clean',
  summary: 'delete old runs that are not recorded, and saved boards',
  words: 0,
  options: {
    older: { type: 'string', default: '30d', value: 'DAYS', description: 'those older than this (30d)' },
    'dry-run': { ...dryRun, description: 'list them only' },
  },
} as const satisfies Definition

export const pack = {
  usage: 'pack [DOCUMENT]',
  summary: 'one archive of the project, its runs and its report',
  words: 1,
  options: {
    output: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      description: 'where the archive goes (default: _build/NAME-VERSION.zip); what is there is replaced',
    },
    'allow-dirty': {
      type: 'boolean',
      default: false,
      description: 'pack what is not committed, too; the archive says so',
    },
    list: { type: 'boolean', default: false, description: 'list the files of the archive' },
  },
  details: `Writes one zip for an archive such as Zenodo, or for a committee that gives badges: the files of the
project's commit, its recorded runs and its report, with an artifact appendix of two pages
(ARTIFACT.md, ARTIFACT.html), metadata (RO-Crate, codecheck.yml) and checksums. Every cell must be
recorded as the document asks for it. Files that are not committed and look like secrets (.env, keys)
are left out. The same commit gives the same bytes. What is in the archive,
and what authors can state: docs/artifact.md`,
} as const satisfies Definition

export const audit = {
  usage: 'audit FILE...',
  summary: 'whether the numbers of published tables (CSV) can be true',
  words: Number.POSITIVE_INFINITY,
  options: {
    json,
    n: {
      type: 'string',
      value: 'N',
      description: 'observations behind each mean, where the tables do not say',
    },
  },
  details: 'FILE is a CSV file or a folder of them. What is tested: docs/audit.md',
} as const satisfies Definition

const none = { words: 0, options: {} } as const

export const testbed = {
  list: { ...none, usage: 'testbed list', summary: 'the environments, and which are set up' },
  setup: { ...none, usage: 'testbed setup', summary: 'download and unpack the emulated board' },
  doctor: { ...none, usage: 'testbed doctor', summary: 'what is wrong with the emulated board' },
  shell: {
    usage: 'testbed shell [ENVIRONMENT]',
    summary: 'a console in dom0 of an emulated board',
    words: 1,
    options: {},
  },
  lock: { ...none, usage: 'testbed lock', summary: "make the package lock anew from today's archive" },
} as const satisfies Readonly<Record<string, Definition>>

/** Commands of one subject, such as `repro testbed list`. */
export interface Group {
  readonly summary: string
  readonly commands: ReadonlyMap<string, Definition>
}

export const definitions: ReadonlyMap<string, Definition | Group> = new Map<string, Definition | Group>([
  ['build', build],
  ['run', run],
  ['check', check],
  ['status', status],
  ['explain', explain],
  ['verify', verify],
  ['diff', diff],
  ['accept', accept],
  ['clean', clean],
  ['pack', pack],
  ['audit', audit],
  ['trace', { summary: 'what a capture of xentrace says', commands: new Map(Object.entries(trace)) }],
  ['testbed', { summary: 'the emulated board by itself', commands: new Map(Object.entries(testbed)) }],
])
