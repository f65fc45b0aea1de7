/** Boots of a run: their number, trials and file names. */

import { inputOf, type Run } from './run.ts'

/** Returns the number of boots of a run. Only inputs of runs with several boots name it. */
export function bootsOf({ inputs }: Pick<Run, 'inputs'>): number {
  const boots = inputOf(inputs, 'boots')
  return typeof boots === 'number' ? boots : 1
}

/** Returns the trials in the boots before this one (from 1): split in order, as evenly as possible. */
export function trialsBefore(boot: number, trials: number, boots: number): number {
  return Math.floor(((boot - 1) * trials) / boots)
}

export function bootFolder(boot: number): string {
  return `boot-${boot}`
}

/** Returns the name of a boot's raw file in the run. */
export function rawName(file: string, boot: number, boots: number): string {
  return boots > 1 ? `${bootFolder(boot)}/${file}` : file
}
