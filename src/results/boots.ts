/** Boots of a run: how many there are, which trials are whose, and what their files are called. */

import { inputOf, type Run } from './run.ts'

/** Over how many boots a run's trials are divided. Inputs name boots only where there are several. */
export function bootsOf({ inputs }: Pick<Run, 'inputs'>): number {
  const boots = inputOf(inputs, 'boots')
  return typeof boots === 'number' ? boots : 1
}

/** How many of a cell's trials are of boots before this one (from 1): they are divided in order, and as evenly as possible. */
export function trialsBefore(boot: number, trials: number, boots: number): number {
  return Math.floor(((boot - 1) * trials) / boots)
}

/** The folder of a boot's files. */
export function bootFolder(boot: number): string {
  return `boot-${boot}`
}

/** Under which name a run has a raw file of a boot. */
export function rawName(file: string, boot: number, boots: number): string {
  return boots > 1 ? `${bootFolder(boot)}/${file}` : file
}
