/** `repro check`: all that is wrong with a document; runs nothing. */

import { hasErrors } from '../document/problem.ts'
import { openDocument } from '../project/site.ts'
import { check as definition } from './definitions.ts'
import { documentMessages, exitCodes } from './messages.ts'
import { complain, print } from './terminal.ts'
import { readArguments, siteOf } from './usage.ts'

export async function checkCommand(args: readonly string[], generator: string): Promise<number> {
  const { positionals } = readArguments(args, definition)
  const site = siteOf(positionals[0], generator)
  const { document } = await openDocument(site)
  const { file, blocks } = document
  if (file.messages.length > 0) complain(documentMessages(file))
  if (hasErrors(file)) return exitCodes.usage
  print(`${site.document}: ${blocks.length} blocks, ${document.values.length} values, no errors`)
  return exitCodes.done
}
