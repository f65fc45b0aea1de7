/** Checks that the programs of a root find all their shared libraries in it. */

import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { TestbedError } from '../testbed.ts'
import { firstExisting } from './existing.ts'
import { complaint, run } from './program.ts'
import type { RootDeclaration } from './roots.ts'
import { throughLoader } from './toolchain.ts'

const folders: Readonly<Record<string, readonly string[]>> = {
  amd64: ['usr/lib/x86_64-linux-gnu'],
  arm64: ['usr/lib/aarch64-linux-gnu', 'lib/aarch64-linux-gnu'],
}

/**
 * Names of what the declared programs of the root at `root` need and do not find there: libraries (by DT_NEEDED, all the way
 * down) and the programs themselves. Sorted. Reads the ELF files with the readelf of the host root at `host`.
 */
export async function missingLibraries(
  host: string,
  root: string,
  { architecture, programs }: RootDeclaration,
): Promise<readonly string[]> {
  const missing = new Set<string>()
  const seen = new Set<string>()
  let files: string[] = []
  for (const program of programs) {
    const file = await realpath(join(root, program)).catch(() => undefined)
    if (file) files.push(file)
    else missing.add(program)
  }
  while (files.length > 0) {
    const names = (await neededBy(host, files)).filter((name) => !seen.has(name))
    files = []
    for (const name of new Set(names)) {
      seen.add(name)
      const file = await firstExisting(
        (folders[architecture] ?? []).map((folder) => join(root, folder, name)),
      )
      if (file) files.push(file)
      else missing.add(name)
    }
  }
  return [...missing].sort()
}

async function neededBy(host: string, files: readonly string[]): Promise<readonly string[]> {
  const { command, args } = throughLoader(host, 'usr/bin/aarch64-linux-gnu-readelf')
  const finished = await run(command, [...args, '--dynamic', '--wide', ...files])
  if (finished.exitCode !== 0) throw new TestbedError(`readelf failed: ${complaint(finished)}`)
  return [...finished.stdout.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name = '']) => name)
}
