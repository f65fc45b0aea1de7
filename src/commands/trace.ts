/** `repro trace ...`: analyses xentrace captures. */

import { hint } from '../text/spelling.ts'
import { command, type Group } from './command.ts'
import { flag, list, numberOf, single, text, wholeNumber } from './options.ts'
import { type Option, refuseUnused, UsageError } from './parse.ts'
import type { Time } from './trace/capture.ts'
import type { FormatName } from './trace/formats.ts'

const hz = single(
  {
    value: 'HZ',
    description: 'ticks per second, such as 54M or 2.4G',
    otherwise: 'what dom0.stamps beside the capture says',
  },
  parseHz,
)
const json = flag('print JSON for programs: times in ticks, nothing rounded')
const from = single(
  { value: 'TIME', description: 'only from this time after the first record on: 1.5s, 300ms or 12us' },
  parseTime,
)
const stamps: Option<readonly string[]> = {
  takes: 'value',
  value: 'FILE',
  description: 'stamps of dom0 or of the domU, once for each',
  otherwise: 'those beside the capture',
  read: (given) => given.filter((path) => path !== undefined),
}
const domain = list({ description: 'only records that name one of these domains, with commas' }, 'domains')

const common = {
  description: [
    `FILE is a capture of xentrace, - for standard input, or a cell such as latency/xen-4.14/baseline: the
    capture of its newest run here (of several boots one has to be named: latency/xen-4.14/baseline/boot-2).
    Not supported: captures of big-endian machines, and compressed files (\`zcat FILE.gz | repro trace info
    -\`).`,
  ],
  docs: 'docs/trace.md',
  missing: 'which capture? A file, a cell such as latency/xen-4.14/baseline, or - for standard input',
  exits: { failed: 'the capture cannot be read, or ends early; what comes before is shown' },
}

const info = command({
  ...common,
  usage: 'trace info FILE',
  summary: 'what a capture consists of: pCPUs, domains, time, events, losses, the version of Xen',
  options: { hz, json },
  examples: [
    ['trace info trace.bin', 'a capture with its stamps beside it'],
    ['trace info - --hz 54M <trace.bin', 'from standard input'],
  ],
  async action({ options, words: [file = ''], signal }) {
    return await (await import('./trace/info.ts')).info(file, options, signal)
  },
})

const summary = command({
  ...common,
  usage: 'trace summary FILE',
  summary: 'how long each vCPU ran, waited and slept, and how busy each pCPU was',
  options: { hz, json },
  examples: [['trace summary trace.bin --hz 54M', 'of a Raspberry Pi 4']],
  async action({ options, words: [file = ''], signal }) {
    return await (await import('./trace/summary.ts')).summary(file, options, signal)
  },
})

const phases = command({
  ...common,
  usage: 'trace phases FILE',
  summary: 'the pauses and unpauses of an experiment, with their phases',
  options: {
    stamps,
    trial: wholeNumber({
      description: 'only this trial: when each edge was, and how to see the records around them',
      otherwise: 'a table of all trials',
    }),
    json,
  },
  examples: [
    ['trace phases latency/xen-4.14/baseline', 'of a run made here'],
    ['trace phases t.bin --stamps dom0.stamps --stamps domu.stamps', 'with stamps that lie elsewhere'],
  ],
  async action({ options, words: [file = ''], signal }) {
    return await (await import('./trace/phases.ts')).phases(file, options, signal)
  },
})

const dump = command({
  ...common,
  usage: 'trace dump FILE',
  summary: 'a line for each record, in the order of time',
  options: {
    hz,
    from,
    to: single({ value: 'TIME', description: 'only up to this time after the first record' }, parseTime),
    domain: {
      ...domain,
      read: (given: Parameters<typeof domain.read>[0], flag: string) =>
        domain.read(given, flag).map((word) => numberOf(word, flag, { min: 0 })),
    },
    event: list(
      {
        description:
          'only these events: names (wake), their first words (runstate) or ids (0x28004), with commas',
      },
      'events',
    ),
  },
  examples: [
    ['trace dump trace.bin --event sleep,wake --domain 1', 'when domain 1 was put to sleep and woken'],
    ['trace dump trace.bin --from 1.5s --to 1600ms', 'a tenth of a second'],
  ],
  async action({ options, words: [file = ''], signal }) {
    const { dump } = await import('./trace/dump.ts')
    return await dump(file, { ...options, domains: options.domain, events: options.event }, signal)
  },
})

