/** Every command of `repro`. To add one: a file with its definition, and a row of the Map. */

import { accept } from './accept.ts'
import { audit } from './audit.ts'
import { build, run } from './build.ts'
import { check } from './check.ts'
import { clean } from './clean.ts'
import type { Command, Group, Registry } from './command.ts'
import { completion } from './completion.ts'
import { diff } from './diff.ts'
import { init } from './init.ts'
import { lsp } from './lsp.ts'
import { adding } from './new.ts'
import { pack } from './pack.ts'
import { serve } from './serve.ts'
import { explain, status } from './status.ts'
import { testbed } from './testbed.ts'
import { trace } from './trace.ts'
import { verify } from './verify.ts'

/** In help's order. */
export const registry: Registry = new Map<string, Command | Group>([
  ['init', init],
  ['new', adding],
  ['build', build],
  ['run', run],
  ['check', check],
  ['serve', serve],
  ['status', status],
  ['explain', explain],
  ['verify', verify],
  ['diff', diff],
  ['accept', accept],
  ['clean', clean],
  ['pack', pack],
  ['audit', audit],
  ['trace', trace],
  ['testbed', testbed],
  ['lsp', lsp],
  ['completion', completion(() => registry)],
])
