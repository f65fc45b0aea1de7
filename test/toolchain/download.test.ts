import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestbedError } from '../../src/testbed/board.ts'
import { download, Gone } from '../../src/toolchain/download.ts'
import {
  type Archive,
  type Behaviour,
  cut,
  pinned,
  serve,
  served,
  stalled,
  temporaryFolder,
  whole,
} from './archive.ts'

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) % 251))
const deb = pinned('libfoo', '1:1.0+b~1', content)
const path = `/${deb.package.path}`
const patience = { stallMs: 60_000, retryMs: [1, 1, 1] }
const hasty = { ...patience, stallMs: 150 }

let folder: string
let file: string
let archive: Archive | undefined

beforeEach(() => {
  folder = temporaryFolder()
  file = join(folder, 'libfoo.deb')
})
afterEach(async () => {
  await archive?.close()
  archive = undefined
  await rm(folder, { recursive: true })
})

async function from(...behaviours: Behaviour[]): Promise<Archive> {
  archive = await serve([deb], { behave: (n) => behaviours[Math.min(n, behaviours.length - 1)] ?? served })
  return archive
}

async function failure(work: Promise<unknown>): Promise<Error> {
  return await work.then(
    () => expect.unreachable('it should have failed'),
    (error: Error) => error,
  )
}

