import { expect, test } from 'vitest'
import { jobIn, queuedIn, stateIn } from '../../../src/engine/slurm/client.ts'

test('the queue lists tasks of arrays, and nothing else', () => {
  const output = `repro-1a|7|0|R|n1|None
repro-1a|7|12|PD||Nodes required for job are DOWN, DRAINED
another job|8|N/A|R|n2|None
slurm_load_jobs error: something
`
  expect(queuedIn(output)).toEqual([
    { name: 'repro-1a', job: '7', index: 0, waits: false, node: 'n1', reason: 'None' },
    {
      ...{ name: 'repro-1a', job: '7', index: 12, waits: true, node: '' },
      reason: 'Nodes required for job are DOWN, DRAINED',
    },
  ])
})

test.each([
  [
    'JobId=9 ArrayJobId=7 ArrayTaskId=2 JobState=FAILED Reason=NonZeroExitCode ExitCode=127:0 NodeList=n1 BatchHost=n1',
    'FAILED, NonZeroExitCode, exit code 127, on n1',
  ],
  ['JobId=9 JobState=CANCELLED Reason=None ExitCode=0:15 NodeList=n[1-2]', 'CANCELLED, signal 15, on n[1-2]'],
  ['JobId=9 JobState=TIMEOUT Reason=TimeLimit ExitCode=0:0 NodeList=(null)', 'TIMEOUT, TimeLimit'],
  ['slurm_load_jobs error: Invalid job id specified', undefined],
])('what Slurm says of a task that has ended: %s', (output, state) => {
  expect(stateIn(output)).toBe(state)
})

test.each([
  ['12345\n', '12345'],
  ['12345;cluster\n', '12345'],
  ['Welcome\n2026\nyour project has 3 hours left\n77;main\n', '77'],
  ['Submitted batch job 12345\n', undefined],
  ['', undefined],
])('the id of a job in what sbatch prints: %j', (output, job) => {
  expect(jobIn(output)).toBe(job)
})
