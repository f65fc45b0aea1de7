/** Makes a board ready for a job, and starts it there. */

import { setTimeout as sleep } from 'node:timers/promises'
import { TestbedError } from '../../testbed/board.ts'
import { asking, clear, type Task } from './attempt.ts'
import { ConnectionError } from './connection.ts'
import {
  isReady,
  type Machine,
  requireBoot,
  requireIdentity,
  requireReady,
  requireUnused,
} from './machine.ts'
import { reach, restart } from './reach.ts'

const sendMs = 300_000
/** The agent's folder in the board's memory. */
const place = '/run/repro'

async function sendTools({ connection, runner: { tools } }: Task): Promise<void> {
  const folder = `${place}/tools`
  await connection.send(
    `rm -rf ${folder} && mkdir -p ${folder} && cat >${folder}/busybox && chmod 755 ${folder}/busybox`,
    tools.busybox,
    sendMs,
  )
  await connection.send(`cd ${folder} && exec ./busybox cpio -i -d -u`, tools.archive, sendMs)
  await connection.call('install_tools', [tools.version])
}

/** Makes the board ready, sends the job, and starts it. */
export async function begin(by: Task, seconds: number): Promise<void> {
  const { connection, settings, runner, attempt, archive, boot } = by
  await clear(by)
  let machine = await reach(by)
  if (attempt > 1 || (settings.reboot && runner.bootId === undefined)) {
    requireUnused(machine) // a restart would end what somebody else runs
    await restart(by, machine)
    await clear(by) // a claim ends with the boot
    machine = await reach(by)
  }
  machine = await settled(by, machine)
  requireIdentity(settings, machine)
  requireReady(settings, machine)
  requireBoot(boot, machine)
  runner.onMachine(machine)
  runner.bootId = machine.fact('boot-id')
  await asking(async () => {
    if (machine.fact('tools') !== runner.tools.version) await sendTools(by)
    await connection.send(
      `mkdir -p ${place}/job && cd ${place}/job && exec ${place}/tools/busybox cpio -i -d -u`,
      archive,
      sendMs,
    )
  })
  await start(by, seconds)
}

/** Waits for services that start after ssh, on a board that has booted just now. */
async function settled(by: Task, machine: Machine): Promise<Machine> {
  const { settings, timings } = by
  const until = performance.now() + 1000 * settings.bootSeconds
  let found = machine
  // By this computer's clock, too, whatever a board says of its own.
  while (
    !isReady(settings, found) &&
    Number(found.fact('uptime')) < settings.bootSeconds &&
    performance.now() < until
  ) {
    await sleep(timings.pauseMs)
    found = await reach(by)
  }
  return found
}

/** Without an answer the job may run all the same: its state tells. */
async function start(by: Task, seconds: number): Promise<void> {
  const { connection, name, log, runner } = by
  try {
    const answer = await connection.call('start', [name, runner.holder, String(seconds)])
    const [problem] = answer.get('error') ?? []
    if (problem !== undefined) throw new TestbedError(`${connection.host}: ${problem}`)
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    log(`${error.message}; whether the job started is not known yet`)
  }
}
