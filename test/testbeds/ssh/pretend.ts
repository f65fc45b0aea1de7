/**
 * A pretend board: a program `ssh` that runs what it is asked for on this computer, in a folder that stands for the board.
 * Paths of a board are rewritten to that folder in commands, in scripts on standard input, and in scripts that are
 * unpacked. Xen's tools answer from files there, which tests change.
 */

import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'

export interface PretendBoard {
  readonly host: string
  /** The folder that stands for the board. */
  readonly root: string
  /** What was asked for so far: verbs of the agent, `send-job`, `send-tools` and `fetch`. */
  calls(): readonly string[]
  /** Sets a file of the board, such as `proc/device-tree/model`. */
  set(path: string, text: string): void
  /** Returns a file of the board; '' if it is not there. */
  get(path: string): string
  has(path: string): boolean
  /**
   * Runs a shell script before or after the next call of this kind, in the place of ssh: `exit 255` cuts the connection,
   * any other `exit` is the answer. The script finds the board in $root.
   */
  once(when: 'before' | 'after', call: string, script: string): void
  /** How connections are from now on: refused, or open and dead. */
  network(mode: 'up' | 'cut' | 'hole'): void
  reboot(): void
}

interface Pretend {
  readonly folder: string
  /** To be first in the PATH. */
  readonly bin: string
  board(host: string): PretendBoard
  /** Ends all that runs on boards, and deletes them. */
  end(): void
}

