/** Whether Xen's trace can be laid over a board's clock: a program's yields, found in the trace. */

import { fileURLToPath } from 'node:url'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import { align, type Alignment } from '../../xentrace/align.ts'
import { readTimeline } from '../../xentrace/timeline.ts'
import type { Connection } from './connection.ts'

const sendMs = 60_000
const traceMs = 120_000
const mostTrace = 200_000_000

/** Throws an Error that says what is in the way: no trace, no yields, no offset that fits. */
export async function alignClock(
  connection: Connection,
  toolchain: Pick<Toolchain, 'compile'>,
): Promise<Alignment & { readonly hz: number }> {
  const program = await toolchain.compile([fileURLToPath(new URL('./yields.c', import.meta.url))])
  await connection.send('cd /run/repro && cat >yields && chmod 755 yields', program, sendMs)
  const answer = await connection.call('yields', [], traceMs)
  const brackets = (answer.get('bracket') ?? []).map((line) => {
    const [before = Number.NaN, after = Number.NaN] = line.split(' ').map(Number)
    return { before, after }
  })
  const hz = Number(answer.get('hz')?.[0])
  const bytes = Number(answer.get('bytes')?.[0])
  const complaint = answer.get('complaint')?.[0] ?? ''
  if (!(bytes > 0) || !(hz > 0) || brackets.length === 0)
    throw new Error(`no trace, or no yields: ${complaint || 'xentrace writes nothing'}`)
  const capture = await connection.receive(
    'exec cat /run/repro/yields.bin',
    Math.min(bytes, mostTrace),
    traceMs,
  )
  const { domains, scan, lost: gaps } = readTimeline([capture])
  const found = align(brackets, domains.get(0)?.yields ?? [], { first: scan.first, last: scan.last, gaps })
  return { ...found, hz }
}
