import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { GoneError, openMonitor, restore, save } from '../../../src/testbeds/xen-qemu/monitor.ts'

type Answer = (command: string, args: unknown) => object | undefined

/** The fake QEMU's end: greets, and answers each command; closes the connection on undefined. */
function qemu(answer: Answer): {
  readonly socket: Duplex
  readonly commands: string[]
  say(message: object): void
} {
  const commands: string[] = []
  const say = (message: object) => void socket.push(`${JSON.stringify(message)}\r\n`)
  const socket: Duplex = new Duplex({
    read() {},
    write(chunk, _, done) {
      const { execute, arguments: args } = JSON.parse(String(chunk))
      commands.push(execute)
      const answered = execute === 'qmp_capabilities' ? { return: {} } : answer(execute, args)
      if (answered) say(answered)
      else socket.destroy()
      done()
    },
  })
  say({ QMP: { version: {} } })
  return { socket, commands, say }
}

test('a saved machine is loaded, and started once it is there', async () => {
  const states = ['inmigrate', 'inmigrate', 'paused']
  const { socket, commands } = qemu((command, args) => {
    if (command === 'migrate-incoming') expect(args).toEqual({ uri: 'file:/a/state' })
    return { return: command === 'query-status' ? { status: states.shift() } : {} }
  })
  await restore(await openMonitor(socket), '/a/state')
  expect(commands).toEqual([
    'qmp_capabilities',
    'migrate-incoming',
    'query-status',
    'query-status',
    'query-status',
    'cont',
  ])
})

test('a machine that stopped is saved, and ended', async () => {
  const states = ['active', 'completed']
  const { socket, commands, say } = qemu((command) => ({
    return: command === 'query-migrate' ? { status: states.shift() } : {},
  }))
  const monitor = await openMonitor(socket)
  say({ event: 'RESUME' })
  say({ event: 'STOP' })
  await monitor.stopped()
  await save(monitor, '/a/state')
  expect(commands.slice(-4)).toEqual(['migrate', 'query-migrate', 'query-migrate', 'quit'])
})

test('what QEMU refuses, and why a state cannot be saved, is said in its words', async () => {
  const refusing = await openMonitor(qemu(() => ({ error: { desc: 'no such file' } })).socket)
  await expect(refusing.execute('cont')).rejects.toThrow('QEMU refuses: no such file')
  const failing = qemu(() => ({ return: { status: 'failed', 'error-desc': 'disk full' } }))
  await expect(save(await openMonitor(failing.socket), '/a/state')).rejects.toThrow(
    "QEMU cannot save the board's state: disk full",
  )
})

test('when QEMU ends, whoever waits is told', async () => {
  const { socket } = qemu(() => undefined)
  const monitor = await openMonitor(socket)
  const stopped = monitor.stopped()
  await expect(monitor.execute('cont')).rejects.toThrow(GoneError)
  await expect(stopped).rejects.toThrow(GoneError)
  await expect(monitor.execute('cont')).rejects.toThrow(GoneError)
  const dead = new Duplex({ read() {} })
  dead.destroy()
  await expect(openMonitor(dead)).rejects.toThrow(GoneError)
})
