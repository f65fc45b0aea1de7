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

const words = (text: string) => text.split(' ')

const notOnBoard = [
  // dom0 runs busybox and the Xen tools from an initramfs: no init system, no udev, no Python scripts.
  ...words('awk mawk lsb-base sysvinit-utils udev ucf python3 libc-bin debconf'),
  // iperf3's system user, and ciphers it does not use.
  ...words('adduser init-system-helpers openssl-provider-legacy'),
  // Dependencies of a kernel that boots from a real disk.
  ...words('kmod linux-base initramfs-tools linux-initramfs-tool'),
]

/** What programs on libxenctrl and kernel modules are compiled with; their own tools come from the host's sysroot. */
const development = { seeds: words('libxen-dev libc6-dev'), through: ['linux-headers-arm64'] }
const notForDevelopment = words(
  'linux-kbuild-5.10 linux-kbuild-6.1 linux-compiler-gcc-10-arm linux-compiler-gcc-12-arm gcc-10 gcc-12 ' +
    'libc-dev-bin libcrypt-dev libnsl-dev rpcsvc-proto libtirpc-dev',
)

function board(
  suite: string,
  xen: string,
  { seeds, through } = { seeds: [] as string[], through: [] as string[] },
): RootDeclaration {
  const tools = words('xl xenstored xenconsoled xenconsole xen-init-dom0 xentrace xenpm')
  return {
    suite,
    architecture: 'arm64',
    seeds: [
      ...[`xen-hypervisor-${xen}-arm64`, `xen-utils-${xen}`],
      ...words('xen-utils-common xenstore-utils busybox-static'),
      'base-files', // os-release, by which the board reports its Debian
      ...words('stress iperf3'),
      ...seeds,
    ],
    through: ['linux-image-arm64', ...through],
    without: [...notOnBoard, ...notForDevelopment],
    programs: [
      ...tools.map((name) => `usr/lib/xen-${xen}/bin/${name}`),
      ...words('xenstore-ls xenstore-read xenstore-write stress iperf3').map((name) => `usr/bin/${name}`),
    ],
  }
}

export const roots: ReadonlyMap<Root, RootDeclaration> = new Map([
  [
    'host',
    {
      suite: 'trixie',
      architecture: 'amd64',
      seeds: words('qemu-system-arm tcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross'),
      through: [],
      without: [
        // QEMU's loadable modules (sound, braille, smart cards, USB), which a headless board does not need.
        'qemu-system-common',
        // Run-time libraries of the target that a static C program does not link.
        ...words(
          'libasan8 libatomic1 libgomp1 libhwasan0 libitm1 liblsan0 libstdc++6 libtsan2 libubsan1',
        ).map((name) => `${name}-arm64-cross`),
        // Configuration of a whole system.
        ...words('adduser debconf libpam-modules passwd readline-common libsasl2-modules-db'),
        ...words('openssl-provider-legacy libcc1-0'),
      ],
      programs: [
        'usr/bin/tcc', // for code that runs inside QEMU: see processors.ts
        ...words(
          'qemu-system-aarch64 aarch64-linux-gnu-gcc aarch64-linux-gnu-as aarch64-linux-gnu-ld aarch64-linux-gnu-nm',
        ).map((name) => `usr/bin/${name}`),
        'usr/libexec/gcc-cross/aarch64-linux-gnu/14/cc1',
        'usr/libexec/gcc-cross/aarch64-linux-gnu/14/collect2',
      ],
    },
  ],
  ['debian-13', board('trixie', '4.20')],
  ['debian-12', board('bookworm', '4.17', development)],
  ['debian-11', board('bullseye', '4.14', development)],
])

export function declarationOf(root: Root): RootDeclaration {
  const declaration = roots.get(root)
  if (!declaration) throw new Error(`root without a declaration: ${root}`)
  return declaration
}
