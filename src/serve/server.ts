/**
 * The page server: on the loopback interface only, for the browser of who started it.
 *
 *   GET  /                  leads to the report
 *   GET  /NAME.html         the report of the document, or of a translation, as a build would write it now
 *   GET  /results/...       files of results/ that a served page links to
 *   GET  /~repro/client.js  (.css) what keeps a page up to date
 *   GET  /~repro/events     server-sent events: what is new, after each change
 *   GET  /~repro/update     what is new now, for tabs that a browser has no more connections for
 *   POST /~repro/run, stop  runs cells; needs the token of this start
 *
 * A page of a stranger's site must be able to read nothing and to do nothing here: names of other hosts (DNS
 * rebinding) and other origins are refused, and what acts needs a cookie that no other site's page makes a
 * browser send (SameSite=Strict).
 */

import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import { programUrl } from '../dist.ts'
import { sha256 } from '../files/fingerprint.ts'
import { FileError, readInside } from '../files/ordinary.ts'
import { everyManifest, reportName, reportsFolder } from '../project/manifest.ts'
import type { Site } from '../project/site.ts'
import { ExplainedError } from '../text/message.ts'
import { ownPath, withClient } from './injection.ts'
import { openRunning, type Running } from './running.ts'
import { openSession, type Session } from './session.ts'

export interface PageServer {
  /** With the token, for whoever may run things. */
  readonly address: string
  readonly port: number
  /** Ends all connections and what runs. */
  close(): Promise<void>
}

export interface ServeOptions {
  /** 0 for any that is free. */
  readonly port: number
  /** Tells the user what is worth a line. */
  readonly note: (text: string) => void
}

const host = '127.0.0.1'

/** Limits: this is a server for one person, and whatever else connects must not stop it. */
const limits = {
  connections: 256,
  followers: 64,
  /** Names of all cells of a large study. */
  bodyBytes: 4 * 2 ** 20,
  headersMs: 10_000,
  requestMs: 20_000,
  heartbeatMs: 20_000,
  /** Of a browser that reads nothing any more. */
  waitingBytes: 64 * 2 ** 20,
}

/** Serves a document. Resolves when its page is there. Throws an ExplainedError if the port is in use. */
export async function serve(site: Site, { port, note }: ServeOptions): Promise<PageServer> {
  const server = createServer({
    ...{ requestTimeout: limits.requestMs, headersTimeout: limits.headersMs },
    // Node looks for late ones every 30 s.
    connectionsCheckingInterval: 1000,
  })
  server.maxConnections = limits.connections
  await listen(server, port)
  const { port: own } = server.address() as AddressInfo
  const token = randomBytes(24).toString('base64url')
  const sessions = new Map<string, Promise<Session>>()
  const followers = new Set<() => void>()
  const running = openRunning(site, () => {
    for (const follow of followers) follow()
    if (running.progress?.state !== 'running') void lookAll()
  })
  const lookAll = async () => {
    for (const session of sessions.values()) await (await session).look()
  }
  const sessionOf = (document: string): Promise<Session> => {
    const session = sessions.get(document) ?? openSession({ ...site, document }, note)
    sessions.set(document, session)
    return session
  }
  const main = await sessionOf(site.document)
  const context: Context = { site, own, token, main, sessionOf, sessions, running, followers }
  server.on('request', (request, response) => {
    answer(request, response, context).catch((error: unknown) => {
      note(`${request.method} ${request.url}: ${error instanceof Error ? error.message : String(error)}`)
      if (response.headersSent) response.destroy()
      else refuse(response, 500, 'the server failed; the terminal says why')
    })
  })
  server.on('clientError', (_, socket) => void socket.destroy())
  return {
    address: `http://${host}:${own}/?token=${token}`,
    port: own,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await running.close()
      for (const session of sessions.values()) await (await session).close()
      await closed
    },
  }
}

interface Context {
  readonly site: Site
  readonly own: number
  readonly token: string
  readonly main: Session
  readonly sessionOf: (document: string) => Promise<Session>
  readonly sessions: ReadonlyMap<string, Promise<Session>>
  readonly running: Running
  readonly followers: Set<() => void>
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? `port ${port} is in use: choose another with --port, or leave --port out for a free one`
          : error.code === 'EACCES'
            ? `no permission to listen on port ${port}: choose one above 1023`
            : undefined
      reject(reason === undefined ? error : new ExplainedError(reason))
    })
    server.listen(port, host, resolve)
  })
}

