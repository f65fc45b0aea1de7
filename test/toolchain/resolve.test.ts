import { mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { TestbedError } from '../../src/testbed/board.ts'
import { type Apt, candidateOf, openApt } from '../../src/toolchain/apt.ts'
import { resolve } from '../../src/toolchain/resolve.ts'
import type { RootDeclaration } from '../../src/toolchain/roots.ts'
import { temporaryFolder } from './archive.ts'

const stanza = `Package: xen-utils-4.17
Source: xen
Version: 4.17.5+72-g01140da4e8-1
Installed-Size: 4571
Pre-Depends: dpkg (>= 1.17)
Depends: libc6 (>= 2.35), python3:any, sysvinit-utils (>= 3.05-4~) | lsb-base, libfoo [arm64]
Description: tools
 Depends: is not a field here
Filename: pool/main/x/xen/xen-utils-4.17_4.17.5+72-g01140da4e8-1_arm64.deb
Size: 723016
SHA256: 80c291b5d1883ed8ca25efd28701c7c9c1765623a09c0c1d39559d51cae14359

Package: another
Version: 1
`

describe('candidateOf', () => {
  it('reads the first stanza', () => {
    expect(candidateOf(stanza)).toEqual({
      name: 'xen-utils-4.17',
      version: '4.17.5+72-g01140da4e8-1',
      path: 'pool/main/x/xen/xen-utils-4.17_4.17.5+72-g01140da4e8-1_arm64.deb',
      size: 723016,
      sha256: '80c291b5d1883ed8ca25efd28701c7c9c1765623a09c0c1d39559d51cae14359',
      installedKiB: 4571,
      depends: [['dpkg'], ['libc6'], ['python3'], ['sysvinit-utils', 'lsb-base'], ['libfoo']],
    })
  })

  it('knows no candidate where there is no file', () => {
    expect(candidateOf('Package: virtual\n')).toBeUndefined()
    expect(candidateOf('')).toBeUndefined()
  })
})

describe('resolve', () => {
  const depends: Readonly<Record<string, string[][]>> = {
    xl: [['libxl'], ['python3'], ['mail-agent', 'exim']],
    libxl: [['libc'], ['xl']],
    libc: [],
    exim: [],
    'linux-image-arm64': [['linux-base'], ['linux-image-6.1.0-50-arm64']],
    'linux-image-6.1.0-50-arm64': [['kmod']],
    lonely: [['nobody-has-this']],
  }
  const apt: Apt = {
    async show(name) {
      const found = depends[name]
      const pinned = { name, version: '1', path: `pool/main/${name}`, size: 1, sha256: '0', installedKiB: 1 }
      return found && { ...pinned, depends: found }
    },
  }
  const declaration: RootDeclaration = {
    suite: 'bookworm',
    architecture: 'arm64',
    seeds: ['xl'],
    through: ['linux-image-arm64'],
    without: ['python3', 'kmod'],
    programs: [],
  }

  it('follows dependencies, first alternative that exists, not through what is left out', async () => {
    const packages = await resolve(declaration, apt)
    expect(packages.map(({ name }) => name)).toEqual([
      'exim',
      'libc',
      'libxl',
      'linux-image-6.1.0-50-arm64',
      'xl',
    ])
    expect(packages[0]).not.toHaveProperty('depends')
  })

  it('remembers the metapackage that a kernel came through', async () => {
    const packages = await resolve(declaration, apt)
    expect(packages.map(({ through }) => through)).toEqual([
      undefined,
      undefined,
      undefined,
      'linux-image-arm64',
      undefined,
    ])
  })

  it.each([
    [{ seeds: ['xk'] }, 'no package xk in bookworm (needed by seeds)'],
    [{ seeds: ['lonely'] }, 'no package provides nobody-has-this in bookworm'],
    [
      { through: ['linux-image-sparc'] },
      'the archive has no metapackage linux-image-sparc that leads to a linux-image-*',
    ],
  ])('says what is missing with %j', async (changes, message) => {
    const error = (await resolve({ ...declaration, ...changes }, apt).catch((error) => error)) as Error
    expect(error).toBeInstanceOf(TestbedError)
    expect(error.message).toBe(message)
  })
})

describe('openApt', () => {
  it('refuses an archive that is not signed', async () => {
    const folder = temporaryFolder()
    try {
      mkdirSync(join(folder, 'mirror/dists/bookworm'), { recursive: true })
      writeFileSync(join(folder, 'mirror/dists/bookworm/Release'), 'Origin: Debian\nSuite: bookworm\n')
      const archive = {
        mirror: pathToFileURL(join(folder, 'mirror')).href,
        suite: 'bookworm',
        architecture: 'arm64',
      }
      const error = (await openApt(archive, join(folder, 'apt')).catch((error) => error)) as TestbedError
      expect(error).toBeInstanceOf(TestbedError)
      expect(error.message).toContain('apt cannot read the package lists of bookworm')
      expect(error.message).toContain('not signed')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
