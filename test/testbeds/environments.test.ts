import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readEnvironments } from '../../src/testbeds/environments.ts'

const board = `board:
  label: a board
  testbed: xen-qemu
  root: debian-12
  machine: raspi4b
  cpus: 4
  memoryMb: 2048
  dom0MemoryMb: 512
  clockHz: 54000000
  instructionNs: 2.6
  quantumUs: 1
`

async function read(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'repro-environment-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'environments.yaml'), text)
  return await readEnvironments(join(folder, 'environments.yaml'))
}

test('an environment carries its name and what the file says of it', async () => {
  expect((await read(board)).get('board')).toMatchObject({
    name: 'board',
    testbed: 'xen-qemu',
    origin: 'emulated',
    definition: { machine: 'raspi4b', memoryMb: 2048 },
  })
})

test('the resource by which a cluster finds a machine is no part of its definition', async () => {
  const { gres, definition } = (await read(`${board}  gres: pi4xen:1\n`)).get('board') ?? {}
  expect(gres).toBe('pi4xen:1')
  expect(definition).toEqual((await read(board)).get('board')?.definition)
})

test.each([
  ['cpus: 4', 'cpus: 4\n  gres: two words', /board\.gres/],
  ['cpus: 4', 'cpus: 2', /the board raspi4b has 4, not 2[\s\S]*board\.cpus/],
  ['memoryMb: 2048', 'memoryMb: 4096', /the board raspi4b has 2048, not 4096[\s\S]*board\.memoryMb/],
  ['machine: raspi4b', 'machine: raspi5', /environments\.yaml: [\s\S]*board\.machine/],
  ['root: debian-12', 'root: debian-9', /board\.root/],
  ['instructionNs: 2.6', 'instructionNs: 0', /board\.instructionNs/],
  ['quantumUs: 1', 'quantumUs: 1\n  countdownNs: 64', /countdownNs/],
  [
    'testbed: xen-qemu',
    'testbed: xen-quemu',
    /unknown testbed: xen-quemu \(did you mean xen-qemu\?\)[\s\S]*board\.testbed/,
  ],
])('%s made %s is an error that names its place', async (right, wrong, message) => {
  await expect(read(board.replace(`  ${right}`, `  ${wrong}`))).rejects.toThrow(message)
})

test.each([
  ['local', /every project has this environment[\s\S]*local/],
  ['data', /this name stands for data that nobody reruns[\s\S]*data/],
])('an environment cannot be called %s', async (name, message) => {
  await expect(read(board.replace('board:', `${name}:`))).rejects.toThrow(message)
})

test("the project's own environments are right", async () => {
  const own = await readEnvironments(resolve(import.meta.dirname, '../../experiments/environments.yaml'))
  expect([...own.keys()]).toContain('xen-4.17-pi')
})
