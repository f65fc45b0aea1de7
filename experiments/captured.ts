/** What a job says of its board, and of its own failure. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from './domains.ts'

/** What the board said of itself before the trials, under the names that the study's own tables use. */
export function captured(
  text: string,
  settings: Settings,
  facts: Readonly<Record<string, string>>,
): Record<string, string> {
  const sections = new Map(
    text.split(/^\[(?=[a-z])/m).map((part) => {
      const [name = '', ...lines] = part.split('\n')
      return [name.replace(']', ''), lines.filter((line) => line !== '')] as const
    }),
  )
  const lines = (name: string) => sections.get(name) ?? []
  const info = new Map(lines('xl info').map((line) => line.split(/\s*:\s*/, 2) as [string, string]))
  const guest = (name: string) =>
    lines('guest')
      .find((line) => line.startsWith(`repro-guest ${name} `))
      ?.split(' ')
      .slice(2)
      .join(' ')
  const [kernel = 'unknown', system = 'unknown'] = lines('dom0')
  const parts = lines('cpu')
    .filter((line) => line.startsWith('CPU part'))
    .map((line) => line.split(': ')[1])
  return {
    CPU: `${parts[0] === '0xd08' ? 'Arm Cortex-A72' : `Arm part ${parts[0]}`} (${info.get('nr_cpus')} cores)`,
    memory: `${info.get('total_memory')} MB`,
    storage: `dom0: initial RAM disk (${lines('root').join(' ')}); domU: ${storage(settings)} (${guest('root')})`,
    network: settings.xen.network ? network(lines('guest')) : 'none',
    hypervisor: `Arm Xen ${info.get('xen_version')}`,
    scheduler: `${info.get('xen_scheduler')}`,
    'hypervisor options': `${info.get('xen_commandline')}`,
    'dom0 OS': `${system} + Linux ${kernel}`,
    'dom0 vCPUs': `${lines('vcpus').filter((line) => line.startsWith('Domain-0')).length}`,
    'domU OS': `${guest('os')} + Linux ${guest('kernel')}`,
    'domU memory': `${settings.domu.memoryMb} MB`,
    'device-tree model': lines('model').join(' '),
    ...facts,
  }
}

function storage({ domu }: Settings): string {
  switch (domu.storage) {
    case 'none':
      return 'initial RAM disk'
    case 'partition':
      return "partition of a disk in dom0's memory, through blkback"
    case 'file':
      return "file on a disk in dom0's memory, through loop and blkback"
  }
}

/** A peer domU on dom0's bridge, and how much it has sent between the first and the last trial. */
function network(lines: readonly string[]): string {
  const counts = lines.flatMap((line) => {
    const [name, seconds, bytes] = line.split(' ')
    return name === 'repro-traffic' ? [{ seconds: Number(seconds), bytes: Number(bytes) }] : []
  })
  const [before, after] = counts
  if (!before || !after) throw new Error('the board did not count the traffic')
  const mbps = ((after.bytes - before.bytes) * 8) / (after.seconds - before.seconds) / 1e6
  return `peer domU on a bridge in dom0, sent ${Math.round(mbps)} Mbps during the trials`
}

/** What the job said last on the console, without what kernel and hypervisor say as they switch off. */
export async function complaint(folder: string): Promise<string> {
  const log = await readFile(join(folder, 'console.log'), 'latin1')
  const lines = log.split(/\r?\n/).filter((line) => line !== '' && !/^(\[ *\d+\.\d+\]|\(XEN\))/.test(line))
  const own = lines.findLastIndex((line) => line.startsWith('repro: '))
  return lines.slice(own < 0 ? -8 : own).join('\n')
}
