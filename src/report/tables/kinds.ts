/** The kinds of tables, by the name that a table block's `kind` gives. To add one: a file beside this, and a line here. */

import type { TableKind } from '../table.ts'
import { claims } from './claims.ts'
import { effects } from './effects.ts'
import { environment } from './environment.ts'
import { parameters } from './parameters.ts'
import { phases } from './phases.ts'
import { summary } from './summary.ts'
import { validity } from './validity.ts'

export const tableKinds: ReadonlyMap<string, TableKind> = new Map([
  ['claims', claims],
  ['effects', effects],
  ['environment', environment],
  ['parameters', parameters],
  ['phases', phases],
  ['summary', summary],
  ['validity', validity],
])
