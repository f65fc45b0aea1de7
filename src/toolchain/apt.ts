/**
 * Debian's package tools, neither of which needs root or an installed Debian: dpkg-deb unpacks packages, and
 * apt, on a private folder, reads package lists. It verifies the archive's signature, and so vouches for
 * packages that the lock file does not pin yet.
 */

import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TestbedError } from '../testbed/board.ts'
import { cacheError } from '../testbed/cache.ts'
import type { Package } from './packages.ts'
import { complaint, run } from './program.ts'

export interface Archive {
  readonly mirror: string
  readonly suite: string
  readonly architecture: string
}

export interface Candidate extends Package {
  /** For each dependency, the names of its alternatives in order. */
  readonly depends: readonly (readonly string[])[]
}

export interface Apt {
  /** Returns the newest version of a package in the suite; undefined if there is none of that name. */
  show(name: string): Promise<Candidate | undefined>
}

// Debian 13 renamed its keyring from .gpg to .pgp.
const keyrings = ['debian-archive-keyring.pgp', 'debian-archive-keyring.gpg'].map((name) =>
  join('/usr/share/keyrings', name),
)

/** Opens apt on one suite of an archive, with its state in `folder`; fetches the signed lists. */
export async function openApt(archive: Archive, folder: string, signal?: AbortSignal): Promise<Apt> {
  const { mirror, suite, architecture } = archive
  const base = join(folder, `${suite}-${architecture}`)
  for (const name of ['sources', 'lists/partial', 'cache/archives/partial'])
    await mkdir(join(base, name), { recursive: true })
  const keyring = keyrings.find((file) => existsSync(file))
  const source = [
    'Types: deb',
    `URIs: ${mirror}`,
    `Suites: ${suite}`,
    'Components: main',
    ...(keyring ? [`Signed-By: ${keyring}`] : []),
  ]
  await writeFile(join(base, 'sources', 'archive.sources'), `${source.join('\n')}\n`)
  await writeFile(join(base, 'status'), '')
  const options = {
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': join(base, 'sources'),
    'Dir::State::Lists': join(base, 'lists'),
    'Dir::State::status': join(base, 'status'),
    'Dir::Cache': join(base, 'cache'),
    // Container images disable apt's binary caches, without which every query parses the lists again.
    'Dir::Cache::pkgcache': 'pkgcache.bin',
    'Dir::Cache::srcpkgcache': 'srcpkgcache.bin',
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Debug::NoLocking': '1',
  }
  const prefix = Object.entries(options).map(([name, value]) => `-o${name}=${value}`)
  const advice = 'Install apt, or use a mirror that still holds the pinned versions (REPRO_DEBIAN_MIRROR).'
  const apt = (command: string, ...args: readonly string[]) =>
    run(command, [...prefix, ...args], { signal, advice })
  const updated = await apt('apt-get', 'update', '-q', '--error-on=any')
  if (updated.exitCode !== 0)
    throw new TestbedError(
      `apt cannot read the package lists of ${suite} at ${mirror}:\n${complaint(updated)}`,
      { advice: 'Check the network and that debian-archive-keyring is installed.' },
    )
  return {
    async show(name) {
      const shown = await apt('apt-cache', '--no-all-versions', 'show', '--', name)
      return shown.exitCode === 0 ? candidateOf(shown.stdout) : undefined
    },
  }
}

/** Parses a stanza of a Packages file (deb822); undefined if it has no file, as for virtual packages. */
export function candidateOf(stanza: string): Candidate | undefined {
  const [first = ''] = stanza.split('\n\n', 1)
  const fields = Object.fromEntries(
    [...first.matchAll(/^([A-Za-z0-9-]+):[ \t]*(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
  const { Package: name, Version: version, Filename: path, SHA256: sha256 } = fields
  if (!name || !version || !path || !sha256) return undefined
  return {
    ...{ name, version, path, sha256 },
    size: Number(fields['Size']),
    installedKiB: Number(fields['Installed-Size'] ?? 0),
    depends: dependenciesOf(`${fields['Pre-Depends'] ?? ''},${fields['Depends'] ?? ''}`),
  }
}

// `a (>= 1) | b:any, c [arm64]` -> [[a, b], [c]]
function dependenciesOf(field: string): string[][] {
  return field
    .split(',')
    .map((group) => [...group.matchAll(/(?:^|\|)\s*([^\s(:[|]+)/g)].map(([, name = '']) => name))
    .filter((group) => group.length > 0)
}

const unpackerAdvice = 'Install the package `dpkg` of your distribution: dpkg-deb unpacks the toolchain.'

/** Throws a TestbedError if dpkg-deb is missing; called before downloading. */
export async function requireUnpacker(): Promise<void> {
  await run('dpkg-deb', ['--version'], { advice: unpackerAdvice, timeoutMs: 30_000 })
}

/** Unpacks a .deb into `folder`. Throws a TestbedError: disk full, or a package that cannot be unpacked. */
export async function unpack(
  deb: string,
  folder: string,
  { name, version }: Package,
  signal: AbortSignal,
): Promise<void> {
  const finished = await run('dpkg-deb', ['-x', deb, folder], { advice: unpackerAdvice, signal })
  if (finished.exitCode === 0) return
  const reason = complaint(finished)
  if (/No space left on device|Disk quota exceeded/.test(reason)) throw cacheError({ code: 'ENOSPC' }, folder)
  throw new TestbedError(`cannot unpack ${name} ${version}: ${reason}`, {
    advice: `Delete ${deb} and try again.`,
  })
}