function pretend(): Pretend {
  const folder = mkdtempSync(join(tmpdir(), 'repro-pretend-'))
  const bin = join(folder, 'bin')
  program(join(bin, 'ssh'), fakeSsh(folder))
  const boards: PretendBoard[] = []
  return {
    folder,
    bin,
    board(host) {
      const made = makeBoard(host, join(folder, 'boards', host))
      boards.push(made)
      return made
    },
    end() {
      for (const { root } of boards) execFileSync(join(root, 'bin/end-all'))
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Boards for all tests of a file, whose programs are in front of the PATH of its process; they are there once tests run. */
export function pretendBoards(): Pick<Pretend, 'board' | 'folder'> {
  let world: Pretend
  const { PATH } = process.env
  beforeAll(() => {
    world = pretend()
    process.env.PATH = `${world.bin}${delimiter}${PATH}`
  })
  afterAll(() => {
    process.env.PATH = PATH
    world.end()
  })
  return {
    board: (host) => world.board(host),
    get folder() {
      return world.folder
    },
  }
}

function program(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  chmodSync(file, 0o755)
}

const fakeSsh = (folder: string) => `#!/bin/sh
[ "$1" != -V ] || { echo OpenSSH_0.0-pretend >&2; exit 0; }
while [ "$1" != -- ]; do shift; done
root=${folder}/boards/$2
command=$3
[ -d "$root" ] || { echo "ssh: Could not resolve hostname $2" >&2; exit 255; }
case $command in
'exec sh -s -- '*) call=\${command#exec sh -s -- }; call=\${call%% *} ;;
*/tools/busybox\\ cpio*) call=send-job ;;
*/jobs/*) call=fetch ;;
*) call=send-tools ;;
esac
case $(cat "$root/network") in
cut) echo "ssh: connect to host $2: Connection refused" >&2; exit 255 ;;
hole) exec sleep 1000 ;;
esac
if [ -s "$root/down" ]; then
    sed -i 1d "$root/down"
    echo "ssh: connect to host $2: Connection refused" >&2
    exit 255
fi
echo "$call" >>"$root/calls"
hook() {
    [ -e "$root/$1-$call" ] || return 0
    mv "$root/$1-$call" "$root/hook.$$"
    . "$root/hook.$$"
}
hook before
boot=$(cat "$root/proc/sys/kernel/random/boot_id")
command=$(printf '%s' "$command" | sed -f "$root/rules.sed")
run() { PRETEND_ROOT=$root PATH=$root/bin:$PATH sh -c "$command"; }
case $call in
send-*) run ;;
fetch) run ;;
*)
    script=$(sed -f "$root/rules.sed")
    # Else the board's reboot would be that of this computer.
    case $script in *":$root/bin:"*) ;; *) echo "no place for pretend programs" >&2; exit 1 ;; esac
    printf '%s\\n' "$script" | run
    ;;
esac
status=$?
[ "$boot" = "$(cat "$root/proc/sys/kernel/random/boot_id")" ] || { echo "Connection closed by remote host" >&2; exit 255; }
hook after
exit $status
`

/** What stands for paths of a board. */
const rules = (root: string) =>
  [
    ...[
      '/run/repro',
      '/var/lib/repro',
      '/var/log/xen',
      '/proc/',
      '/sys/class',
      '/sys/devices',
      '/sys/block',
    ].map((path) => `s|${path}|${root}${path}|g`),
    `s|/dev/console|${root}/console|g`,
    `s,\\(^\\|[ "'=]\\)/job\\b,\\1${root}/job,g`,
    `s|:/usr/local/sbin:|:${root}/bin:/usr/local/sbin:|`,
    '',
  ].join('\n')

function makeBoard(host: string, root: string): PretendBoard {
  const files = {
    'rules.sed': rules(root),
    network: 'up',
    calls: '',
    console: '',
    domains: '',
    throttled: '0x0',
    'free-memory': '500',
    'free-disk': '5000',
    'kernel-messages': 'Booting Linux\n',
    'xen-info':
      'xen_version            : 4.17.5\nxen_scheduler          : credit2\nxen_commandline        : tbuf_size=256\n',
    'proc/sys/kernel/random/boot_id': `${randomUUID()}\n`,
    'proc/loadavg': '0.10 0.10 0.10 1/100 1\n',
    'proc/meminfo': 'MemTotal: 500000 kB\nMemAvailable:   400000 kB\n',
    'proc/mounts': '',
    'proc/cpuinfo': 'CPU implementer\t: 0x41\nCPU part\t: 0xd08\n',
    'proc/device-tree/model': 'linux,dummy-virt\0',
    'proc/device-tree/compatible': 'linux,dummy-virt\0',
    'proc/7/comm': 'xenconsoled\n',
    'proc/7/cmdline': 'xenconsoled\0--log=guest\0',
    'sys/class/thermal/thermal_zone0/temp': '45000\n',
    'sys/class/net/eth0/device/uevent': '',
    'sys/class/net/eth0/statistics/rx_packets': '1000\n',
  }
  const set = (path: string, text: string) => {
    rmSync(join(root, path), { force: true }) // it may be a link
    program(join(root, path), text)
  }
  for (const [path, text] of Object.entries(files)) set(path, text)
  for (const path of ['var/lib', 'run', 'var/log/xen/console'])
    mkdirSync(join(root, path), { recursive: true })
  symlinkSync('/proc/uptime', join(root, 'proc/uptime'))
  for (const [name, text] of Object.entries(programs(root))) program(join(root, 'bin', name), text)
  const get = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '')
  return {
    host,
    root,
    set,
    get,
    has: (path) => existsSync(join(root, path)),
    calls: () => get('calls').trim().split('\n'),
    once: (when, call, script) => set(`${when}-${call}`, script),
    network: (mode) => set('network', mode),
    reboot: () => void execFileSync(join(root, 'bin/reboot')),
  }
}

/** Programs of the board, name -> script. */
const programs = (root: string): Readonly<Record<string, string>> => ({
  xl: `#!/bin/sh
case $1 in
info) cat "${root}/xen-info" ;;
vcpu-list) echo 'Name ID VCPU'; for one in 0 1 2 3; do echo "Domain-0 0 $one"; done ;;
list) echo 'Name ID Mem'; echo 'Domain-0 0 512'; cat "${root}/domains" ;;
destroy) sed -i "/^[^ ]* $2 /d" "${root}/domains" ;;
esac
`,
  // Known to the board by its name, as a process that is there.
  xentrace: `#!/bin/sh
ln -s /proc/$$ "${root}/proc/$$"
while :; do sleep 0.1; done
`,
  vcgencmd: `#!/bin/sh
[ "$1" != get_throttled ] || echo "throttled=$(cat "${root}/throttled")"
`,
  dmesg: `#!/bin/sh\ncat "${root}/kernel-messages"\n`,
  df: `#!/bin/sh
case $3 in */run/*) mb=$(cat "${root}/free-memory") ;; *) mb=$(cat "${root}/free-disk") ;; esac
echo head
echo "x 1 1 $((mb * 1024)) 1% /"
`,
  stat: '#!/bin/sh\necho tmpfs\n',
  id: '#!/bin/sh\necho 0\n',
  sync: '#!/bin/sh\n',
  // What would change this computer is only noted.
  ...Object.fromEntries(
    ['ip', 'losetup', 'modprobe', 'mount', 'umount'].map((name) => [
      name,
      `#!/bin/sh\necho "${name} $*" >>"${root}/changes"\n`,
    ]),
  ),
  // Ends all processes of the board: those that have its mark in their environment.
  'end-all': `#!/bin/sh
[ -z "$PRETEND_ROOT" ] || exec env -u PRETEND_ROOT "$0"
for try in 1 2 3 4 5; do
    found=$(grep -lsz "^PRETEND_ROOT=${root}$" /proc/[0-9]*/environ | cut -d / -f 3)
    [ -n "$found" ] || exit 0
    kill -KILL $found 2>/dev/null
done
exit 0
`,
  reboot: `#!/bin/sh
[ -z "$PRETEND_ROOT" ] || exec env -u PRETEND_ROOT "$0"
echo reboot >>"${root}/calls"
printf '1\\n2\\n' >"${root}/down"
cat /proc/sys/kernel/random/uuid >"${root}/proc/sys/kernel/random/boot_id"
"${root}/bin/end-all"
echo 500 >"${root}/free-memory"
rm -rf "${root}/run/repro" "${root}/job"
: >"${root}/domains"
echo '[    0.000000] Booting Linux on physical CPU 0x0' >>"${root}/console"
`,
  // A switch on this computer.
  power: `#!/bin/sh
echo "power $REPRO_BOARD" >>"${root}/calls"
"${root}/bin/reboot"
echo up >"${root}/network"
`,
})

/** Names of the files in a folder of the board; none if it is not there. */
export function filesIn({ root }: PretendBoard, path: string): readonly string[] {
  return existsSync(join(root, path)) ? readdirSync(join(root, path)).sort() : []
}

/** A process that was killed is there until its parent has noticed. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    return false
  }
}
