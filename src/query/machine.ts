/**
 * What runs say of the state of the machine that measured them: they shared it with others, and its processors
 * change their speed. Part of the provenance, so it decides no key; boards capture their own state.
 */

import type { Column, Run } from '../results/run.ts'
import { microseconds } from './units.ts'

/** Of the items in the provenance of a run. */
export const machinePrefix = 'machine '

/** Item for the processors that others kept busy on average while a boot ran: the most of all boots. */
export const elsewhereItem = 'busy elsewhere'
export const governorItem = 'governor'

/** The governor under which processors keep their speed, as far as heat lets them. */
const steadyGovernor = 'performance'

/** Processors that others may keep busy: a desktop that nobody uses takes less. */
const mostElsewhere = 0.5

/** Returns the items that a run noted of its machine. */
export function machineOf({ provenance }: Pick<Run, 'provenance'>): ReadonlyMap<string, string | number> {
  return new Map(
    Object.entries(provenance).flatMap(([name, value]) =>
      name.startsWith(machinePrefix) ? [[name.slice(machinePrefix.length), value] as const] : [],
    ),
  )
}

/** What may have changed the times of a run. */
export interface Concerns {
  /** Governors other than the steady one. */
  readonly governor?: string
  /** Processors that others kept busy. */
  readonly elsewhere?: number
}

/**
 * Returns what to warn of. Nothing if the run has no times of its own: it has no measure in a unit of time, its
 * block says that it may run beside others, or it is made from runs of other blocks.
 */
export function concernsOf(
  run: Pick<Run, 'provenance' | 'columns'>,
  { parallel = false, needs }: { readonly parallel?: boolean; readonly needs: readonly string[] },
): Concerns {
  if (parallel || needs.length > 0 || !measuresTimes(run.columns)) return {}
  const machine = machineOf(run)
  const governor = String(machine.get(governorItem) ?? '')
  const elsewhere = Number(machine.get(elsewhereItem) ?? 0)
  const isKnown = governor !== '' && !governor.startsWith(hidden)
  return {
    ...(isKnown && governor !== steadyGovernor ? { governor } : {}),
    ...(elsewhere >= mostElsewhere ? { elsewhere } : {}),
  }
}

/** Whether a measure is in a unit of time. */
export function measuresTimes(columns: readonly Column[]): boolean {
  return columns.some(
    ({ role, unit = '' }) => role === 'measure' && (unit === 'ticks' || microseconds(unit) !== undefined),
  )
}

/** In place of what a container or a virtual machine does not show. */
export const hidden = 'not visible'
