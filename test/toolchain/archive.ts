/** A Debian archive of tiny packages on 127.0.0.1, for provisioning tests. */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Package } from '../../src/toolchain/packages.ts'

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'repro-test-'))
}

/** Builds a package of these files, with its lock entry. */
export function debOf(name: string, version: string, files: Readonly<Record<string, string>>): Deb {
  const work = temporaryFolder()
  try {
    const tree = join(work, 'tree')
    mkdirSync(join(tree, 'DEBIAN'), { recursive: true })
    writeFileSync(
      join(tree, 'DEBIAN/control'),
      `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: test\n`,
    )
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, file)), { recursive: true })
      writeFileSync(join(tree, file), content)
    }
    chmodSync(join(tree, 'DEBIAN'), 0o755)
    const deb = join(work, 'one.deb')
    execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '-b', tree, deb], { stdio: 'pipe' })
    return pinned(name, version, readFileSync(deb))
  } finally {
    rmSync(work, { recursive: true })
  }
}

export interface Deb {
  readonly content: Buffer
  readonly package: Package
}

export function pinned(name: string, version: string, content: Buffer): Deb {
  const sha256 = createHash('sha256').update(content).digest('hex')
  const path = `pool/main/${name[0]}/${name}_${version}_all.deb`
  return { content, package: { name, version, path, size: content.length, sha256, installedKiB: 1 } }
}

export interface Archive {
  readonly url: string
  /** Requests in order: 'GET /pool/main/... bytes=10-'. */
  readonly asked: string[]
  close(): Promise<void>
}

/** Handles one request for a file. */
export type Behaviour = (
  content: Buffer,
  from: number,
  response: ServerResponse,
  request: IncomingMessage,
) => void

export const served: Behaviour = (content, from, response) => {
  const rest = content.subarray(from)
  const headers = {
    'content-length': rest.length,
    'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
  }
  response.writeHead(from > 0 ? 206 : 200, headers).end(rest)
}
/** Sends half of the rest, then breaks the connection. */
export const cut: Behaviour = (content, from, response) => {
  const rest = content.subarray(from)
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': rest.length,
    'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
  })
  // Delayed, and with FIN, not RST: on a broken connection fetch discards unread data.
  response.write(rest.subarray(0, rest.length >> 1), () => {
    setTimeout(() => response.socket?.destroySoon(), 50)
  })
}
/** Sends the first half of the file, then stalls, whatever is requested. */
export const stalled: Behaviour = (content, from, response) => {
  const headers = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }
  response.writeHead(from > 0 ? 206 : 200, headers)
  response.write(content.subarray(from, Math.max(from, content.length >> 1)))
  response.flushHeaders()
}
/** Ignores ranges. */
export const whole: Behaviour = (content, _from, response) => {
  response.writeHead(200, { 'content-length': content.length }).end(content)
}

/** Serves packages in pool/, and dists/SUITE/InRelease. `behave` chooses the behaviour of each request. */
export async function serve(
  debs: readonly Deb[],
  {
    suites = ['trixie', 'bookworm', 'bullseye'],
    behave = () => served,
  }: { suites?: string[]; behave?: (n: number) => Behaviour } = {},
): Promise<Archive> {
  const asked: string[] = []
  const files = new Map(debs.map((deb) => [`/${deb.package.path}`, deb.content]))
  for (const suite of suites) files.set(`/dists/${suite}/InRelease`, Buffer.from('Origin: Debian\n'))
  let requests = 0
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    const content = files.get(path)
    if (request.method === 'HEAD') return void response.writeHead(content ? 200 : 404).end()
    asked.push([request.method, path, request.headers.range].filter(Boolean).join(' '))
    if (!content) return void response.writeHead(404).end('not here')
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    behave(requests++)(content, from, response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