export const formatNames: readonly FormatName[] = ['perfetto', 'csv', 'parquet']

const exporting = command({
  ...common,
  usage: 'trace export FILE',
  summary: 'a file for other programs: Perfetto, CSV or Parquet',
  options: {
    to: {
      takes: 'value',
      value: 'FORMAT|TIME',
      description: `${formatNames.join(', ')}; once more, the time up to which records are taken`,
      choices: formatNames,
      read: destination,
    } satisfies Option<unknown>,
    from,
    output: text({
      short: 'o',
      value: 'FILE',
      description: 'where to; - is standard output',
      otherwise: 'the name with another ending, here',
    }),
    hz,
    stamps,
    whole: flag('all of a large capture for Perfetto, not only its operations'),
  },
  examples: [
    ['trace export trace.bin --to perfetto', 'a file to open in https://ui.perfetto.dev'],
    ['trace export trace.bin --to parquet --from 1s --to 2s', 'one second as a table'],
    ['trace export trace.bin --to csv -o - | gzip >trace.csv.gz', 'to another program'],
  ],
  description: [
    `All formats can be written to a pipe or a device, which is not replaced. Operations need a capture that
    can be read twice, so not standard input.`,
    ...common.description,
  ],
  async action({ options, words: [file = ''], signal }) {
    const { format, until } = options.to
    if (format !== 'perfetto')
      refuseUnused(options, ['stamps', 'whole'], `${format} always has all records, and no operations`)
    if (until !== undefined || options.from !== undefined)
      refuseUnused(options, ['whole'], '--from and --to say what is taken')
    const { exportCapture } = await import('./trace/export.ts')
    return await exportCapture(file, { ...options, format, to: until }, signal)
  },
})

export const trace: Group = {
  summary: 'what a capture of xentrace says',
  commands: new Map([
    ['info', info],
    ['summary', summary],
    ['phases', phases],
    ['dump', dump],
    ['export', exporting],
  ]),
}

/** `--to` takes the format and, given twice, also the window's end: `--to csv --from 1s --to 2s`. */
function destination(given: readonly (string | undefined)[], flag: string) {
  const texts = given.filter((text) => text !== undefined)
  const names = formatNames.filter((name) => texts.includes(name))
  const times = texts.filter((text) => !formatNames.some((name) => name === text))
  const wrong = times.find((text) => !/^\d/.test(text))
  if (wrong !== undefined) throw new UsageError(`unknown format: ${wrong}${hint(wrong, formatNames)}`)
  const [format] = names
  if (format === undefined) throw new UsageError(`to which format? ${flag} ${formatNames.join('|')}`)
  if (names.length > 1 || times.length > 1) throw new UsageError(`${flag} takes one format, and one time`)
  return { format, until: times[0] === undefined ? undefined : parseTime(times[0], flag) }
}

/** `54000000`, `54M`, `62.5M` or `2.4G`. */
function parseHz(text: string, flag: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(text) ?? []
  const hz = Number(digits || Number.NaN) * { '': 1, k: 1e3, M: 1e6, G: 1e9 }[unit as 'k']
  const whole = Math.round(hz)
  if (Math.abs(hz - whole) < 1e-3 && whole >= 1 && whole <= 9e9) return whole
  throw new UsageError(
    `${flag} takes a whole number of ticks per second up to 9G, such as 54000000 or 54M, not ${text}`,
  )
}

/** `1.5s`, `300ms`, `12us`, or microseconds alone. */
function parseTime(text: string, flag: string): Time {
  const [, number = '', unit = 'us'] = /^(\d+(?:\.\d+)?)(us|ms|s)?$/.exec(text) ?? []
  if (number === '') throw new UsageError(`${flag} takes a time such as 1.5s, 300ms or 12us, not ${text}`)
  return { seconds: Number(number) / { us: 1e6, ms: 1e3, s: 1 }[unit as 'us'], text }
}
