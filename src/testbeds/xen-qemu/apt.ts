/**
 * Runs apt on a private folder: own package lists, nothing installed, no root. It verifies the archive's
 * signature, and so vouches for packages that the lock file does not pin yet.
 */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TestbedError } from '../../testbed/board.ts'
import { firstExisting } from './existing.ts'
import type { Package } from './packages.ts'
import { complaint, run } from './program.ts'

export interface Archive {
  readonly mirror: string
  readonly suite: string
  readonly architecture: string
}

/** A package as the archive's lists describe it. */
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
  const keyring = await firstExisting(keyrings)
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
  const updated = await run('apt-get', [...prefix, 'update', '-q', '--error-on=any'], { signal, advice })
  if (updated.exitCode !== 0)
    throw new TestbedError(
      `apt cannot read the package lists of ${suite} at ${mirror}:\n${complaint(updated)}`,
      {
        advice: 'Check the network and that debian-archive-keyring is installed.',
      },
    )
  return {
    async show(name) {
      const shown = await run('apt-cache', [...prefix, '--no-all-versions', 'show', '--', name], {
        signal,
        advice,
      })
      return shown.exitCode === 0 ? candidateOf(shown.stdout) : undefined
    },
  }
}

/**
 * Parses one stanza of a Packages file (deb822); undefined if it describes no file, as for virtual packages.
 */
export function candidateOf(stanza: string): Candidate | undefined {
  const fields = new Map<string, string>()
  for (const line of stanza.split('\n\n', 1)[0]?.split('\n') ?? []) {
    const [, name, value] = /^([A-Za-z0-9-]+):\s*(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) fields.set(name, value)
  }
  const [name, version, path, sha256] = ['Package', 'Version', 'Filename', 'SHA256'].map((field) =>
    fields.get(field),
  )
  if (!name || !version || !path || !sha256) return undefined
  return {
    name,
    version,
    path,
    size: Number(fields.get('Size')),
    sha256,
    installedKiB: Number(fields.get('Installed-Size') ?? 0),
    depends: ['Pre-Depends', 'Depends'].flatMap((field) => dependenciesOf(fields.get(field) ?? '')),
  }
}

// `a (>= 1) | b:any, c [arm64]` -> [[a, b], [c]]
function dependenciesOf(field: string): string[][] {
  const groups = field
    .split(',')
    .map((group) => group.split('|').flatMap((alternative) => alternative.trim().split(/[\s(:[]/, 1)))
  return groups.map((group) => group.filter((name) => name !== '')).filter((group) => group.length > 0)
}
