/** A line that tests can cut: a TCP proxy on the loopback in front of the double's ssh server. */

import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Proxy {
  readonly port: number
  /** Resets all connections, and every new one at once. */
  cut(): void
  /** Accepts, and passes nothing on in either direction. What is sent meanwhile arrives after `mend`. */
  hole(): void
  mend(): void
  /**
   * The machine behind loses its power: peers hear nothing any more. They are reset, as by a machine that knows of
   * no such connection, when it answers again.
   */
  losePower(): void
  /** Connections accepted and bytes passed on in both directions, so far. */
  traffic(): { readonly connections: number; readonly bytes: number }
  close(): Promise<void>
}

type Mode = 'pass' | 'hole' | 'cut'

/** Opens a proxy to port `target()` of the loopback; undefined while the machine behind is off. */
export async function openProxy(target: () => number | undefined): Promise<Proxy> {
  let mode: Mode = 'pass'
  let connections = 0
  let bytes = 0
  /** Peers with the sockets behind them. */
  const open = new Map<Socket, Socket>()
  /** Accepted while nothing passes, not connected yet. */
  const waiting = new Set<Socket>()
  /** Peers whose machine lost its power. */
  const lost = new Set<Socket>()

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (peer) => {
    peer.on('error', () => {})
    if (mode === 'cut') return peer.resetAndDestroy()
    connections += 1
    if (mode === 'pass') return join(peer)
    keep(waiting, peer)
  })

  function keep(set: Set<Socket>, peer: Socket): void {
    set.add(peer)
    peer.once('close', () => set.delete(peer))
  }

  function join(peer: Socket): void {
    const port = target()
    if (port === undefined) return keep(lost, peer)
    const machine = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    open.set(peer, machine)
    machine.once('data', () => {
      for (const one of lost) one.resetAndDestroy()
    })
    pass(peer, machine)
    pass(machine, peer)
    peer.resume()
  }

  function pass(from: Socket, to: Socket): void {
    const isLost = () => lost.has(from) || lost.has(to)
    from.on('data', (piece: Buffer) => {
      if (isLost()) return
      bytes += piece.length
      if (!to.write(piece)) from.pause()
    })
    to.on('drain', () => mode === 'pass' && from.resume())
    from.on('end', () => isLost() || to.end())
    from.on('error', () => isLost() || to.resetAndDestroy())
    from.on('close', () => {
      open.delete(from)
      if (!isLost()) to.destroySoon()
    })
  }

  const peers = () => [...open.keys(), ...waiting, ...lost]
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      mode = 'cut'
      for (const socket of [...peers(), ...open.values()]) socket.resetAndDestroy()
    },
    hole() {
      mode = 'hole'
      for (const socket of [...open].flat()) socket.pause()
    },
    mend() {
      mode = 'pass'
      for (const socket of [...open].flat()) socket.resume()
      for (const peer of [...waiting]) {
        waiting.delete(peer)
        join(peer)
      }
    },
    losePower() {
      for (const [peer, machine] of open) {
        keep(lost, peer)
        machine.destroy()
      }
      open.clear()
    },
    traffic: () => ({ connections, bytes }),
    async close() {
      for (const socket of [...peers(), ...open.values()]) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}
