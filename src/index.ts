/** What experiment scripts import from `repro`. */

export type { Parameter, Parameters } from './document/block.ts'
export type { Cell, InlineCell, Result, Script, Trial } from './experiment/cell.ts'
export { ExperimentError } from './experiment/cell.ts'
export type { Column, Dataset, Exclusion, Row } from './results/run.ts'
export { pearson } from './stats/correlation.ts'
export { mean, populationVariance, sampleVariance } from './stats/moments.ts'
export { max, median, min, quantile } from './stats/order.ts'
export type { Board } from './testbed/board.ts'
export type { Job, JobResult, Stage } from './testbed/testbed.ts'
export { TestbedError } from './testbed/testbed.ts'
export { TraceError } from './trace/error.ts'
export {
  type Analysis,
  checkSum,
  type Operation,
  operations,
  type Pause,
  type Sanity,
  type Unpause,
} from './trace/operations.ts'
export type { PausePhases, UnpausePhases } from './trace/phases.ts'
export { operationPictures, type PictureRow, typicalAndWorst } from './trace/picture.ts'
export { parseStamps, type Stamps } from './trace/stamps.ts'