async function answer(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  for (const [name, value] of Object.entries(safety)) response.setHeader(name, value)
  const { method = '', headers } = request
  const names = [host, 'localhost'].map((name) => `${name}:${context.own}`)
  if (!names.includes(headers.host ?? '')) return refuse(response, 403, `not a name of this server`)
  const isForeign =
    (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) ||
    (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate')
  if (isForeign) return refuse(response, 403, 'requests from pages of other origins are refused')
  const url = addressIn(request.url ?? '')
  if (url === undefined) return refuse(response, 400, 'not an address')
  const { path, query } = url
  if (method === 'POST') return await act(path, request, response, context)
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD, POST')
    return refuse(response, 405, `the method ${method.slice(0, 20)} is not served`)
  }
  if (path === '/') return enter(query.get('token'), response, context)
  if (path.startsWith(ownPath)) return own(path.slice(ownPath.length), query, { request, response }, context)
  const document = documentAt(path, context)
  if (document !== undefined) {
    const session = await context.sessionOf(document)
    const { text, version } = session.page
    return send(response, 200, 'text/html; charset=utf-8', withClient(text, version), method)
  }
  const file = await fileAt(path, context)
  if (file === undefined) return refuse(response, 404, 'nothing is served here')
  if (file.isForeign) response.setHeader('Content-Security-Policy', inert)
  send(response, 200, file.type, file.content, method)
}

/**
 * Of files that a repository may have brought: a script in one would be of this origin, and could run cells.
 */
const inert = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"

const safety: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}

/** Path and query of a request; undefined for what no browser sends. */
function addressIn(target: string): { readonly path: string; readonly query: URLSearchParams } | undefined {
  if (!target.startsWith('/') || target.length > 4096) return undefined
  const [written = '', ...rest] = target.split('?')
  try {
    const path = decodeURIComponent(written)
    if (/[\0\\]/.test(path) || path.split('/').some((part) => part === '..' || part === '.')) return undefined
    return { path, query: new URLSearchParams(rest.join('?')) }
  } catch {
    return undefined
  }
}

/** The first page: with the token of this start, the browser is given the cookie. */
function enter(
  token: string | null,
  response: ServerResponse,
  { token: own, main, own: port }: Context,
): void {
  if (token !== null) {
    if (!isSame(token, own)) return refuse(response, 403, 'the token is of another start: see the terminal')
    response.setHeader('Set-Cookie', `${cookieName(port)}=${own}; HttpOnly; SameSite=Strict; Path=/`)
  }
  response.writeHead(303, { Location: `/${encodeURI(reportName(main.document))}.html` })
  response.end()
}

/**
 * Browsers share cookies between ports: without the port in the name, two servers would overwrite each
 * other's.
 */
function cookieName(port: number): string {
  return `repro-${port}`
}

function isSame(given: string, own: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(own)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function hasToken({ headers }: IncomingMessage, { token, own }: Context): boolean {
  const cookies = (headers.cookie ?? '').split(';').map((one) => one.trim())
  const found = cookies.find((one) => one.startsWith(`${cookieName(own)}=`))
  return found !== undefined && isSame(found.slice(found.indexOf('=') + 1), token)
}

/** The document whose report has this path: the one that is served, or a translation of it. */
function documentAt(path: string, { main, sessions }: Context): string | undefined {
  const documents = [main.document, ...sessions.keys(), ...main.translations]
  return documents.find((document) => path === `/${reportName(document)}.html`)
}

interface Served {
  readonly type: string
  readonly content: Uint8Array
  /**
   * Whether it may be anything: a page that a build wrote has a policy of its own, and browsers show no PDF
   * in a sandbox.
   */
  readonly isForeign: boolean
}

/**
 * A file that a served page links to: of results/ (with the name that it has there), or of a report that was
 * built (`_build/`), as this machine's manifests list it.
 */
async function fileAt(path: string, { site, sessions }: Context): Promise<Served | undefined> {
  const relative = path.slice(1)
  const type = types.get(extname(relative)) ?? 'application/octet-stream'
  const isLinked = async () => {
    for (const session of sessions.values())
      if ((await session).page.text.includes(`href="../${encodeURI(relative)}"`)) return true
    return false
  }
  const isResult = relative.startsWith('results/')
  const place = isResult ? relative : `${reportsFolder}/${relative}`
  // What a build wrote is served as it wrote it: a repository may have brought another file in its place.
  const written = everyManifest(site).flatMap(({ reports }) =>
    Object.values(reports).flatMap(({ files }) => (Object.hasOwn(files, place) ? [files[place]] : [])),
  )
  if (isResult ? !(await isLinked()) : written.length === 0) return undefined
  try {
    const found = readInside(site.project, place)
    if (found === undefined || (!isResult && !written.includes(sha256(found.content)))) return undefined
    const isForeign = !relative.endsWith('.pdf') && (isResult || !relative.endsWith('.html'))
    return { type, content: found.content, isForeign }
  } catch (error) {
    if (error instanceof FileError) return undefined
    throw error
  }
}

const types: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.csv', 'text/csv; charset=utf-8'],
  ['.json', 'application/json'],
  ['.md', 'text/markdown; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.pdf', 'application/pdf'],
])

