/** Downloads packages: resumable, checked by SHA-256, tolerant of broken and stalled connections. */

import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { addAbortSignal, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { digestOf } from '../files/ordinary.ts'
import { TestbedError } from '../testbed/board.ts'
import { cacheError } from '../testbed/cache.ts'
import { networkReason } from './mirror.ts'
import type { Package } from './packages.ts'

export interface Patience {
  /** A connection without data for this long is closed. */
  readonly stallMs: number
  /** Delays before the second, third ... attempt; attempts that made progress do not count. */
  readonly retryMs: readonly number[]
}
const patience: Patience = { stallMs: 30_000, retryMs: [1_000, 2_000, 4_000] }

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined
  /** Called with the bytes downloaded so far, whenever they change (also downwards, when starting over). */
  readonly onBytes?: (have: number) => void
  readonly patience?: Patience | undefined
}

/** The archive no longer has the file. */
export class Gone extends Error {}
/** Retryable: the connection broke, stalled, or the server was busy. */
class Interrupted extends Error {}
/** The partial file cannot be continued. */
class Unusable extends Error {}

/**
 * Downloads `mirror`/`package.path` to `file`, by way of `file`.part, which a later call resumes. Returns
 * when `file` has the pinned size and SHA-256. Throws Gone (404, 410), or a TestbedError: wrong digest (the
 * file is deleted), mirror unreachable or stalled after all retries, disk full. On abort it keeps the part
 * and throws the signal's reason.
 */
export async function download(
  mirror: string,
  pinned: Package,
  file: string,
  { signal, onBytes = () => {}, patience: { stallMs, retryMs } = patience }: DownloadOptions = {},
): Promise<void> {
  const part = `${file}.part`
  const url = `${mirror}/${pinned.path.split('/').map(encodeURIComponent).join('/')}`
  for (let failures = 0, fresh = false; ;) {
    signal?.throwIfAborted()
    const before = await sizeOf(part)
    try {
      await attempt(url, part, pinned.size, stallMs, { signal, onBytes })
      const sha256 = digestOf(part)?.sha256 ?? ''
      if (sha256 === pinned.sha256) return await rename(part, file)
      await rm(part, { force: true })
      // A partial download may have been damaged earlier (power cut): blame the mirror only for a full one.
      if (before === 0 || fresh) throw wrongDigest(pinned, sha256, url)
      fresh = true
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof Unusable) {
        await rm(part, { force: true })
        if (before === 0 || fresh)
          throw new TestbedError(`${url}: ${error.message}`, {
            advice: 'Try another mirror (REPRO_DEBIAN_MIRROR).',
          })
        fresh = true
        continue
      }
      if (!(error instanceof Interrupted)) throw cacheError(error, part)
      failures = (await sizeOf(part)) > before ? 0 : failures + 1
      const wait = retryMs[Math.max(failures - 1, 0)]
      if (wait === undefined || failures > retryMs.length)
        throw new TestbedError(`cannot download ${pinned.name} from ${url}: ${error.message}`, {
          advice: 'Check the network, or try another mirror (REPRO_DEBIAN_MIRROR). What has arrived is kept.',
          cause: error,
        })
      await sleep(wait, undefined, { signal })
    }
  }
}

function wrongDigest({ name, version, sha256 }: Package, found: string, url: string): TestbedError {
  return new TestbedError(
    `wrong SHA-256 of ${name} ${version}: expected ${sha256}, found ${found} (${url}); the file was deleted`,
    { advice: 'The mirror or a proxy changed the file. Try again, or another mirror (REPRO_DEBIAN_MIRROR).' },
  )
}

/** Makes one connection, which resumes `part` up to `size` bytes. */
async function attempt(
  url: string,
  part: string,
  size: number,
  stallMs: number,
  { signal, onBytes }: { signal: AbortSignal | undefined; onBytes: (have: number) => void },
): Promise<void> {
  const handle = await open(part, 'a')
  // A timer that progress restarts; AbortSignal.timeout() cannot be restarted.
  const stall = new AbortController()
  const timer = setTimeout(() => stall.abort(new Interrupted(`no data for ${stallMs / 1000} s`)), stallMs)
  const either = AbortSignal.any(signal ? [stall.signal, signal] : [stall.signal])
  try {
    let have = await sizeOf(part)
    if (have > size) throw new Unusable(`longer than the pinned ${size} bytes`)
    onBytes(have)
    if (have === size) return
    const source = await request(url, have, either)
    if (source.from < have) {
      await handle.truncate(0)
      have = 0
    }
    for await (const chunk of received(source.body, either)) {
      timer.refresh()
      if (have + chunk.byteLength > size) throw new Unusable(`longer than the pinned ${size} bytes`)
      await handle.writeFile(chunk)
      have += chunk.byteLength
      onBytes(have)
    }
    if (have < size) throw new Interrupted(`the connection ended after ${have} of ${size} bytes`)
  } finally {
    clearTimeout(timer)
    stall.abort()
    await handle.close()
  }
}

/** Yields the chunks. Turns network errors into Interrupted, so that they differ from disk errors. */
async function* received(body: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    // Node 20 does not always propagate the abort of a request to its body.
    for await (const chunk of addAbortSignal(signal, body)) yield chunk
  } catch (error) {
    throw interrupted(error, signal)
  }
}

function interrupted(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  return new Interrupted(networkReason(error), { cause: error })
}

interface Source {
  /** Offset in the file of the first byte of `body`. */
  readonly from: number
  readonly body: Readable
}

async function request(url: string, from: number, signal: AbortSignal): Promise<Source> {
  if (url.startsWith('file:')) {
    const path = fileURLToPath(url)
    if ((await sizeOf(path)) === 0) throw new Gone(url)
    return { from, body: createReadStream(path, { start: from }) }
  }
  let response: Response
  try {
    // Without identity a server may compress, and ranges would count compressed bytes.
    const headers = { 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) }
    response = await fetch(url, { headers, signal })
  } catch (error) {
    throw interrupted(error, signal)
  }
  const { status, body } = response
  if (status === 404 || status === 410) throw new Gone(url)
  if (status === 416) throw new Unusable('the server cannot continue the download')
  if (status !== 200 && status !== 206) throw new Interrupted(`HTTP status ${status}`)
  const start =
    status === 206 ? Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]) : 0
  if (start !== 0 && start !== from) throw new Unusable('the server continued at another place than asked')
  return { from: start, body: body === null ? Readable.from([]) : Readable.fromWeb(body) }
}

async function sizeOf(file: string): Promise<number> {
  return await stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}
