/** Waits for a job that runs on a board, as silently as can be. */

import { setTimeout as sleep } from 'node:timers/promises'
import { clear, Discarded, type Ended, lostReason, type Task } from './attempt.ts'
import { longestSeconds, noteSeconds } from './boards.ts'
import { collect } from './collect.ts'
import { ConnectionError } from './connection.ts'
import { powerCycle, reach } from './reach.ts'

/**
 * Waits for the end of a job that runs, in silence for as long as jobs take here, and collects its results. `isNew`: it
 * was started just now, which a console tells.
 */
export async function awaited(by: Task, seconds: number, isNew: boolean): Promise<Ended> {
  const { connection, settings, serial, timings, name, runner, log } = by
  const started = performance.now()
  const mark = serial?.mark() ?? 0
  const longestMs = 1000 * (await longestSeconds(runner.cache, runner.kind))
  const quietMs = Math.max(1000 * settings.quiet, longestMs + timings.slackMs)
  let limit = started + seconds * 1000 + timings.graceMs
  const gaps = serial?.gaps()
  // A console tells the end without a packet, if it can be heard.
  const isHeard = () => serial !== undefined && serial.gaps() === gaps && (!isNew || serial.hasStarted(name))
  const isOver = () =>
    serial?.hasEnded(name) === true || serial?.hasBooted(mark) === true || serial?.panic(mark) !== undefined
  while (performance.now() < limit && !isOver()) {
    if (performance.now() > started + quietMs && !isHeard()) break
    await sleep(Math.min(500, timings.pollMs))
  }
  if (serial !== undefined && !isOver() && !isHeard())
    log(`nothing of the job on the serial console of ${connection.host}: asking by ssh, which may disturb it`)

  let cut: string | undefined
  let cycled: string | undefined
  for (;;) {
    const panic = cycled === undefined ? serial?.panic(mark) : undefined
    if (panic === undefined) {
      try {
        const answer = await connection.call('state', [name], timings.answerMs)
        const [state = 'absent'] = answer.get('state') ?? []
        if (cut !== undefined) log(`${connection.host} answers again`)
        cut = undefined
        if (state.startsWith('ended')) {
          await noteSeconds(runner.cache, runner.kind, (performance.now() - started) / 1000)
          return await collect(by, answer)
        }
        if (state !== 'running') {
          await clear(by)
          throw new Discarded(cycled ?? lostReason(state))
        }
        if (performance.now() > limit) {
          await clear(by)
          throw new Discarded(`the job did not end within ${seconds} s`)
        }
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error
        if (cut === undefined) log(`${error.message}; the job goes on without it`)
        cut = error.message
      }
    }
    if (panic !== undefined || (cut !== undefined && performance.now() > limit)) {
      cycled =
        panic !== undefined
          ? `dom0 gave up: ${panic}`
          : 'the board hung, or was cut off beyond the end of the job'
      await powerCycle(by, panic ?? cut ?? '')
      await reach(by)
      limit = performance.now() + timings.graceMs
      continue
    }
    await sleep(timings.pollMs)
  }
}
