import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { clockFlags, onOneProcessor, processorsOf } from '../../../src/testbeds/xen-qemu/processors.ts'

it.each([
  ['0', ['0']],
  ['0-3', ['0', '1', '2', '3']],
  ['0-1,8,10-11', ['0', '1', '8', '10', '11']],
  ['', []],
  ['none', []],
])('processors of %j', (list, processors) => {
  expect(processorsOf(list)).toEqual(processors)
})

it('times are told by ticks of the board, of which QEMU counts one in 18 ns at 54 MHz', () => {
  const clock = { instructionNs: 2.65, quantumUs: 1, clockHz: 54_000_000 }
  // 2.65 ns are 0.1431 ticks, and 0.1431 times 18 ns are 2.576 ns.
  expect(clockFlags(clock)).toEqual(
    expect.arrayContaining(['-DINSTRUCTION_PS=2576L', '-DQUANTUM_PS=972000L']),
  )
  expect(clockFlags({ ...clock, clockHz: 62_500_000 })).toContain('-DINSTRUCTION_PS=2650L')
})

it('a program has a processor for itself until it ends, and runs anywhere when all are taken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'repro-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  // Processor 0 exists on every machine. The lock shows who has it.
  const start = () => {
    const shown = 'readlink /proc/$$/fd/9 || echo none; read -r _'
    const { command, args } = onOneProcessor({ command: '/bin/sh', args: ['-c', shown] }, folder, ['0'])
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    return child
  }
  const lock = join(folder, 'processor-0.lock')
  const first = start()
  const [shown] = await once(first.stdout, 'data')
  expect(String(shown)).toBe(`${lock}\n`)

  const second = start()
  second.stdin.end('\n')
  expect(await text(second.stdout)).toBe('none\n')

  first.kill('SIGKILL')
  await once(first, 'close')
  const third = start()
  third.stdin.end('\n')
  expect(await text(third.stdout)).toBe(`${lock}\n`)
})
