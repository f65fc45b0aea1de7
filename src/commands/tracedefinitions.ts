/** The commands of `repro trace`. Data only, as all definitions. */

import type { Definition } from './definition.ts'

const hz = {
  type: 'string',
  value: 'HZ',
  description: 'ticks per second, such as 54M or 2.4G; dom0.stamps beside the capture says it, too',
} as const
const json = {
  type: 'boolean',
  description: 'print JSON for programs: times in ticks, nothing rounded',
} as const
const stamps = {
  type: 'string',
  multiple: true,
  value: 'FILE',
  description: 'stamps of dom0 or of the domU, once for each (default: those beside the capture)',
} as const
const from = {
  type: 'string',
  value: 'TIME',
  description: 'only from this time after the first record on: 1.5s, 300ms or 12us',
} as const
const event = 'only these events: names (wake), their first words (runstate) or ids (0x28004), with commas'

/** What all of them take. */
const details = `FILE is a capture of xentrace, - for standard input, or a cell such as latency/xen-4.14/baseline: the
capture of its newest run here (of several boots one has to be named: latency/xen-4.14/baseline/boot-2). Not supported: captures of big-endian machines, and compressed files
(zcat FILE.gz | repro trace info -). More: docs/trace.md`
const common = { words: 1, details } as const

export const trace = {
  info: {
    ...common,
    usage: 'trace info FILE',
    summary: 'what a capture consists of: pCPUs, domains, time, events, losses, the version of Xen',
    options: { hz, json },
    examples: [
      ['trace info trace.bin', 'a capture with its stamps beside it'],
      ['trace info - --hz 54M <trace.bin', 'from standard input'],
    ],
  },
  summary: {
    ...common,
    usage: 'trace summary FILE',
    summary: 'how long each vCPU ran, waited and slept, and how busy each pCPU was',
    options: { hz, json },
    examples: [['trace summary trace.bin --hz 54M', 'of a Raspberry Pi 4']],
  },
  phases: {
    ...common,
    usage: 'trace phases FILE',
    summary: 'the pauses and unpauses of an experiment, with their phases',
    options: {
      stamps,
      trial: {
        type: 'string',
        value: 'N',
        description: 'only this trial: when each edge was, and how to see the records around them',
      },
      json,
    },
    examples: [
      ['trace phases latency/xen-4.14/baseline', 'of a run made here'],
      ['trace phases t.bin --stamps dom0.stamps --stamps domu.stamps', 'with stamps that lie elsewhere'],
    ],
  },
  dump: {
    ...common,
    usage: 'trace dump FILE',
    summary: 'a line for each record, in the order of time',
    options: {
      hz,
      from,
      to: { type: 'string', value: 'TIME', description: 'only up to this time after the first record' },
      domain: {
        type: 'string',
        multiple: true,
        value: 'LIST',
        description: 'only records that name one of these domains, with commas',
      },
      event: { type: 'string', multiple: true, value: 'LIST', description: event },
    },
    examples: [
      ['trace dump trace.bin --event sleep,wake --domain 1', 'when domain 1 was put to sleep and woken'],
      ['trace dump trace.bin --from 1.5s --to 1600ms', 'a tenth of a second'],
    ],
  },
  export: {
    ...common,
    usage: 'trace export FILE',
    summary: 'a file for other programs: Perfetto, CSV or Parquet',
    options: {
      to: {
        type: 'string',
        multiple: true,
        value: 'FORMAT|TIME',
        description: 'perfetto, csv or parquet; once more, the time up to which records are taken',
      },
      from,
      output: {
        type: 'string',
        short: 'o',
        value: 'FILE',
        description: 'where to; - is standard output (default: the name with another ending, here)',
      },
      hz,
      stamps,
      whole: { type: 'boolean', description: 'all of a large capture for Perfetto, not only its operations' },
    },
    examples: [
      ['trace export trace.bin --to perfetto', 'a file to open in https://ui.perfetto.dev'],
      ['trace export trace.bin --to parquet --from 1s --to 2s', 'one second as a table'],
      ['trace export trace.bin --to csv -o - | gzip >trace.csv.gz', 'to another program'],
    ],
    details: `All formats can be written to a pipe or a device, which is not replaced. Operations need a capture that
can be read twice, so not standard input. ${details}`,
  },
} as const satisfies Readonly<Record<string, Definition>>
