/** `repro pack`: one archive of the project, its recorded runs and its report. */

import { relative, resolve } from 'node:path'
import { megabytes } from '../pack/effort.ts'
import { pack } from '../pack/pack.ts'
import { exitCodes } from './messages.ts'
import { openDisplay } from './progress.ts'
import { readArguments, siteOf } from './usage.ts'

const options = {
  output: { type: 'string', short: 'o' },
  'allow-dirty': { type: 'boolean', default: false },
} as const

export async function packCommand(
  args: readonly string[],
  generator: string,
  signal: AbortSignal,
): Promise<number> {
  const { values, positionals } = readArguments(args, options, 1)
  const site = siteOf(positionals[0], generator)
  const output = values.output === undefined ? undefined : resolve(values.output)
  const display = openDisplay(process.stderr, process.env)
  try {
    const archive = await pack(site, { output, allowDirty: values['allow-dirty'], signal }, (event) =>
      display.tell(event),
    )
    display.close()
    for (const note of archive.notes) console.error(note)
    console.log(relative(process.cwd(), archive.file))
    console.log(`sha256 ${archive.sha256}, ${archive.files} files, ${megabytes(archive.bytes)}`)
    return exitCodes.done
  } finally {
    display.close()
  }
}
