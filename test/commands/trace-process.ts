/** Does commands of `repro trace` as they are asked for, one after another, as cli.ts does one. A NUL ends the output of each. */

import { tellError } from '../../src/commands/messages.ts'
import { traceCommand } from '../../src/commands/trace.ts'

process.on('message', async (args: readonly string[]) => {
  const exitCode = await traceCommand(args).catch((error: unknown) => {
    const told = tellError(error)
    console.error(told.text)
    return told.exitCode
  })
  process.stdout.write('\0')
  process.stderr.write('\0')
  process.send?.(exitCode)
})
