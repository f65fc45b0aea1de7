/** Reads orders. A file of its own, as the start of a process loads nothing else. */

import { readFileSync } from 'node:fs'
import type { BootOrder } from './message.ts'

/** Reads an order, trusting the process that wrote it. */
export function readOrder(file: string): BootOrder {
  return JSON.parse(readFileSync(file, 'utf8')) as BootOrder
}
