import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { followSerial } from '../../../src/testbeds/ssh/serial.ts'
import { isAlive } from './pretend.ts'

let folder: string
const noted: string[] = []
const note = (text: string) => void noted.push(text)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repro-serial-'))
  onTestFinished(() => rmSync(folder, { recursive: true, maxRetries: 5 }))
})

/** Follows a console that prints `text`, and then nothing. */
async function follow(text: string) {
  const command = `printf '%s' "$TEXT"; echo $$ >${folder}/pid; exec sleep 1000`
  const serial = followSerial(`TEXT='${text}'; ${command}`, 'pi4', join(folder, 'serial.log'), note)
  onTestFinished(() => serial.stop())
  await vi.waitFor(() => expect(serial.mark()).toBe(text.length), { timeout: 30_000 })
  return serial
}

it.each([
  [
    '[   12.345678] Kernel panic - not syncing: VFS: no root\r\nmore',
    'Kernel panic - not syncing: VFS: no root',
  ],
  ['(XEN) Panic on CPU 3:\r\n(XEN) CPU3: Unexpected Trap', 'Panic on CPU 3'],
])('a panic is known by its line: %j', async (text, panic) => {
  expect((await follow(text)).panic(0)).toBe(panic)
})

it.each([
  'someone echoes: Kernel panic - not syncing',
  '[    1.0] Kernel command line: panic=5',
  '[  7.1] random: crng init done',
])('another line is no panic: %j', async (text) => {
  expect((await follow(text)).panic(0)).toBeUndefined()
})

it('what was said before a mark does not count, but for the ends of jobs', async () => {
  const text = 'Xen version 4.17\n[    1.0] Kernel panic - not syncing: x\nrepro: job abc_1 ended\n'
  const serial = await follow(text)
  expect([serial.hasBooted(0), serial.panic(0) !== undefined]).toEqual([true, true])
  expect([serial.hasBooted(serial.mark()), serial.panic(serial.mark())]).toEqual([false, undefined])
  expect(['abc_1', 'abc_2', 'abc_'].map((job) => serial.hasEnded(job))).toEqual([true, false, false])
})

it('all is logged, with the name of the board in its command; the command ends with it', async () => {
  const serial = followSerial(
    `echo "console of $REPRO_BOARD"; echo $$ >${folder}/pid; exec sleep 1000`,
    'pi4',
    join(folder, 'serial.log'),
    note,
  )
  const log = () => readFileSync(join(folder, 'serial.log'), 'utf8')
  await vi.waitFor(() => expect(log()).toBe('console of pi4\n'), { timeout: 30_000 })
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
  expect(isAlive(pid)).toBe(true)
  serial.stop()
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 30_000 })
})

it('a command that ends is told once, and started again', async () => {
  noted.length = 0
  const file = join(folder, 'serial.log')
  const command = `echo line; echo 'no /dev/ttyUSB9' >&2; exit 3`
  const serial = followSerial(command, 'pi4', file, note, 10)
  await vi.waitFor(() => expect(serial.gaps()).toBeGreaterThan(2), { timeout: 30_000 })
  serial.stop()
  expect(noted).toEqual([
    'the serial command of pi4 ended (exit code 3: no /dev/ttyUSB9): started again every 0.01 s',
  ])
  expect(serial.mark()).toBeGreaterThan(5)
  expect([serial.panic(0), serial.hasStarted('a'), serial.hasEnded('a')]).toEqual([undefined, false, false])
})
