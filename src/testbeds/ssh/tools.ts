/** What is sent to a board beside the job: busybox for what its system lacks, the agent, and load generators. */

import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { sha256 } from '../../files/fingerprint.ts'
import { cpio, type Entry } from '../../toolchain/cpio.ts'
import { executables, type Source } from '../../toolchain/initramfs.ts'
import { agent } from './connection.ts'

export interface Tools {
  readonly busybox: Uint8Array
  /** A cpio archive, to be unpacked beside busybox. */
  readonly archive: Uint8Array
  /** Digest of both. */
  readonly version: string
}

const folder = '/run/repro/tools'
const programs = ['usr/bin/stress', 'usr/bin/iperf3']
/** Parts of glibc fit only to their own loader, so the board's are used. */
const glibc = /^(?:ld-linux-|lib(?:c|m|pthread|dl|rt|resolv|nss_\w+|util)\.so)/

export async function toolsOf(source: Source): Promise<Tools> {
  const busybox = await readFile(join(source.folder, 'bin/busybox'))
  const files = (await executables(source, programs)).map((one) => ({ ...one, path: basename(one.path) }))
  const own = new Set(programs.map((path) => basename(path)))
  // In a folder of their own: the name of the program is that of its process, by which jobs kill it.
  const entries = files
    .filter(({ path }) => !glibc.test(path))
    .map((one): Entry => ({ ...one, path: `${own.has(one.path) ? 'programs' : 'lib'}/${one.path}` }))
  const wrappers = [...own].map((name): Entry => {
    const text = `#!/bin/sh\nLD_LIBRARY_PATH=${folder}/lib exec ${folder}/programs/${name} "$@"\n`
    return { path: `bin/${name}`, mode: 0o755, content: Buffer.from(text) }
  })
  // Debian's xenstored is named after its language.
  const pidof = `#!/bin/sh\nset -- $(echo "$*" | sed 's/\\bxenstored\\b/xenstored oxenstored/')\nexec ${folder}/busybox pidof "$@"\n`
  wrappers.push({ path: 'bin/pidof', mode: 0o755, content: Buffer.from(pidof) })
  const archive = cpio([{ path: 'agent.sh', mode: 0o644, content: await agent() }, ...entries, ...wrappers])
  return { busybox, archive, version: sha256(Buffer.concat([busybox, archive])).slice(0, 16) }
}
