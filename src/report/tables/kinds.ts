/** The kinds of tables by the `kind` of their blocks. To add one: a file beside this, and a row here. */

import type { TableKind } from '../table.ts'
import { claims } from './claims.ts'
import { effects } from './effects.ts'
import { environment } from './environment.ts'
import { parameters } from './parameters.ts'
import { phases } from './phases.ts'
import { recordings } from './recordings.ts'
import { summary } from './summary.ts'
import { validity } from './validity.ts'

export const tableKinds: ReadonlyMap<string, TableKind> = new Map([
  ['claims', claims],
  ['effects', effects],
  ['environment', environment],
  ['parameters', parameters],
  ['phases', phases],
  ['recordings', recordings],
  ['summary', summary],
  ['validity', validity],
])
