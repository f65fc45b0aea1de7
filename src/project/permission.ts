/** What a build may run: what was allowed before, and what its user allows now. */

import { includedFiles } from '../document/include.ts'
import type { Step } from '../engine/plan.ts'
import type { BuildOptions } from './build.ts'
import { type Code, codeOf, placeOf } from './consent.ts'
import type { Opened, Site } from './site.ts'

/** Whether its user said that code may run: here and in future, this time, or not, so that one is asked. */
export type Consenting = 'trust' | 'given' | 'asked'

/** Asks for the consent to run steps, of which this code has none yet. */
export type Ask = (site: Site, steps: readonly Step[], missing: readonly Code[]) => Promise<boolean>

/** Returns the steps that may run, and remembers what was allowed. */
export function permission(
  site: Site,
  { document }: Pick<Opened, 'document'>,
  consenting: Consenting,
  signal: AbortSignal,
  ask: Ask = async () => false,
): BuildOptions['allow'] {
  const { file } = document.original ?? document
  const place = placeOf(site.project, [file.path, ...includedFiles(file)])
  const codes = new Map<Step, readonly Code[]>()
  const codesOf = (step: Step) => {
    const found = codes.get(step) ?? codeOf(step, place)
    codes.set(step, found)
    return found
  }
  const remember = (steps: readonly Step[]) =>
    site.consent?.remember(steps.flatMap(codesOf), consenting === 'trust')
  return async (steps, all) => {
    if (consenting === 'trust') {
      remember(all)
      return steps
    }
    const missing = site.consent?.missing(steps.flatMap(codesOf)) ?? steps.flatMap(codesOf)
    const digests = new Set(missing.map(({ digest }) => digest))
    const isNew = (step: Step) => codesOf(step).some(({ digest }) => digests.has(digest))
    const unknown = steps.filter(isNew)
    const isAllowed = consenting === 'given' || unknown.length === 0 || (await ask(site, unknown, missing))
    signal.throwIfAborted()
    if (!isAllowed) return steps.filter((step) => !isNew(step))
    remember(steps)
    return steps
  }
}
