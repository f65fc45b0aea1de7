/**
 * `npm run bench -- trace [--mb N] [--runs N] [--xenalyze PATH]`: makes a capture and reads it with `repro trace summary`
 * and, where it is to be had, with xenalyze (of Debian's package xen-utils-common), in turns, and compares what both
 * say of runstates. Then it exports the capture, and merges one of 4 pCPUs and one of 128.
 */

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from '../src/stats/order.ts'
import { ResidencyTracker } from '../src/xentrace/residency.ts'
import { scan } from '../src/xentrace/scan.ts'
import { HZ, makeCapture } from './capture.ts'
import { compare } from './xenalyze.ts'

const POLL_MS = 2
const command = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url))
const CORE_RUNS = 15

export async function benchTrace(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      mb: { type: 'string', default: '500' },
      runs: { type: 'string', default: '5' },
      xenalyze: { type: 'string' },
    },
  })
  const folder = mkdtempSync(join(tmpdir(), 'repro-bench-'))
  try {
    const file = join(folder, 'capture.bin')
    const { bytes, records } = makeCapture(file, Number(values.mb))
    console.log(`${bytes} bytes, ${records} records; ${cpus()[0]?.model}, Node ${process.version}`)
    const xenalyze = values.xenalyze ?? findXenalyze()
    const runs = Number(values.runs)
    for (const task of tasks) await race(file, task, { records, runs, xenalyze })
    for (const format of ['csv', 'parquet']) await exporting(file, format, { records, runs })
    await merging(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Measured {
  readonly seconds: number
  /** Of all its threads, in user and kernel mode. */
  readonly cpuSeconds: number
  readonly peakMb: number
  readonly output: string
}

async function exporting(
  file: string,
  format: string,
  { records, runs }: { readonly records: number; readonly runs: number },
): Promise<void> {
  const output = `${file}.${format}`
  const measured: Measured[] = []
  for (let run = 0; run < runs; run++) {
    const args = ['trace', 'export', file, '--hz', String(HZ), '--to', format, '-o', output]
    measured.push(await measure(process.execPath, [command, ...args], true))
  }
  report(`repro trace export --to ${format} (${statSync(output).size} bytes)`, measured, records)
}

/** Captures of few and of many pCPUs in turns, in this process. */
async function merging(folder: string): Promise<void> {
  const captures = [4, 128].map((pcpus) => {
    const file = join(folder, `${pcpus}.bin`)
    makeCapture(file, 100, pcpus)
    return { pcpus, bytes: readFileSync(file), best: Number.POSITIVE_INFINITY, records: 0 }
  })
  for (let run = 0; run < CORE_RUNS; run++) {
    for (const one of captures) {
      const { cpuSeconds, records } = core(one.bytes)
      one.records = records
      one.best = Math.min(one.best, cpuSeconds)
    }
  }
  for (const { pcpus, best, records } of captures) {
    console.log(
      `merge and track, every record, ${pcpus} pCPUs, best of ${CORE_RUNS}: ${(records / best / 1e6).toFixed(1)} million records/s of CPU time of all threads`,
    )
  }
}

/** What both programs do with a capture, in words and as arguments. */
const tasks = [
  { own: ['trace', 'summary', '--json', '--hz', String(HZ)], theirs: ['--summary'], compared: true },
  // Their output is not kept, as it is four times as long as the capture.
  { own: ['trace', 'dump', '--hz', String(HZ)], theirs: ['--dump-all'], compared: false },
] as const

/** Both in turns, so that whatever else the machine does meets both. */
async function race(
  file: string,
  { own: ours, theirs: flags, compared }: (typeof tasks)[number],
  { records, runs, xenalyze }: { records: number; runs: number; xenalyze: string | undefined },
): Promise<void> {
  const own: Measured[] = []
  const theirs: Measured[] = []
  for (let run = 0; run < runs; run++) {
    own.push(await measure(process.execPath, [command, ...ours, file], compared))
    if (xenalyze !== undefined)
      theirs.push(await measure(xenalyze, ['--cpu-hz', `${HZ / 1e6}M`, ...flags, file], compared))
  }
  report(`repro ${ours[0]} ${ours[1]}`, own, records)
  if (xenalyze === undefined) {
    console.log("xenalyze: not found (--xenalyze PATH; it is in Debian's package xen-utils-common)")
    return
  }
  report(`xenalyze ${flags[0]}`, theirs, records)
  const ratio = (key: 'seconds' | 'cpuSeconds', of: (list: readonly number[]) => number) =>
    (of(theirs.map((run) => run[key])) / of(own.map((run) => run[key]))).toFixed(2)
  const best = (list: readonly number[]) => Math.min(...list)
  console.log(
    `times as fast: ${ratio('seconds', best)} (best runs), ${ratio('seconds', median)} (medians), ${ratio('cpuSeconds', best)} by CPU time`,
  )
  if (!compared) return
  for (const line of compare(JSON.parse(own[0]?.output ?? '{}'), theirs[0]?.output ?? '')) console.log(line)
}

function report(name: string, runs: readonly Measured[], records: number): void {
  const seconds = runs.map((run) => run.seconds)
  const best = Math.min(...seconds)
  console.log(
    `${name}: best ${best.toFixed(3)} s, median ${median(seconds).toFixed(3)} s of ${runs.length}; ` +
      `${(records / best / 1e6).toFixed(1)} million records/s; ` +
      `CPU ${Math.min(...runs.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2)} s; ` +
      `peak ${Math.max(...runs.map(({ peakMb }) => peakMb)).toFixed(0)} MB`,
  )
}

/** Runs a program; wall time from its start to its end, and the largest resident size that Linux saw. */
async function measure(program: string, args: readonly string[], keep: boolean): Promise<Measured> {
  const start = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', keep ? 'pipe' : 'ignore', 'ignore'] })
  let output = ''
  let [peakMb, cpuSeconds] = [0, 0]
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const poll = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb(child.pid))
    cpuSeconds = Math.max(cpuSeconds, usedCpuSeconds(child.pid))
  }, POLL_MS)
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  clearInterval(poll)
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`)
  return { seconds: (performance.now() - start) / 1000, cpuSeconds, peakMb, output }
}

function residentMb(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) / 1024
  } catch {
    // It ended just now.
    return 0
  }
}

/** Jiffies of 10 ms in user and kernel mode: fields 14 and 15 of proc(5)'s stat, counted from after the name. */
function usedCpuSeconds(pid: number | undefined): number {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
    const list = fields.split(' ')
    return (Number(list[11]) + Number(list[12])) / 100
  } catch {
    return 0
  }
}

/** Merging every record and tracking every runstate, by itself: no file, no process. */
function core(bytes: Uint8Array): { readonly cpuSeconds: number; readonly records: number } {
  const tracker = Object.assign(new ResidencyTracker(), { wants: () => true })
  const before = process.cpuUsage()
  const { records } = scan([bytes], [tracker])
  const { user, system } = process.cpuUsage(before)
  return { cpuSeconds: (user + system) / 1e6, records }
}

function findXenalyze(): string | undefined {
  const named = process.env.XENALYZE
  if (named !== undefined) return named
  const places = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'].map((folder) =>
    join(folder, 'xenalyze'),
  )
  return places.find((path) => existsSync(path))
}
