import { mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { TestbedError } from '../../src/testbed/board.ts'
import { findMirror, type MirrorEffects, type Probe } from '../../src/toolchain/mirror.ts'
import { temporaryFolder } from './archive.ts'

const release = (base: string) => `${base}/dists/bookworm/InRelease`

function world(
  sites: readonly string[],
  answers: Readonly<Record<string, Probe>>,
): MirrorEffects & { probed: string[] } {
  const probed: string[] = []
  return {
    probed,
    aptSites: async () => sites,
    async probe(url) {
      probed.push(url)
      return answers[url] ?? 'no'
    },
  }
}

it('takes the first archive of apt that holds the suite', async () => {
  const effects = world(['http://a.example/ubuntu/', 'http://b.example/debian/', 'http://c.example/debian'], {
    [release('http://b.example/debian')]: 'yes',
    [release('http://c.example/debian')]: 'yes',
  })
  expect(await findMirror('bookworm', undefined, effects)).toBe('http://b.example/debian')
  expect(effects.probed).toEqual([release('http://a.example/ubuntu'), release('http://b.example/debian')])
})

it('takes the setting and not the apt configuration, the first of several that holds the suite', async () => {
  const effects = world(['http://a.example/debian'], {
    [release('http://a.example/debian')]: 'yes',
    [release('file:///mnt/old')]: 'yes',
  })
  expect(await findMirror('bookworm', ' http://new.example/debian\nfile:///mnt/old/ ', effects)).toBe(
    'file:///mnt/old',
  )
})

it.each([
  ['names none', undefined, [], {}, "no Debian mirror known: this machine's apt configuration names none"],
  [
    'holds other suites',
    undefined,
    ['http://a.example/ubuntu'],
    {},
    "no Debian mirror for bookworm: http://a.example/ubuntu does not hold bookworm (from this machine's apt configuration)",
  ],
  [
    'is unreachable',
    'http://a.example/debian',
    [],
    { [release('http://a.example/debian')]: { unreachable: 'ENOTFOUND' } },
    'no Debian mirror for bookworm: http://a.example/debian is unreachable (ENOTFOUND) (from REPRO_DEBIAN_MIRROR)',
  ],
  [
    'is no URL',
    'a.example/debian',
    [],
    {},
    'REPRO_DEBIAN_MIRROR is not an http:, https: or file: URL: a.example/debian',
  ],
] as const)('names the setting when the source %s', async (_, setting, sites, answers, message) => {
  const error = (await findMirror('bookworm', setting, world(sites, answers)).catch(
    (error) => error,
  )) as TestbedError
  expect(error).toBeInstanceOf(TestbedError)
  expect(error.message).toBe(message)
  expect(error.advice).toContain('REPRO_DEBIAN_MIRROR')
})

it('finds a mirror on the file system', async () => {
  const folder = temporaryFolder()
  try {
    mkdirSync(join(folder, 'dists/bookworm'), { recursive: true })
    writeFileSync(join(folder, 'dists/bookworm/InRelease'), '')
    const url = pathToFileURL(folder).href
    expect(await findMirror('bookworm', url)).toBe(url)
    await expect(findMirror('trixie', url)).rejects.toThrow('does not hold trixie')
  } finally {
    await rm(folder, { recursive: true })
  }
})

it('names the setting on a machine without apt', async () => {
  const { PATH } = process.env
  process.env.PATH = '/nonexistent'
  try {
    const error = (await findMirror('bookworm', undefined).catch((error) => error)) as TestbedError
    expect(error.message).toBe('program not found: apt-get')
    expect(error.advice).toContain('REPRO_DEBIAN_MIRROR')
  } finally {
    process.env.PATH = PATH
  }
})
