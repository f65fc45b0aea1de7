import { expect, it } from 'vitest'
import { jobFile } from '../../../src/testbeds/ssh/jobfile.ts'

it.each([
  ['/job/kernel', 'kernel'],
  ['/job/domus/a.cfg', 'domus/a.cfg'],
  ['/usr/bin/trial', 'bin/trial'],
  ['/job/...', '...'],
])('%s goes to the job: %s', (path, place) => {
  expect(jobFile(path)).toBe(place)
})

it.each([
  '/etc/passwd',
  '/job',
  '/job/',
  '/job/../etc/passwd',
  '/job/a/../../b',
  '/job/./a',
  '/job//a',
  '/job/a/',
  '/usr/bin/',
  '/usr/bin/a/b',
  '/usr/bin/..',
  '/usr/sbin/xl',
  'job/a',
  'a',
  '',
])('"%s" is not for a job', (path) => {
  expect(() => jobFile(path)).toThrow(
    expect.objectContaining({
      name: 'JobError',
      message: expect.stringContaining(`a job puts no file at ${path} on a board`),
    }),
  )
})
