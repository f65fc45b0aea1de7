/** `repro testbed ...`: the laboratory by itself. */

import { command, type Group } from './command.ts'

const work = async () => await import('./work/testbed.ts')
const exits = { testbed: 'the testbed is at fault: what is wrong, and what to do, is said' }
const common = { options: {} }

const list = command({
  ...common,
  usage: 'testbed list',
  summary: 'the environments, and which are set up',
  action: async () => await (await work()).list(),
})

const setup = command({
  ...common,
  usage: 'testbed setup',
  summary: 'download and unpack the emulated board',
  description: ['`repro build` does so by itself where it is needed.'],
  exits,
  action: async ({ signal }) => await (await work()).setUp(signal),
})

const doctor = command({
  ...common,
  usage: 'testbed doctor',
  summary: 'what is wrong with the emulated board',
  exits,
  action: async () => await (await work()).examine(),
})

const shell = command({
  ...common,
  usage: 'testbed shell [ENVIRONMENT]',
  summary: 'a console in dom0 of an emulated board',
  description: ['ENVIRONMENT is one that `repro testbed list` lists; the last one unless given.'],
  exits,
  examples: [['testbed shell xen-4.14', 'until `exit`, or Ctrl-A X']],
  action: async ({ words: [environment], signal }) => await (await work()).shell(environment, signal),
})

const lock = command({
  ...common,
  usage: 'testbed lock',
  summary: "make the package lock anew from today's archive",
  exits,
  action: async ({ signal }) => await (await work()).lock(signal),
})

export const testbed: Group = {
  summary: 'the emulated board by itself',
  commands: new Map([
    ['list', list],
    ['setup', setup],
    ['doctor', doctor],
    ['shell', shell],
    ['lock', lock],
  ]),
}
