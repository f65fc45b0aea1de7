/**
 * Small runs with fixed numbers, in the format of the pause/unpause experiment, for tests of results and
 * reports.
 */

import type { ExperimentBlock, Pattern } from '../../src/document/block.ts'
import { keyOf, parameterInputs } from '../../src/results/key.ts'
import type { Parameters } from '../../src/results/parameters.ts'
import type { Column, Row, Run } from '../../src/results/run.ts'

export const columns: readonly Column[] = [
  { name: 'trial', role: 'index' },
  { name: 'operation', role: 'factor' },
  { name: 'found', role: 'factor', label: 'vCPU found' },
  { name: 'excluded', role: 'factor' },
  { name: 'total', role: 'measure', unit: 'ticks', label: 'total' },
  { name: 'xl-to-domu-stop', role: 'measure', unit: 'ticks', label: 'xl to domU stop' },
  { name: 'domu-stop-to-xen', role: 'measure', unit: 'ticks', label: 'domU stop to Xen' },
  { name: 'xen-to-vcpu-stop', role: 'measure', unit: 'ticks', label: 'Xen to vCPU stop' },
  { name: 'xl-to-xen', role: 'measure', unit: 'ticks', label: 'xl to Xen' },
  { name: 'xen-to-vcpu-run', role: 'measure', unit: 'ticks', label: 'Xen to vCPU run' },
  { name: 'vcpu-run-to-domu-resume', role: 'measure', unit: 'ticks', label: 'vCPU run to domU resume' },
  { name: 'command', role: 'measure', unit: 'ns', label: 'xl command' },
]

export const clockHz = 54_000_000

export interface Shape {
  readonly environment?: string
  readonly pattern?: string
  readonly origin?: Run['origin']
  readonly trials?: number
  /** Microseconds of the first trial's xl phase; each later trial adds 100 us. */
  readonly xlUs?: number
  /** Reason for excluding the last pause. */
  readonly exclude?: string
}

/**
 * Each trial has one pause (xl phase, 2000 us, 2068 us) and one unpause (xl phase + 1000 us, 20 us, 1500 us).
 */
export function fakeRun(shape: Shape = {}): Run {
  const {
    environment = 'xen-4.14',
    pattern = 'baseline',
    origin = 'emulated',
    trials = 4,
    xlUs = 6000,
  } = shape
  const rows: Row[] = []
  for (let trial = 0; trial < trials; trial += 1) {
    // In turns short and long: values that rise look like a few independent trials.
    const step = trials < 6 ? trial : trial % 2 === 0 ? trial / 2 : trials - (trial + 1) / 2
    const xl = xlUs + 100 * step
    const last = trial === trials - 1
    rows.push(
      row(trial, 'pause', last ? 'running' : 'blocked', last ? (shape.exclude ?? '') : '', {
        'xl-to-domu-stop': xl,
        'domu-stop-to-xen': 2000,
        'xen-to-vcpu-stop': 2068,
      }),
      row(trial, 'unpause', 'offline', '', {
        'xl-to-xen': xl + 1000,
        'xen-to-vcpu-run': 20,
        'vcpu-run-to-domu-resume': 1500,
      }),
    )
  }
  return settled({
    experiment: 'latency',
    environment,
    pattern,
    key: '',
    inputs: {},
    origin,
    trials,
    seed: 1,
    parameters: { domu: { vcpus: 3 } },
    clockHz,
    columns,
    rows,
    exclusions: shape.exclude === undefined ? [] : [{ reason: shape.exclude, count: 1 }],
    captured: {
      CPU: '4 x Cortex-A72',
      memory: '4096 MB',
      hypervisor: environment === 'xen-4.14' ? 'Xen 4.14.6' : 'Xen 4.17.7',
      emulator: 'QEMU 10.0',
    },
    files: { 'trace.bin': { sha256: 'ab12cd34'.repeat(8), bytes: 123_456 } },
    provenance: { 'host CPU': 'Example CPU', 'host memory': '8 GB', tool: 'repro 0.1.0' },
  })
}

/** Returns the run with consistent inputs and key. */
export function settled(run: Run): Run {
  const { parameters, trials, seed, origin } = run
  const others = Object.entries(run.inputs).filter(([name]) => !name.startsWith('parameter '))
  const inputs = {
    ...Object.fromEntries(others),
    ...parameterInputs(parameters),
    ...{ 'environment origin': origin, trials, seed },
  }
  return { ...run, inputs, key: keyOf(run, inputs) }
}

/** Returns an experiment block `latency`; the first pattern is the baseline. */
export function fakeExperiment(
  patterns: readonly { name: string; label?: string; changes?: Parameters; only?: readonly string[] }[] = [
    { name: 'baseline' },
    { name: 'dom0-cpu', label: 'dom0 CPU load', changes: { dom0: { cpuLoad: 4 } } },
  ],
  environments: readonly string[] = ['xen-4.14', 'xen-4.17'],
): ExperimentBlock {
  const parameters: Parameters = {
    domu: { vcpus: 3, memory: 813 },
    dom0: { cpuLoad: 0 },
    scheduler: 'credit2',
  }
  return {
    type: 'experiment',
    id: 'latency',
    place: { line: 3, column: 1 },
    script: { file: 'experiments/pause-resume.ts' },
    environments,
    trials: 4,
    boots: 1,
    seed: 1,
    deadlineSeconds: 900,
    needs: [],
    inputs: [],
    parameters,
    patterns: patterns.map(({ name, label = name, changes = {}, only }): Pattern => ({
      name,
      label,
      place: { line: 5, column: 3 },
      parameters,
      changes,
      ...(only === undefined ? {} : { only }),
    })),
  }
}

function row(
  trial: number,
  operation: string,
  found: string,
  excluded: string,
  phasesUs: Readonly<Record<string, number>>,
): Row {
  const ticks = (us: number) => (us * clockHz) / 1e6
  const total = Object.values(phasesUs).reduce((sum, us) => sum + us, 0)
  const measures = Object.fromEntries(
    columns
      .filter((column) => column.role === 'measure')
      .map(({ name }) => {
        const us = phasesUs[name]
        return [name, us === undefined ? null : ticks(us)]
      }),
  )
  return {
    trial,
    operation,
    found,
    excluded,
    ...measures,
    total: ticks(total),
    command: (total + 500) * 1000,
  }
}
