import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestbedError } from '../../src/testbed/board.ts'
import { freeBytes } from '../../src/testbed/cache.ts'
import { type Update } from '../../src/testbed/testbed.ts'
import { type Apt, openApt } from '../../src/toolchain/apt.ts'
import { rootFolder } from '../../src/toolchain/installed.ts'
import { type Package, packagesDigest, readLock } from '../../src/toolchain/packages.ts'
import type { Root } from '../../src/toolchain/roots.ts'
import { type SetupEffects, setup } from '../../src/toolchain/setup.ts'
import type { Toolchain } from '../../src/toolchain/toolchain.ts'
import {
  type Archive,
  cut,
  type Deb,
  debOf,
  pinned,
  serve,
  served,
  stalled,
  temporaryFolder,
} from './archive.ts'
import { all, kernel12, lock, writeFixtureLock, xen12 } from './toolchain-fixture.ts'

let folder: string
let cache: string
let lockFile: string
let archive: Archive
let updates: Update[]

beforeEach(async () => {
  folder = temporaryFolder()
  cache = join(folder, 'cache')
  lockFile = await writeFixtureLock(folder)
  updates = []
})
afterEach(async () => {
  await archive?.close()
  await rm(folder, { recursive: true })
})

const effects: SetupEffects = {
  openApt: async () => expect.unreachable('apt is not needed when the pinned packages are there'),
  freeBytes,
  patience: { stallMs: 60_000, retryMs: [1, 1, 1] },
}

async function run(
  roots: readonly Root[],
  changes: Partial<SetupEffects> = {},
  signal?: AbortSignal,
): Promise<Toolchain> {
  const report = (update: Update) => updates.push(update)
  return await setup(
    roots,
    { lockFile, cache, mirror: archive.url, report, signal },
    { ...effects, ...changes },
  )
}

async function failure(work: Promise<unknown>): Promise<TestbedError> {
  const error = await work.then(
    () => expect.unreachable('it should have failed'),
    (error: Error) => error,
  )
  expect(error).toBeInstanceOf(TestbedError)
  return error as TestbedError
}

/** A fake apt that has only these packages, with `linux-image-arm64` depending on the kernel among them. */
function aptOf(...packages: readonly Package[]): { openApt: SetupEffects['openApt'] } {
  const kernel = packages.find(({ name }) => name.startsWith('linux-image-'))
  const apt: Apt = {
    async show(name) {
      if (name === 'linux-image-arm64' && kernel) return { ...kernel, name, depends: [[kernel.name]] }
      const found = packages.find((one) => one.name === name)
      return found && { ...found, depends: [] }
    },
  }
  return { openApt: async () => apt }
}