describe('download', () => {
  it('writes the file under its name once the digest is right, and tells how far it is', async () => {
    const { url } = await from(served)
    const seen: number[] = []
    await download(url, deb.package, file, { patience, onBytes: (have) => seen.push(have) })
    expect(readFileSync(file).equals(content)).toBe(true)
    expect(existsSync(`${file}.part`)).toBe(false)
    expect(seen[0]).toBe(0)
    expect(seen.at(-1)).toBe(content.length)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })

  it('continues where a cut connection ended', async () => {
    const { url, asked } = await from(cut, cut, served)
    await download(url, deb.package, file, { patience })
    expect(readFileSync(file).equals(content)).toBe(true)
    // The scheduler decides how much of the half was read when the connection broke.
    const starts = asked.map((line) => Number(/ bytes=(\d+)-$/.exec(line)?.[1] ?? 0))
    expect(starts).toHaveLength(3)
    expect(starts[0]).toBe(0)
    expect(starts[1]).toBeGreaterThan(0)
    expect(starts[2]).toBeGreaterThan(starts[1] ?? 0)
  })

  it('continues what an earlier process left', async () => {
    const { url, asked } = await from(served)
    writeFileSync(`${file}.part`, content.subarray(0, 1000))
    await download(url, deb.package, file, { patience })
    expect(readFileSync(file).equals(content)).toBe(true)
    expect(asked).toEqual([`GET ${path} bytes=1000-`])
  })

  it('asks for nothing when the part is already whole', async () => {
    const { url, asked } = await from(served)
    writeFileSync(`${file}.part`, content)
    await download(url, deb.package, file, { patience })
    expect(asked).toEqual([])
    expect(readFileSync(file).equals(content)).toBe(true)
  })

  it.each([
    ['damaged', Buffer.alloc(1000, 1)],
    ['longer than the package', Buffer.alloc(content.length + 1, 1)],
  ])('starts over when what an earlier process left is %s', async (_, left) => {
    const { url, asked } = await from(served)
    writeFileSync(`${file}.part`, left)
    await download(url, deb.package, file, { patience })
    expect(readFileSync(file).equals(content)).toBe(true)
    expect(asked.at(-1)).toBe(`GET ${path}`)
  })

  it('takes the whole file from a server that knows no ranges', async () => {
    const { url, asked } = await from(cut, whole)
    await download(url, deb.package, file, { patience })
    expect(readFileSync(file).equals(content)).toBe(true)
    expect(asked).toHaveLength(2)
  })

  it('deletes a file with a wrong digest and names package, mirror and both digests', async () => {
    const other = Buffer.from(content)
    other[5] = 255
    archive = await serve([{ content: other, package: deb.package }])
    const error = await failure(download(archive.url, deb.package, file, { patience }))
    expect(error).toBeInstanceOf(TestbedError)
    expect(error.message).toContain('wrong SHA-256 of libfoo 1:1.0+b~1')
    expect(error.message).toContain(deb.package.sha256)
    expect(error.message).toContain(pinned('x', '1', other).package.sha256)
    expect(error.message).toContain(archive.url)
    expect(existsSync(file) || existsSync(`${file}.part`)).toBe(false)
    expect(archive.asked).toHaveLength(1)
  })

  it('refuses a file that is longer than pinned before it fills the disk', async () => {
    archive = await serve([{ content: Buffer.concat([content, content]), package: deb.package }])
    const error = await failure(download(archive.url, deb.package, file, { patience }))
    expect(error.message).toContain(`longer than the pinned ${content.length} bytes`)
    expect(existsSync(`${file}.part`)).toBe(false)
  })

  it('gives a stalled server three more chances, then says so and keeps what has arrived', async () => {
    const { url, asked } = await from(stalled)
    const error = await failure(download(url, deb.package, file, { patience: hasty }))
    expect(error).toBeInstanceOf(TestbedError)
    expect(error.message).toContain('cannot download libfoo')
    expect(error.message).toContain('no data for 0.15 s')
    // The first attempt got half of the file; three retries follow the first one without progress.
    expect(asked).toEqual([`GET ${path}`, ...Array(4).fill(`GET ${path} bytes=150000-`)])
    expect(readFileSync(`${file}.part`).equals(content.subarray(0, 150_000))).toBe(true)
  })

  it('outlives a server that stalls once', async () => {
    const { url } = await from(stalled, served)
    await download(url, deb.package, file, { patience: hasty })
    expect(readFileSync(file).equals(content)).toBe(true)
  })

  it('tries again when the server is busy, and quotes its status when it stays so', async () => {
    const busy: Behaviour = (_content, _from, response) => void response.writeHead(503).end()
    const { url, asked } = await from(busy)
    const error = await failure(download(url, deb.package, file, { patience }))
    expect(error.message).toContain('HTTP status 503')
    expect(asked).toHaveLength(4)
  })

  it('tells a file that is gone from a mirror that is unreachable', async () => {
    const { url } = await from(served)
    const gone = { ...deb.package, path: 'pool/main/l/libfoo_0.9_all.deb' }
    expect(await failure(download(url, gone, file, { patience }))).toBeInstanceOf(Gone)
    await archive?.close()
    const error = await failure(download(url, deb.package, file, { patience }))
    expect(error).toBeInstanceOf(TestbedError)
    expect(error.message).toContain('ECONNREFUSED')
  })

  it('says that the disk is full', async () => {
    const { url } = await from(served)
    // Every write to /dev/full fails with ENOSPC (full(4)).
    symlinkSync('/dev/full', `${file}.part`)
    const error = await failure(download(url, deb.package, file, { patience }))
    expect(error).toBeInstanceOf(TestbedError)
    expect(error.message).toBe(`disk full: cannot write ${file}.part`)
    expect((error as TestbedError).advice).toContain('REPRO_CACHE')
  })

  it('ends at once when aborted, with the reason of the abort, and keeps what has arrived', async () => {
    const { url } = await from(stalled)
    const stop = new AbortController()
    const reason = new Error('interrupted')
    const onBytes = (have: number) => have === 150_000 && stop.abort(reason)
    const patient = { stallMs: 60_000, retryMs: [] }
    expect(
      await failure(download(url, deb.package, file, { patience: patient, signal: stop.signal, onBytes })),
    ).toBe(reason)
    expect(readFileSync(`${file}.part`)).toHaveLength(150_000)
  })

  it('reads a mirror on the file system', async () => {
    const mirror = join(folder, 'mirror')
    const target = join(mirror, deb.package.path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
    writeFileSync(`${file}.part`, content.subarray(0, 999))
    await download(pathToFileURL(mirror).href, deb.package, file, { patience })
    expect(readFileSync(file).equals(content)).toBe(true)
    const gone = { ...deb.package, path: 'pool/main/x' }
    expect(await failure(download(pathToFileURL(mirror).href, gone, file, { patience }))).toBeInstanceOf(Gone)
  })
})
