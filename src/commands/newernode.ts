/** Runs this program on the Node that it brings, where the machine's own is older, as if the two were one process. */

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { complain, exitCodes } from './terminal/terminal.ts'

/** Set for the newer Node: its channel tells it when this process is gone. */
const wrappedVariable = 'REPRO_WRAPPED'

/** Signals that end a build in an orderly way. */
export const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs `program` with the dependency `node`. Signals are handed on; the exit code is that of the newer process. */
export async function runOnNewerNode(program: string, args: readonly string[]): Promise<number> {
  // This file is bundled beside the program.
  const root = new URL('..', import.meta.url)
  const node = fileURLToPath(new URL('node_modules/node/bin/node', root))
  if (!existsSync(node)) {
    complain(
      `repro needs Node 24 (this is ${process.version}): install it, or run \`npm ci\` in ${fileURLToPath(root)}`,
    )
    return exitCodes.usage
  }
  const child = spawn(node, [program, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [wrappedVariable]: '1' },
  })
  for (const name of endSignals) process.on(name, () => child.kill(name))
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (signal === null) return resolve(code ?? exitCodes.failed)
      for (const name of endSignals) process.removeAllListeners(name)
      process.kill(process.pid, signal)
    })
  })
}

/** Calls `gone` when the older Node that started this process has ended without a word; does nothing if there was none. */
export function onWrapperGone(gone: () => void): void {
  if (process.env[wrappedVariable] === undefined) return
  delete process.env[wrappedVariable]
  process.once('disconnect', gone)
  process.channel?.unref()
}