describe('setup', () => {
  it('unpacks what was asked for, with the host root, and leaves no downloads', async () => {
    archive = await serve(all)
    const toolchain = await run(['debian-12'])
    expect(readdirSync(toolchain.root('debian-12'))).toEqual(['.complete', 'boot'])
    expect(existsSync(join(toolchain.root('host'), 'usr/bin/qemu-system-aarch64'))).toBe(true)
    expect(readdirSync(join(toolchain.root('host'), 'wrappers'))).toEqual(['as', 'cc1', 'collect2', 'ld'])
    expect(() => toolchain.root('debian-11')).toThrow('not set up')
    expect(archive.asked).toHaveLength(4)
    expect(readdirSync(join(cache, 'downloads'))).toEqual([])
    expect(toolchain.qemuVersion).toBe('10.0.13')
    const root = toolchain.root('debian-12')
    expect(toolchain.board('debian-12')).toEqual({
      folder: root,
      xen: join(root, 'boot/xen-4.17-arm64'),
      kernel: join(root, 'boot/vmlinuz-6.1.0-50-arm64'),
      linuxRelease: '6.1.0-50-arm64',
    })
    const { host, 'debian-12': board } = lock.roots
    expect(toolchain.packagesDigest).toBe(
      packagesDigest({ host: host.packages, 'debian-12': board.packages }),
    )
  })

  it('asks the mirror for nothing when all is there, and adds a root without the others', async () => {
    archive = await serve(all)
    const first = await run(['debian-12'])
    archive.asked.length = 0
    expect((await run(['debian-12'])).packagesDigest).toBe(first.packagesDigest)
    expect(archive.asked).toEqual([])
    await run(['debian-11'])
    expect(archive.asked).toHaveLength(2)
  })

  it('reports bytes and packages up to their totals', async () => {
    archive = await serve(all, { behave: (n) => (n === 1 ? cut : served) })
    await run(['debian-13', 'debian-12', 'debian-11'])
    const last = (task: string) => updates.findLast((update) => update.task === task)
    const bytes = all.reduce((sum, deb) => sum + deb.package.size, 0)
    expect(last('download')).toEqual({ task: 'download', done: bytes, total: bytes, unit: 'bytes' })
    expect(last('unpack')).toEqual({ task: 'unpack', done: all.length, total: all.length, unit: 'packages' })
  })

  it('takes the newest version when the pinned one is gone, says so, and changes the digest', async () => {
    const newer = debOf('xen-hypervisor-4.17-arm64', '4.17.9-1', { 'boot/xen-4.17-arm64': 'newer' })
    archive = await serve([...all.filter((deb) => deb !== xen12), newer])
    const toolchain = await run(['debian-12'], aptOf(newer.package))
    const substitution = {
      root: 'debian-12',
      pinned: 'xen-hypervisor-4.17-arm64 4.17.5-1',
      installed: 'xen-hypervisor-4.17-arm64 4.17.9-1',
    }
    expect(toolchain.substitutions).toEqual([substitution])
    expect(readFileSync(join(toolchain.root('debian-12'), 'boot/xen-4.17-arm64'), 'utf8')).toBe('newer')
    const notes = updates.flatMap(({ note }) => note ?? [])
    expect(notes).toEqual([
      `${substitution.pinned} is gone from ${archive.url}: taking ${substitution.installed}`,
    ])
    const { host, 'debian-12': board } = lock.roots
    expect(toolchain.packagesDigest).not.toBe(
      packagesDigest({ host: host.packages, 'debian-12': board.packages }),
    )
    expect((await run(['debian-12'])).substitutions).toEqual([substitution])
  })

  it('finds the successor of a kernel whose very name is gone through its metapackage', async () => {
    const newer = debOf('linux-image-6.1.0-51-arm64', '6.1.180-1', { 'boot/vmlinuz-6.1.0-51-arm64': 'newer' })
    archive = await serve([...all.filter((deb) => deb !== kernel12), newer])
    const toolchain = await run(['debian-12'], aptOf(newer.package))
    expect(toolchain.board('debian-12').linuxRelease).toBe('6.1.0-51-arm64')
    expect(toolchain.substitutions[0]?.installed).toBe('linux-image-6.1.0-51-arm64 6.1.180-1')
  })

  it('says so when the archive has no successor either', async () => {
    archive = await serve(all.filter((deb) => deb !== xen12))
    const error = await failure(run(['debian-12'], aptOf()))
    expect(error.message).toBe(
      'xen-hypervisor-4.17-arm64 4.17.5-1 is gone from the mirror, and bookworm has no xen-hypervisor-4.17-arm64',
    )
  })

  it('says so when the mirror lists a version that it does not hold', async () => {
    archive = await serve(all.filter((deb) => deb !== xen12))
    const error = await failure(run(['debian-12'], aptOf(xen12.package)))
    expect(error.message).toBe(`${archive.url} lists xen-hypervisor-4.17-arm64 4.17.5-1 but does not hold it`)
  })

  it('stops at a wrong digest, installs nothing of that root, and works once the mirror is right', async () => {
    const forged: Deb = { content: Buffer.alloc(xen12.content.length, 1), package: xen12.package }
    archive = await serve(all.map((deb) => (deb === xen12 ? forged : deb)))
    const error = await failure(run(['debian-12']))
    expect(error.message).toContain('wrong SHA-256 of xen-hypervisor-4.17-arm64 4.17.5-1')
    expect(readdirSync(join(cache, 'testbed')).filter((name) => name.startsWith('debian-12'))).toEqual([])
    await archive.close()
    archive = await serve(all)
    expect((await run(['debian-12'])).substitutions).toEqual([])
  })

  it.each([
    [
      'other bytes of the right size',
      (file: string) => writeFileSync(file, Buffer.alloc(xen12.content.length, 1)),
    ],
    ['a link to somewhere else', (file: string) => symlinkSync('/dev/zero', file)],
    ['a folder', (file: string) => mkdirSync(file)],
    ['a part with other bytes', (file: string) => writeFileSync(`${file}.part`, Buffer.alloc(10, 1))],
  ])('does not trust a package in the cache that is %s', async (_, lay) => {
    archive = await serve(all)
    const { name, sha256 } = xen12.package
    mkdirSync(join(cache, 'downloads'), { recursive: true })
    lay(join(cache, 'downloads', `${name}-${sha256.slice(0, 16)}.deb`))
    const { root } = await run(['debian-12'])
    expect(existsSync(join(root('debian-12'), 'boot/xen-4.17-arm64'))).toBe(true)
    expect(readdirSync(join(cache, 'downloads'))).toEqual([])
  })

  it('names the package whose .deb cannot be unpacked', async () => {
    const broken = pinned('xen-hypervisor-4.17-arm64', '4.17.5-1', Buffer.from('not a package'))
    const packages = [kernel12.package, broken.package]
    lockFile = await writeFixtureLock(folder, {
      ...lock,
      roots: { ...lock.roots, 'debian-12': { ...lock.roots['debian-12'], packages } },
    })
    archive = await serve([...all, broken])
    const error = await failure(run(['debian-12']))
    expect(error.message).toContain('cannot unpack xen-hypervisor-4.17-arm64 4.17.5-1')
  })

  it('continues after an interruption with what had arrived', async () => {
    archive = await serve(all, { behave: () => stalled })
    const stop = new AbortController()
    const reason = new Error('interrupted')
    const half = Math.floor(kernel12.content.length / 2)
    const work = setup(
      ['debian-12'],
      {
        lockFile,
        cache,
        mirror: archive.url,
        signal: stop.signal,
        report: ({ done }) => done > 3 * half && stop.abort(reason),
      },
      { ...effects, patience: { stallMs: 60_000, retryMs: [] } },
    )
    await expect(work).rejects.toBe(reason)
    expect(readdirSync(join(cache, 'testbed'))).toEqual([])
    expect(readdirSync(join(cache, 'downloads')).length).toBeGreaterThan(0)
    await archive.close()
    archive = await serve(all)
    await run(['debian-12'])
    expect(archive.asked.filter((line) => line.includes('bytes=')).length).toBeGreaterThan(0)
    expect(readdirSync(join(cache, 'downloads'))).toEqual([])
  })

  it('sweeps what a killed set-up left, and does not take a folder without its marker for complete', async () => {
    archive = await serve(all)
    const root = rootFolder(cache, 'debian-12', lock.roots['debian-12'])
    mkdirSync(join(`${root}.staging`, 'boot'), { recursive: true })
    mkdirSync(join(root, 'left'), { recursive: true })
    const toolchain = await run(['debian-12'])
    expect(toolchain.root('debian-12')).toBe(root)
    expect(readdirSync(root)).toEqual(['.complete', 'boot'])
    expect(existsSync(`${root}.staging`)).toBe(false)
  })

  it('refuses before downloading when the disk is too full, with the numbers', async () => {
    archive = await serve(all)
    const error = await failure(run(['debian-12'], { freeBytes: async () => 100_000 }))
    expect(error.message).toBe(`disk too full: 1 MB needed in ${cache}, 0 MB free`)
    expect(error.advice).toContain('REPRO_CACHE')
    expect(archive.asked).toEqual([])
  })

  it('says that the disk is full when it fills up while downloading', async () => {
    archive = await serve(all)
    const { name, sha256 } = xen12.package
    mkdirSync(join(cache, 'downloads'), { recursive: true })
    symlinkSync('/dev/full', join(cache, 'downloads', `${name}-${sha256.slice(0, 16)}.deb.part`))
    const error = await failure(run(['debian-12']))
    expect(error.message).toContain('disk full: cannot write')
  })

  it('says which folder cannot be written', async () => {
    archive = await serve(all)
    writeFileSync(join(folder, 'file'), '')
    cache = join(folder, 'file', 'cache')
    const error = await failure(run(['debian-12']))
    expect(error.message).toContain(`cannot write ${cache}`)
  })

  it('names an unreachable mirror, and one that does not hold the suite', async () => {
    archive = await serve(all, { suites: ['trixie'] })
    const missing = await failure(run(['debian-12']))
    expect(missing.message).toContain(`no Debian mirror for bookworm: ${archive.url} does not hold bookworm`)
    expect(missing.advice).toContain('REPRO_DEBIAN_MIRROR')
    await archive.close()
    const unreachable = await failure(run(['debian-12']))
    expect(unreachable.message).toContain(`${archive.url} is unreachable`)
    expect(unreachable.message).toContain('ECONNREFUSED')
  })

  it('names the file and the place of a mistake in the lock', async () => {
    archive = await serve(all)
    writeFileSync(lockFile, readFileSync(lockFile, 'utf8').replace('"size": ', '"size": -'))
    const error = await failure(run(['debian-12']))
    expect(error.message).toContain(`invalid package lock ${lockFile}: roots.debian-11.packages.0.size`)
  })

  it.each([
    ['name', '../../../tmp/x', 'roots.debian-11.packages.0.name: not a name of a package'],
    ['name', 'a/b', 'roots.debian-11.packages.0.name: not a name'],
    ['name', 'a\0b', 'roots.debian-11.packages.0.name: not a name'],
    ['name', '..', 'roots.debian-11.packages.0.name: not a name'],
    ['version', '1/../2', 'roots.debian-11.packages.0.version: not a version'],
    ['path', 'pool/main/../../x.deb', 'roots.debian-11.packages.0.path: not a path of a package'],
    ['path', 'pool/main/x/./y.deb', 'roots.debian-11.packages.0.path: not a path of a package'],
    ['path', 'pool/main/x\0.deb', 'roots.debian-11.packages.0.path: not a path of a package'],
    ['path', '/etc/passwd', 'roots.debian-11.packages.0.path: not a path of a package'],
    ['size', 2 ** 40, 'roots.debian-11.packages.0.size: '],
    ['through', '../x', 'roots.debian-11.packages.0.through: not a name'],
  ])('refuses a lock with the %s %j', async (key, value, reason) => {
    const [one, ...others] = lock.roots['debian-11'].packages
    const packages = [{ ...one, [key]: value }, ...others]
    const changed = {
      ...lock,
      roots: { ...lock.roots, 'debian-11': { ...lock.roots['debian-11'], packages } },
    }
    writeFileSync(lockFile, JSON.stringify(changed))
    await expect(readLock(lockFile)).rejects.toThrow(`invalid package lock ${lockFile}: ${reason}`)
  })

  it.each([
    ['null', 'invalid package lock LOCK: the file: '],
    ['[]', 'invalid package lock LOCK: the file: '],
    ['{"schema":1,"roots":{"../x":{}}}', 'invalid package lock LOCK: roots'],
    ['{', 'cannot read the package lock LOCK: '],
  ])('refuses a lock that is %s', async (text, reason) => {
    writeFileSync(lockFile, text)
    await expect(readLock(lockFile)).rejects.toThrow(reason.replace('LOCK', lockFile))
  })

  it('reads the lock of this project', async () => {
    const { roots } = await readLock(join(import.meta.dirname, '../../experiments/packages.lock.json'))
    expect(Object.keys(roots)).toContain('host')
  })

  it('says that dpkg-deb is missing before it downloads anything', async () => {
    archive = await serve(all)
    await withPrograms([], async () => {
      const error = await failure(run(['debian-12']))
      expect(error.message).toBe('program not found: dpkg-deb')
      expect(error.advice).toContain('dpkg')
    })
    expect(archive.asked).toEqual([])
  })

  it('needs no apt while the mirror holds what is pinned, and says so when it does not', async () => {
    archive = await serve(all.filter((deb) => deb !== xen12))
    await withPrograms(['dpkg-deb', 'tar', 'rm'], async () => {
      expect((await run(['debian-11'])).substitutions).toEqual([])
      const error = await failure(run(['debian-12'], { openApt }))
      expect(error.message).toBe('program not found: apt-get')
      expect(error.advice).toContain('REPRO_DEBIAN_MIRROR')
    })
  })

  it('installs once when two processes set up at the same time', { timeout: 30_000 }, async () => {
    archive = await serve(all, {
      behave: () => (content, from, response, request) =>
        void setTimeout(() => served(content, from, response, request), 200),
    })
    const outputs = await Promise.all([setUpElsewhere(), setUpElsewhere()])
    const digests = outputs.map((output) => output.trim().split('\n').at(-1))
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(digests[1]).toBe(digests[0])
    expect(outputs.filter((output) => output.includes('waiting for another set-up'))).toHaveLength(1)
    expect(archive.asked).toHaveLength(all.length)
    expect(readdirSync(join(cache, 'testbed')).filter((name) => name.startsWith('setup.lock'))).toEqual([])
  })
})

async function setUpElsewhere(): Promise<string> {
  const script = join(import.meta.dirname, 'setup-process.ts')
  const typescript = join(import.meta.dirname, '../typescript.mjs')
  const child = spawn(process.execPath, ['--import', typescript, script, lockFile, cache, archive.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return await text(child.stdout)
}

/** Runs an action with only these programs on the PATH. */
async function withPrograms(names: readonly string[], action: () => Promise<void>): Promise<void> {
  const { PATH = '' } = process.env
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  for (const name of names) {
    const home = PATH.split(':').find((one) => existsSync(join(one, name)))
    if (home) symlinkSync(join(home, name), join(bin, name))
  }
  process.env.PATH = bin
  try {
    await action()
  } finally {
    process.env.PATH = PATH
  }
}
