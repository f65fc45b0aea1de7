/** `repro testbed ...`: manages testbeds. */

import { command, type Group } from './command.ts'

const work = async () => await import('./work/testbed.ts')
const exits = { testbed: 'the testbed is at fault; the message says what to do' }

const list = command({
  usage: 'testbed list',
  summary: 'list the environments, and which are set up',
  examples: [['testbed list', 'each environment, its testbed and its label']],
  action: async () => await (await work()).list(),
})

const setup = command({
  usage: 'testbed setup',
  summary: 'prepare what the environments need',
  description: ['`repro build` does this automatically.'],
  exits,
  examples: [['testbed setup', 'the downloads now, so that a later build needs no network']],
  action: async ({ signal }) => await (await work()).setUp(signal),
})

const doctor = command({
  usage: 'testbed doctor [NAME]',
  summary: 'check this machine, and the boards of environments',
  description: [
    'NAME is an environment or a testbed of experiments/environments.yaml; all environments unless given.',
  ],
  exits,
  examples: [
    ['testbed doctor', 'everything that the project needs'],
    ['testbed doctor pi4', 'one board'],
  ],
  action: async ({ words: [name] }) => await (await work()).examine(name),
})

const shell = command({
  usage: 'testbed shell [ENVIRONMENT]',
  summary: 'open a console on a machine, such as dom0 of an emulated board',
  description: ['ENVIRONMENT is a name from `repro testbed list`; by default the last one with a console.'],
  exits,
  examples: [['testbed shell xen-4.14', 'until `exit`, or Ctrl-A X']],
  action: async ({ words: [environment], signal }) => await (await work()).shell(environment, signal),
})

const lock = command({
  usage: 'testbed lock',
  summary: 'regenerate the package lock from the current archive',
  exits,
  examples: [
    ['testbed lock', 'experiments/packages.lock.json anew; emulated cells become stale where it differs'],
  ],
  action: async ({ signal }) => await (await work()).lock(signal),
})

export const testbed: Group = {
  summary: 'manage the testbeds',
  commands: new Map([
    ['list', list],
    ['setup', setup],
    ['doctor', doctor],
    ['shell', shell],
    ['lock', lock],
  ]),
}
