/** Entry point of a boot's process: reads an order, and loads what runs it. */

import { fileURLToPath } from 'node:url'
import { programUrl } from '../../dist.ts'
import { codeName, keepCode, loadCompiled } from '../../results/compiled.ts'
import { openKept } from '../../results/kept.ts'
import { readOrder } from './readorder.ts'

/** File name of the bundle of boot.ts; bundle.mjs defines it. */
declare const bootFile: string

const order = readOrder(process.argv[2] ?? '')
const file = fileURLToPath(programUrl(bootFile))
const kept = openKept('code', order.cache)
const name = codeName(file, 'boot')
const { exports, isNew, code } = loadCompiled<typeof import('./boot.ts')>(file, kept.read(name))
// Now: nothing that a script could touch may be loaded by the next boot.
if (isNew) keepCode(kept, name, code())
exports.runBoot(order)
