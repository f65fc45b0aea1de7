/** Brings what a task wrote to where the build expects it. */

import { lstatSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { makeFolder, move, remove } from '../../files/change.ts'
import { readInside } from '../../files/ordinary.ts'
import type { Submission } from '../executor.ts'
import { mostEnd } from '../script/message.ts'
import { readOrder } from '../script/readorder.ts'
import { attemptFolder, endName, journalName, shareFolder, workName } from './exchange.ts'

/** Puts an ended boot's files in their places. What the attempt wrote stays until the boot is released. */
export async function collectAttempt(
  project: string,
  { key, order: file }: Pick<Submission, 'key' | 'order'>,
  attempt: string,
): Promise<void> {
  const order = readOrder(file)
  const own = attemptFolder(key, attempt)
  const folder = relative(project, order.folder)
  await remove(project, folder)
  await shareFolder(project, `${own}/${workName}`, folder)
  const end = endText(project, key, attempt)
  if (end !== undefined) {
    const [there, here] = [join(project, own, workName), order.folder].map(asJson)
    const place = makeFolder(project, dirname(order.end))
    await writeFile(
      join(place, basename(order.end)),
      end.replaceAll(there ?? '', () => here ?? ''),
    )
  }
  if (isWritten(project, `${own}/${journalName}`)) await move(project, `${own}/${journalName}`, order.journal)
}

/** Returns the end file of an attempt as it is. */
export function endText(project: string, key: string, attempt: string): string | undefined {
  const found = readInside(project, `${attemptFolder(key, attempt)}/${endName}`, mostEnd)
  return found && new TextDecoder().decode(found.content)
}

/** A text as it stands inside of a JSON string. */
function asJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function isWritten(project: string, path: string): boolean {
  const found = lstatSync(join(project, path), { throwIfNoEntry: false })
  return found?.isFile() === true && found.size > 0
}
