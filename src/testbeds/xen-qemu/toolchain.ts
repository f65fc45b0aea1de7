/** The installed toolchain: sysroots, QEMU, the cross compiler, and their versions. */

import { type Command, compileCached, qemuCommand } from './hostprograms.ts'
import type { Installed, Substitution } from './installed.ts'
import { type Package, packagesDigest } from './packages.ts'
import type { Root } from './roots.ts'

export interface Toolchain {
  /** Returns the folder of an unpacked sysroot. Throws if it was not requested in setup(). */
  root(name: Root): string
  /** QEMU for Arm; append its arguments. */
  readonly qemu: Command
  /** Compiles C sources into a static arm64 program. Throws a JobError. */
  compile(sources: readonly string[], flags?: readonly string[]): Promise<Uint8Array>
  /** SHA-256 (hex) over the packages actually installed, for the keys of cells. */
  readonly packagesDigest: string
  readonly versions: Versions
  /** Packages replaced because the mirror no longer had the pinned ones. */
  readonly substitutions: readonly Substitution[]
}

export interface Versions {
  /** Upstream versions: '10.0.13', '14.2.0'. */
  readonly qemu: string
  readonly gcc: string
  /** By the sysroot that boards boot. */
  readonly boards: Readonly<Partial<Record<Root, BoardVersions>>>
}

export interface BoardVersions {
  /** Debian's version of the hypervisor: '4.17.5+72-g01140da4e8-1'. */
  readonly xen: string
  /** The hypervisor's image, relative to the root: 'boot/xen-4.17-arm64'. */
  readonly xenImage: string
  /** Debian's version of the kernel: '6.1.176-1'. */
  readonly linux: string
  /** Output of `uname -r`: '6.1.0-50-arm64'. Names boot/vmlinuz-* and lib/modules/*. */
  readonly linuxRelease: string
}

/** Describes installed sysroots, including `host`. Pure: reads nothing from disk. */
export function toolchain(installed: ReadonlyMap<Root, Installed>): Toolchain {
  const root = (name: Root) => {
    const found = installed.get(name)
    if (!found) throw new Error(`the root ${name} is not set up: it was not asked for`)
    return found.folder
  }
  const packages = Object.fromEntries([...installed].map(([name, one]) => [name, one.packages]))
  const host = root('host')
  return {
    root,
    qemu: qemuCommand(host),
    compile: (sources, flags) => compileCached(host, sources, flags),
    packagesDigest: packagesDigest(packages),
    versions: versionsOf(packages),
    substitutions: [...installed.values()].flatMap((one) => one.substitutions),
  }
}

function versionsOf(packages: Readonly<Partial<Record<Root, readonly Package[]>>>): Versions {
  const { host = [], ...others } = packages
  const boards = Object.entries(others).map(([root, members]) => [root, boardVersions(members)])
  return {
    qemu: upstream(named(host, /^qemu-system-arm$/)),
    gcc: upstream(named(host, /^gcc-\d+-aarch64-linux-gnu$/)),
    boards: Object.fromEntries(boards),
  }
}

function boardVersions(packages: readonly Package[]): BoardVersions {
  const xen = named(packages, /^xen-hypervisor-/)
  const linux = named(packages, /^linux-image-/)
  return {
    xen: xen.version,
    xenImage: `boot/${xen.name.replace('-hypervisor', '')}`,
    linux: linux.version,
    linuxRelease: linux.name.replace('linux-image-', ''),
  }
}

function named(packages: readonly Package[], pattern: RegExp): Package {
  const found = packages.find(({ name }) => pattern.test(name))
  if (!found) throw new Error(`no package ${pattern} among the installed ones`)
  return found
}

// '1:10.0.13+ds-0+deb13u1' -> '10.0.13' (deb-version(7): epoch:upstream-revision; +ds marks repacked sources)
function upstream({ version }: Package): string {
  return version.replace(/^\d+:/, '').replace(/[-+~].*$/, '')
}
