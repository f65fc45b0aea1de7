import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cell, Result } from 'repro'

/** Times a command in dom0. /proc/uptime counts in steps of 10 ms, so a trial is many calls. */
export default async function commands(cell: Cell): Promise<Result> {
  const { board, parameters, trials, bootSeed, deadlineMs } = cell
  const calls = Number(parameters.calls)
  const script = `
    n=0
    while [ $n -lt ${trials} ]; do
      before=$(cut -d ' ' -f 1 /proc/uptime)
      i=0
      while [ $i -lt ${calls} ]; do ${parameters.command} >/dev/null; i=$((i + 1)); done
      echo "$before $(cut -d ' ' -f 1 /proc/uptime)" >>"$OUT/times"
      n=$((n + 1))
    done`
  const stages = [{ files: new Map(), script }] as const
  const { folder, exitCode } = await board.run({ stages, seed: bootSeed, deadlineMs })
  if (exitCode !== 0) throw new Error(`${parameters.command} failed with exit code ${exitCode}`)
  const times = join(folder, 'times')
  const lines = (await readFile(times, 'utf8')).trim().split('\n')
  return {
    columns: [
      { name: 'trial', role: 'index' },
      { name: 'call', role: 'measure', unit: 'ms', label: 'one call' },
    ],
    rows: lines.map((line, index) => {
      const [before = 0, after = 0] = line.split(' ').map(Number)
      return { trial: index + 1, call: ((after - before) * 1000) / calls }
    }),
    exclusions: [],
    captured: board.facts,
    files: { times },
  }
}
