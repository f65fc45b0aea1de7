import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openProxy, type Proxy } from './proxy.ts'

let server: Server
let proxy: Proxy
let isOn: boolean
let machines: Socket[]

beforeEach(async () => {
  isOn = true
  machines = []
  server = createServer((socket) => {
    machines.push(socket)
    socket.on('error', () => {}).on('data', (piece) => socket.write(`echo ${piece}`))
    socket.write('hello\n')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  proxy = await openProxy(() => (isOn ? port : undefined))
})

afterEach(async () => {
  await proxy.close()
  for (const socket of machines) socket.destroy()
  server.close()
})

interface Client {
  readonly socket: Socket
  heard: string
  /** 'end', or the code of an error. */
  readonly end: Promise<string>
}

function client(): Client {
  const socket = connect(proxy.port, '127.0.0.1')
  const end = new Promise<string>((done) => {
    socket.on('error', (error: NodeJS.ErrnoException) => done(String(error.code)))
    socket.on('end', () => done('end'))
  })
  const found = { socket, heard: '', end }
  socket.setEncoding('utf8').on('data', (piece: string) => (found.heard += piece))
  return found
}

async function hears(one: Client, text: string): Promise<void> {
  while (!one.heard.endsWith(text)) await sleep(1)
}

it('passes both ways and counts, and tells each side of the end of the other', async () => {
  const one = client()
  await hears(one, 'hello\n')
  one.socket.write('a\n')
  await hears(one, 'echo a\n')
  expect(proxy.traffic()).toEqual({ connections: 1, bytes: 'hello\na\necho a\n'.length })
  machines[0]?.end('bye')
  expect(await one.end).toBe('end')
  expect(one.heard).toMatch(/bye$/)
  const two = client()
  await hears(two, 'hello\n')
  machines[1]?.resetAndDestroy()
  expect(await two.end).toBe('ECONNRESET')
})

it('cut, resets what is open and what comes, until it is mended', async () => {
  const one = client()
  await hears(one, 'hello\n')
  const behind = new Promise((done) => machines[0]?.once('close', done))
  proxy.cut()
  expect(await one.end).toBe('ECONNRESET')
  await behind
  const two = client()
  expect(await two.end).toBe('ECONNRESET')
  expect(two.heard).toBe('')
  expect(proxy.traffic().connections).toBe(1)
  proxy.mend()
  await hears(client(), 'hello\n')
})

it('with a hole, keeps and accepts connections and passes nothing, which arrives later', async () => {
  const one = client()
  await hears(one, 'hello\n')
  proxy.hole()
  const two = client()
  one.socket.write('late\n')
  machines[0]?.write('push\n')
  await sleep(50)
  expect([one.heard, two.heard, machines.length]).toEqual(['hello\n', '', 1])
  proxy.mend()
  await hears(one, 'push\necho late\n')
  await hears(two, 'hello\n')
})

it('without power behind, leaves peers in the dark until the machine answers again', async () => {
  const one = client()
  await hears(one, 'hello\n')
  isOn = false
  proxy.losePower()
  const two = client()
  one.socket.write('anybody?\n')
  let ends = 0
  for (const { end } of [one, two]) void end.then(() => (ends += 1))
  await sleep(50)
  expect([ends, one.heard, two.heard]).toEqual([0, 'hello\n', ''])
  isOn = true
  await hears(client(), 'hello\n')
  expect([await one.end, await two.end]).toEqual(['ECONNRESET', 'ECONNRESET'])
})
