import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runMachine } from '../../../src/testbeds/xen-qemu/machine.ts'
import { restore, save } from '../../../src/testbeds/xen-qemu/monitor.ts'

/**
 * A fake QEMU: speaks QMP on descriptor 3, replies to each command from `answers`, and runs until told to
 * quit.
 */
const qemu = (answers: Readonly<Record<string, object>>) => `
const { Socket } = require('node:net')
const answers = ${JSON.stringify(answers)}
const monitor = new Socket({ fd: 3 })
const say = (message) => monitor.write(JSON.stringify(message) + '\\n')
say({ QMP: {} })
let rest = ''
monitor.on('data', (piece) => {
  const lines = (rest + piece).split('\\n')
  rest = lines.pop()
  for (const line of lines) {
    const { execute } = JSON.parse(line)
    say(answers[execute] ?? { return: {} })
    if (execute === 'quit') process.exit()
  }
})
process.stdout.write('the board speaks')
setInterval(() => {}, 1000)
`

const run = async (answers: Readonly<Record<string, object>>, control: typeof save) => {
  const folder = await mkdtemp(join(tmpdir(), 'repro-machine-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const ended = await runMachine({
    command: process.execPath,
    args: ['-e', qemu(answers)],
    folder,
    control: (monitor) => control(monitor, join(folder, 'state')),
    deadline: { ms: 60_000, at: performance.now() + 60_000 },
  })
  return { ...ended, console: await readFile(join(folder, 'console.log'), 'utf8') }
}

test('a machine that is saved and told to quit ends as it should', async () => {
  const { how, console } = await run({ 'query-migrate': { return: { status: 'completed' } } }, save)
  expect(how).toBe('off')
  expect(console).toBe('the board speaks')
})

test('a machine that cannot be saved is ended at once, with the reason', async () => {
  const failed = { return: { status: 'failed', 'error-desc': 'No space left on device' } }
  const { how } = await run({ 'query-migrate': failed }, save)
  expect(how).toBe("QEMU cannot save the board's state: No space left on device")
})

test('a machine that refuses its state is ended at once, with the reason', async () => {
  const { how } = await run({ 'migrate-incoming': { error: { desc: 'no such file' } } }, restore)
  expect(how).toBe('QEMU refuses: no such file')
})
