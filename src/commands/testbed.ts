/** `repro testbed ...`: manages testbeds. */

import { command, type Group } from './command.ts'

const work = async () => await import('./work/testbed.ts')
const exits = { testbed: 'the testbed is at fault: what is wrong, and what to do, is said' }

const list = command({
  usage: 'testbed list',
  summary: 'the environments, and which are set up',
  action: async () => await (await work()).list(),
})

const setup = command({
  usage: 'testbed setup',
  summary: 'prepare what the environments need',
  description: ['`repro build` does so by itself where it is needed.'],
  exits,
  action: async ({ signal }) => await (await work()).setUp(signal),
})

const doctor = command({
  usage: 'testbed doctor [TESTBED]',
  summary: 'what is wrong with the testbeds on this machine',
  description: ["TESTBED is a name in environments.yaml; those of the project's environments unless given."],
  exits,
  action: async ({ words: [name] }) => await (await work()).examine(name),
})

const shell = command({
  usage: 'testbed shell [ENVIRONMENT]',
  summary: 'a console of a machine, such as dom0 of an emulated board',
  description: ['ENVIRONMENT is one that `repro testbed list` lists; the last with a console unless given.'],
  exits,
  examples: [['testbed shell xen-4.14', 'until `exit`, or Ctrl-A X']],
  action: async ({ words: [environment], signal }) => await (await work()).shell(environment, signal),
})

const lock = command({
  usage: 'testbed lock',
  summary: "make the package lock anew from today's archive",
  exits,
  action: async ({ signal }) => await (await work()).lock(signal),
})

export const testbed: Group = {
  summary: 'testbeds by themselves',
  commands: new Map([
    ['list', list],
    ['setup', setup],
    ['doctor', doctor],
    ['shell', shell],
    ['lock', lock],
  ]),
}
