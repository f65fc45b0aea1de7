/** What experiment scripts import from `repro`. */

export type { Cell, InlineCell, Result, Script, Trial } from './engine/script/cell.ts'
export { ExperimentError } from './engine/script/cell.ts'
export type { Parameter, Parameters } from './results/parameters.ts'
export type { Column, Dataset, Exclusion, Row } from './results/run.ts'
export { pearson } from './stats/correlation.ts'
export { mean, populationVariance, sampleVariance } from './stats/moments.ts'
export { max, median, min, quantile } from './stats/order.ts'
export type { Board } from './testbed/board.ts'
export type { Job, JobResult, Stage } from './testbed/testbed.ts'
export { TestbedError } from './testbed/testbed.ts'
export { TraceError } from './xentrace/error.ts'
export {
  type Analysis,
  checkSum,
  type Operation,
  operations,
  type Pause,
  type Sanity,
  type Unpause,
} from './xentrace/operations.ts'
export type { PausePhases, UnpausePhases } from './xentrace/phases.ts'
export { operationPictures, type PictureRow, typicalAndWorst } from './xentrace/picture.ts'
export { parseStamps, type Stamps } from './xentrace/stamps.ts'
