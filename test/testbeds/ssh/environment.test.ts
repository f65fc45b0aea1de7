import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openFiles } from '../../../src/files/tracked.ts'
import { planDocument } from '../../../src/project/build.ts'
import { openDocument } from '../../../src/project/site.ts'
import { openSeal } from '../../../src/results/seal.ts'
import { readEnvironments } from '../../../src/testbeds/environments.ts'
import { hostsOf, settingsOf } from '../../../src/testbeds/ssh/environment.ts'
import { ssh } from '../../../src/testbeds/ssh/testbed.ts'
import { testbeds } from '../../../src/testbeds/testbeds.ts'

const entry = {
  label: 'Raspberry Pi 4',
  testbed: 'ssh',
  host: 'pi4',
  machine: 'hardware',
  root: 'debian-12',
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'repro-environment-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

/** Reads one environment; keys that are undefined are left out. */
function read(changes: Readonly<Record<string, unknown>> = {}) {
  const file = join(folder(), 'environments.yaml')
  writeFileSync(file, JSON.stringify({ pi: { ...entry, ...changes } })) // which is YAML, too
  const found = readEnvironments(file).get('pi')
  if (found === undefined) throw new Error('no environment')
  return found
}

it('keys are parted in those that decide results and those that say how to reach the board', () => {
  const { origin, definition, access } = read({
    lock: { xen: '4.17', model: 'Raspberry Pi 4' },
    power: { cycle: 'uhubctl -a cycle' },
    serial: 'cat /dev/ttyUSB0',
    requirements: { diskMb: 1000 },
    bootSeconds: 60,
  })
  expect(origin).toBe('hardware')
  expect(definition).toEqual({
    machine: 'hardware',
    root: 'debian-12',
    reboot: true,
    'lock model': 'Raspberry Pi 4',
    'lock xen': '4.17',
  })
  expect(access).toEqual({
    host: 'pi4',
    power: { cycle: 'uhubctl -a cycle' },
    serial: 'cat /dev/ttyUSB0',
    requirements: { memoryMb: 128, diskMb: 1000, xenOptions: [] },
    quiet: 30,
    bootSeconds: 60,
  })
})

it('the order of lock items is not in the key', () => {
  const one = read({ lock: { xen: '4.17', model: 'a', kernel: '6.1' } }).definition
  const other = read({ lock: { kernel: '6.1', model: 'a', xen: '4.17' } }).definition
  expect(Object.entries(one)).toEqual(Object.entries(other))
})

it('settings are all that the entry says', () => {
  const settings = settingsOf(read({ lock: { xen: '4.17' }, reboot: false }))
  expect(settings).toMatchObject({
    ...{ machine: 'hardware', root: 'debian-12', reboot: false, hosts: ['pi4'], bootSeconds: 180 },
    ...{ lock: { xen: '4.17' }, requirements: { memoryMb: 128, diskMb: 256, xenOptions: [] } },
  })
})

it('an entry names one host, or several boards', () => {
  const several = read({ host: undefined, boards: ['pi4-1', 'root@10.0.0.2'] })
  expect(settingsOf(several).hosts).toEqual(['pi4-1', 'root@10.0.0.2'])
  expect(ssh.machines?.(several)).toEqual(['pi4-1', 'root@10.0.0.2'])
  expect(ssh.machines?.(read())).toEqual(['pi4'])
})

it('an environment that names no board has none', () => {
  expect(hostsOf(undefined)).toEqual([])
})

it('an emulated machine has no word of hardware', () => {
  expect(read({ machine: 'emulated' }).origin).toBe('emulated')
})

it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
  ['no host', { host: undefined }, /give host, or boards for several[\s\S]*pi\.host/],
  ['a host and boards', { boards: ['a'] }, /give host, or boards for several[\s\S]*pi\.host/],
  ['no boards', { host: undefined, boards: [] }, /pi\.boards/],
  ['an option as its host', { host: '-oProxyCommand=x' }, /the name of a host for ssh[\s\S]*pi\.host/],
  ['an option as a user', { host: '-l@pi' }, /the name of a host for ssh[\s\S]*pi\.host/],
  [
    'an option as a board',
    { host: undefined, boards: ['pi', '-oProxyCommand=x'] },
    /the name of a host for ssh[\s\S]*pi\.boards\[1\]/,
  ],
  ['a board twice', { host: undefined, boards: ['pi', 'pi'] }, /name each board once[\s\S]*pi\.boards/],
  ['a host that is no file name', { host: 'a'.repeat(201) }, /the name of a host for ssh/],
  ['a host with a command', { host: 'pi; reboot' }, /the name of a host for ssh/],
  ['a host that is a path', { host: 'a/../b' }, /the name of a host for ssh/],
  ['an unknown machine', { machine: 'real' }, /pi\.machine/],
  ['an unknown root', { root: 'debian-9' }, /pi\.root/],
  ['an unknown lock item', { lock: { xne: '4.17' } }, /xne[\s\S]*pi\.lock/],
  ['a lock item that is no text', { lock: { xen: 4.17 } }, /pi\.lock\.xen/],
  ['an empty lock item', { lock: { xen: '' } }, /pi\.lock\.xen/],
  ['an unknown key', { hots: 'pi4' }, /hots/],
  ['an unknown requirement', { requirements: { ramMb: 1 } }, /ramMb[\s\S]*pi\.requirements/],
  ['a power command without a name', { power: 'uhubctl' }, /pi\.power/],
  ['an empty command', { power: { cycle: '' } }, /pi\.power\.cycle/],
  ['no time to boot', { bootSeconds: 0 }, /pi\.bootSeconds/],
])('an entry with %s is refused, with its place', (_, changes, message) => {
  expect(() => read(changes)).toThrow(message)
})

const paper = `---
title: A board
---

\`\`\`yaml experiment
id: latency
script: experiments/latency.js
environments: [pi]
trials: 2
patterns: {baseline: {}}
\`\`\`
`

/** The inputs of a cell on the board. */
async function inputsWith(changes: Readonly<Record<string, unknown>>) {
  const project = folder()
  const files = {
    'paper.md': paper,
    'experiments/latency.js': 'export default async () => {}',
    'experiments/environments.yaml': JSON.stringify({ pi: { ...entry, ...changes } }),
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true })
    writeFileSync(join(project, path), text)
  }
  const cache = join(project, 'cache')
  const site = {
    ...{ project, cache, document: 'paper.md', generator: 'test', seal: openSeal(project, cache) },
    // Without the package lock.
    testbeds: new Map([...testbeds, ['ssh', { ...ssh, inputs: async () => new Map() }] as const]),
  }
  const opened = openFiles(project)
  const [step] = await planDocument(site, await openDocument(site, opened), opened)
  return step?.inputs
}

it('how a board is reached is in no key, and what it is decides keys', async () => {
  const inputs = await inputsWith({ lock: { xen: '4.17' } })
  expect(inputs).toMatchObject({
    'environment testbed': 'ssh',
    'environment origin': 'hardware',
    'environment machine': 'hardware',
    'environment lock xen': '4.17',
  })
  const elsewhere = { host: undefined, boards: ['a', 'b'], power: { cycle: 'x' }, quiet: 5, reserve: 'y' }
  expect(await inputsWith({ lock: { xen: '4.17' }, ...elsewhere })).toEqual(inputs)
  expect(await inputsWith({ lock: { xen: '4.20' } })).not.toEqual(inputs)
})
