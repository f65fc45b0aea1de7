/**
 * Declares the toolchain's sysroots: the Debian suite of each, and its packages. The lock file pins what they
 * resolve to; after a change here, regenerate it (see update.ts).
 */

export type Root = 'host' | 'debian-13' | 'debian-12' | 'debian-11'

export interface RootDeclaration {
  readonly suite: string
  readonly architecture: string
  /** Packages to install. Their dependencies follow, except through `without`. */
  readonly seeds: readonly string[]
  /** Metapackages of which only the dependencies are installed: `linux-image-arm64` -> the current kernel. */
  readonly through: readonly string[]
  /** Dependencies that our programs do not need; skipped, with what only they need. */
  readonly without: readonly string[]
  /** Programs that we run, relative to the sysroot; must have all their libraries (checked when locking). */
  readonly programs: readonly string[]
}

// dom0 runs busybox and the Xen tools from an initramfs: no init system, no udev, no Python scripts.
const notInDom0 = [
  'awk',
  'mawk',
  'lsb-base',
  'sysvinit-utils',
  'udev',
  'ucf',
  'python3',
  'libc-bin',
  'debconf',
  // iperf3's system user, and ciphers it does not use.
  'adduser',
  'init-system-helpers',
  'openssl-provider-legacy',
]
// Dependencies of a kernel that boots from a real disk.
const notForKernel = ['kmod', 'linux-base', 'initramfs-tools', 'linux-initramfs-tool']

function board(suite: string, xen: string): RootDeclaration {
  const tools = `usr/lib/xen-${xen}/bin`
  return {
    suite,
    architecture: 'arm64',
    seeds: [
      `xen-hypervisor-${xen}-arm64`,
      `xen-utils-${xen}`,
      'xen-utils-common',
      'xenstore-utils',
      'busybox-static',
      'base-files', // os-release, by which the board reports its Debian
      'stress',
      'iperf3',
    ],
    through: ['linux-image-arm64'],
    without: [...notInDom0, ...notForKernel],
    programs: [
      `${tools}/xl`,
      `${tools}/xenstored`,
      `${tools}/xenconsoled`,
      `${tools}/xenconsole`,
      `${tools}/xen-init-dom0`,
      `${tools}/xentrace`,
      `${tools}/xenpm`,
      'usr/bin/xenstore-ls',
      'usr/bin/xenstore-read',
      'usr/bin/xenstore-write',
      'usr/bin/stress',
      'usr/bin/iperf3',
    ],
  }
}

export const roots: ReadonlyMap<Root, RootDeclaration> = new Map([
  [
    'host',
    {
      suite: 'trixie',
      architecture: 'amd64',
      seeds: ['qemu-system-arm', 'tcc', 'gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross'],
      through: [],
      without: [
        // QEMU's loadable modules (sound, braille, smart cards, USB), which a headless board does not need.
        'qemu-system-common',
        // Run-time libraries of the target that a static C program does not link.
        'libasan8-arm64-cross',
        'libatomic1-arm64-cross',
        'libgomp1-arm64-cross',
        'libhwasan0-arm64-cross',
        'libitm1-arm64-cross',
        'liblsan0-arm64-cross',
        'libstdc++6-arm64-cross',
        'libtsan2-arm64-cross',
        'libubsan1-arm64-cross',
        // Configuration of a whole system.
        'adduser',
        'debconf',
        'libpam-modules',
        'passwd',
        'readline-common',
        'libsasl2-modules-db',
        'openssl-provider-legacy',
        'libcc1-0',
      ],
      programs: [
        'usr/bin/qemu-system-aarch64',
        'usr/bin/tcc', // for code that runs inside QEMU: see processors.ts
        'usr/bin/aarch64-linux-gnu-gcc',
        'usr/bin/aarch64-linux-gnu-as',
        'usr/bin/aarch64-linux-gnu-ld',
        'usr/libexec/gcc-cross/aarch64-linux-gnu/14/cc1',
        'usr/libexec/gcc-cross/aarch64-linux-gnu/14/collect2',
      ],
    },
  ],
  ['debian-13', board('trixie', '4.20')],
  ['debian-12', board('bookworm', '4.17')],
  ['debian-11', board('bullseye', '4.14')],
])

/** Returns the declaration of a sysroot; every Root has one. */
export function declarationOf(root: Root): RootDeclaration {
  const declaration = roots.get(root)
  if (!declaration) throw new Error(`root without a declaration: ${root}`)
  return declaration
}