async function own(
  name: string,
  query: URLSearchParams,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  context: Context,
): Promise<void> {
  if (name === 'client.js' || name === 'client.css') {
    const type = name.endsWith('.js') ? 'text/javascript; charset=utf-8' : 'text/css; charset=utf-8'
    return send(response, 200, type, readFileSync(programUrl(name)), request.method)
  }
  if (name !== 'events' && name !== 'update') return refuse(response, 404, 'nothing is served here')
  const document = documentAt(query.get('page') ?? '', context)
  if (document === undefined) return refuse(response, 404, 'no such page')
  if (name === 'update') {
    const session = await context.sessionOf(document)
    const version = Number(query.get('version'))
    const update = { ...session.updateFrom(version), mayRun: hasToken(request, context) }
    const found = {
      blocks: session.blocksOf(version) ?? [],
      update,
      progress: context.running.progress ?? null,
    }
    return send(response, 200, 'application/json', JSON.stringify(found), request.method)
  }
  if (context.followers.size >= limits.followers)
    return refuse(response, 503, 'too many pages follow this document: close some')
  // A browser that lost the connection says what it had last.
  const version = Number(request.headers['last-event-id'] ?? query.get('version'))
  follow(await context.sessionOf(document), version, { request, response }, context)
}

/** Sends what is new until the browser is gone. */
function follow(
  session: Session,
  version: number,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  context: Context,
): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
  request.socket.setNoDelay(true)
  const mayRun = hasToken(request, context)
  let shown = version
  const write = (event: string, data: unknown, id = '') => {
    if (response.writableLength > limits.waitingBytes) return void response.destroy()
    response.write(`${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  const update = () => {
    const found = session.updateFrom(shown)
    shown = found.version
    write('update', { ...found, mayRun }, `id: ${shown}\n`)
  }
  const progress = () => write('progress', context.running.progress ?? null)
  const ends = [session.onChange(update)]
  context.followers.add(progress)
  const heartbeat = setInterval(() => response.write(': \n\n'), limits.heartbeatMs)
  heartbeat.unref()
  response.on('close', () => {
    clearInterval(heartbeat)
    context.followers.delete(progress)
    for (const end of ends) end()
  })
  write('blocks', session.blocksOf(version) ?? [])
  update()
  progress()
}

/** Runs and stops; answers without a body. */
async function act(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
): Promise<void> {
  const { headers } = request
  // Forms of other sites can send no such type, nor this origin.
  if (headers.origin === undefined || headers['content-type'] !== 'application/json')
    return refuse(response, 403, 'only a served page may ask for this')
  if (!hasToken(request, context))
    return refuse(response, 403, 'open the address that the terminal shows: it has the token for this')
  const body = await bodyOf(request)
  if (body === undefined) return refuse(response, 413, 'too much')
  if (path === `${ownPath}stop`) {
    context.running.stop()
    response.writeHead(204).end()
    return
  }
  if (path !== `${ownPath}run`) return refuse(response, 404, 'nothing is served here')
  const cells = cellsIn(body)
  if (cells === undefined) return refuse(response, 400, 'which cells?')
  const waiting = new Set(context.main.waiting.map(({ name }) => name))
  const unknown = cells.find((name) => !waiting.has(name))
  if (unknown !== undefined) return refuse(response, 409, 'one of these cells has its result')
  if (!context.running.start(cells)) return refuse(response, 409, 'cells are running: stop them first')
  response.writeHead(202).end()
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > limits.bodyBytes) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function cellsIn(body: string): readonly string[] | undefined {
  try {
    const data: unknown = JSON.parse(body)
    const cells = (data as { cells?: unknown } | null)?.cells
    const isList = Array.isArray(cells) && cells.length > 0 && cells.every((one) => typeof one === 'string')
    return isList ? cells : undefined
  } catch {
    return undefined
  }
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  content: string | Uint8Array,
  method: string | undefined,
): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length })
  response.end(method === 'HEAD' ? undefined : bytes)
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' })
  response.end(`${reason}\n`)
}
