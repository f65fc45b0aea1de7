/** `repro pack`: one archive of the project, its recorded runs and its report. */

import { relative, resolve } from 'node:path'
import { pack } from '../pack/pack.ts'
import { megabytes } from '../text/amounts.ts'
import { pack as definition } from './definitions.ts'
import { exitCodes } from './exitcodes.ts'
import { openDisplay } from './progress.ts'
import { complain, print, standardError } from './terminal.ts'
import { readArguments, siteOf } from './usage.ts'

export async function packCommand(
  args: readonly string[],
  generator: string,
  signal: AbortSignal,
): Promise<number> {
  const { values, positionals } = readArguments(args, definition)
  const site = siteOf(positionals[0], generator)
  const output = values.output === undefined ? undefined : resolve(values.output)
  const display = openDisplay(standardError, process.env)
  try {
    const archive = await pack(site, { output, allowDirty: values['allow-dirty'], signal }, (event) =>
      display.tell(event),
    )
    display.close()
    for (const note of archive.notes) complain(note)
    print(relative(process.cwd(), archive.file))
    if (values.list) for (const path of archive.paths) print(`  ${path}`)
    print(`sha256 ${archive.sha256}, ${archive.paths.length} files, ${megabytes(archive.bytes)}`)
    return exitCodes.done
  } finally {
    display.close()
  }
}
