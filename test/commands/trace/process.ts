/** Does commands of `repro trace` as they are asked for, one after another, as cli.ts does one. A NUL ends the output of each. */

import { dispatch } from '../../../src/commands/dispatch.ts'
import { errorReport } from '../../../src/commands/terminal/messages.ts'

const context = { generator: 'repro', signal: new AbortController().signal }

process.on('message', async (args: readonly string[]) => {
  const exitCode = await dispatch(['trace', ...args], context).catch((error: unknown) => {
    const told = errorReport(error)
    console.error(told.text)
    return told.exitCode
  })
  process.stdout.write('\0')
  process.stderr.write('\0')
  process.send?.(exitCode)
})
