/** The order in which the files of tests start. */

import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes a minute or more, the longest first: begun last, one of them would run while all other workers are idle. */
const longest = [
  'slow/pack.test.ts',
  'slow/ssh.test.ts',
  'slow/reading.test.ts',
  'slow/hostile.test.ts',
  'slow/slurm.test.ts',
  'slow/printing.test.ts',
  'slow/processors.test.ts',
  'slow/stages.test.ts',
  'slow/switchover.test.ts',
  'slow/engine.test.ts',
  'slow/languages.test.ts',
  'slow/figures.test.ts',
  'slow/security.test.ts',
  'slow/scripts.test.ts',
  'slow/accessible.test.ts',
  'slow/boots.test.ts',
  'slow/failure.test.ts',
  'slow/kill.test.ts',
  'slow/rerun.test.ts',
  'project/consent.process.test.ts',
  'report/print/formats.process.test.ts',
  'begin/begin.process.test.ts',
  'testbeds/ssh/run.process.test.ts',
  'docs/commands.process.test.ts',
  'commands.process.test.ts',
  'commands/weaker.process.test.ts',
  'claims/vacuous.test.ts',
  'project/live.process.test.ts',
  'commands/verify.process.test.ts',
  'pack/pack.process.test.ts',
  'commands/verdicts.process.test.ts',
  'examples/examples.process.test.ts',
]

/** Their place in the list; all others come after them, as vitest orders them. */
function place({ moduleId }: TestSpecification): number {
  const found = longest.findIndex((name) => moduleId.endsWith(`/test/${name}`))
  return found === -1 ? longest.length : found
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}
