/** A switch for the double's power that other processes can use, as they would a switched socket. */

import { chmod, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'

export interface PowerSwitch {
  /** A command for a shell: cuts the power and gives it back. Ends with 1 if that fails, or nobody listens. */
  readonly cycle: string
  close(): Promise<void>
}

/** Puts the command into `folder`, whose path must be shorter than a socket's may be (about 90 letters). */
export async function openPowerSwitch(folder: string, cycle: () => Promise<void>): Promise<PowerSwitch> {
  const socket = join(folder, 'power.socket')
  const command = join(folder, 'power-cycle')
  await rm(socket, { force: true })
  const server = createServer((peer) => {
    peer.on('error', () => {})
    cycle().then(
      () => peer.end('ok'),
      (error) => peer.end(String(error)),
    )
  })
  await new Promise<void>((done, fail) => server.once('error', fail).listen(socket, done))
  const client = [
    `let answer = ''`,
    `const fail = (text) => { console.error('power: ' + text); process.exitCode = 1 }`,
    `require('node:net').connect(${JSON.stringify(socket)})`,
    `.on('data', (piece) => { answer += piece })`,
    `.on('end', () => { if (answer !== 'ok') fail(answer) })`,
    `.on('error', (error) => fail(error.message))`,
  ]
  await writeFile(`${command}.cjs`, `${client.join('\n')}\n`)
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${command}.cjs'\n`)
  await chmod(command, 0o755)
  return {
    cycle: command,
    async close() {
      await new Promise((done) => server.close(done))
    },
  }
}
