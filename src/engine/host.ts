/** Describes the build machine, for a run's provenance. */

import { readFile, statfs } from 'node:fs/promises'
import { cpus, release, totalmem } from 'node:os'

const gigabyte = 1e9

/** Host item -> value. */
export type HostFacts = Readonly<Record<string, string>>

/** Describes this machine; `folder` selects the file system that holds the runs. */
export async function hostFacts(folder: string): Promise<HostFacts> {
  const processors = cpus()
  const { bsize, blocks } = await statfs(folder)
  return {
    CPU: `${processors.length} x ${processors[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / gigabyte)} GB`,
    storage: `file system of ${Math.round((bsize * blocks) / gigabyte)} GB`,
    OS: `${await systemName()} + Linux ${release()}`,
    runtime: `Node ${process.version}`,
  }
}

/** `Debian GNU/Linux 12 (bookworm)`, from os-release(5). */
async function systemName(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^PRETTY_NAME="?(.*?)"?$/m.exec(text)?.[1] ?? process.platform
}
