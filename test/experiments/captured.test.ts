import { expect, test } from 'vitest'
import { captured } from '../../experiments/captured.ts'
import type { Settings } from '../../experiments/domains.ts'

const said = `[xl info]
xen_version            : 4.17.5
xen_scheduler          : credit2
xen_commandline        : dom0_mem=1024M sched=credit2
nr_cpus                : 4
total_memory           : 4096
[cpupool]
[vcpus]
Domain-0 0 0
Domain-0 0 1
active 1 0
[model]
linux,dummy-virt
[cpu]
CPU part	: 0xd08
[dom0]
6.1.0-50-arm64
Debian GNU/Linux 12 (bookworm)
[root]
rootfs
[guest]
repro-guest os Debian GNU/Linux 12 (bookworm)
repro-guest kernel 6.1.0-50-arm64
repro-guest root /dev/xvda ext4
repro-guest ready
`

function settings(storage: Settings['domu']['storage'], network: boolean): Settings {
  const other = { nice: 0, policy: 'other' } as const
  return {
    domu: { vcpus: 3, memoryMb: 813, storage, cpuLoad: 0, netLoadMbps: 0, loop: 'sleep' },
    dom0: { vcpus: 4, cpuLoad: 0, netLoadMbps: 0 },
    xl: { ...other, tool: 'xl', by: 'name' },
    xenstored: other,
    xen: { domus: 1, scheduler: 'credit2', network },
  }
}

test('a board is described as it describes itself', () => {
  expect(captured(said, settings('file', false), { board: 'QEMU' })).toEqual({
    CPU: 'Arm Cortex-A72 (4 cores)',
    memory: '4096 MB',
    storage:
      "dom0: initial RAM disk (rootfs); domU: file on a disk in dom0's memory, through loop and blkback (/dev/xvda ext4)",
    network: 'none',
    hypervisor: 'Arm Xen 4.17.5',
    scheduler: 'credit2',
    'hypervisor options': 'dom0_mem=1024M sched=credit2',
    'dom0 OS': 'Debian GNU/Linux 12 (bookworm) + Linux 6.1.0-50-arm64',
    'dom0 vCPUs': '2',
    'domU OS': 'Debian GNU/Linux 12 (bookworm) + Linux 6.1.0-50-arm64',
    'domU memory': '813 MB',
    'device-tree model': 'linux,dummy-virt',
    board: 'QEMU',
  })
})

test('the load of the network is what the peer has really sent', () => {
  const text = `${said}repro-traffic 10.00 1000000\nrepro-traffic 12.00 76000000\n`
  expect(captured(text, settings('partition', true), {}).network).toBe(
    'peer domU on a bridge in dom0, sent 300 Mbps during the trials',
  )
})

test('a network whose traffic was not counted is an error', () => {
  expect(() => captured(said, settings('none', true), {})).toThrow('did not count the traffic')
})
