/** The installed toolchain: sysroots, QEMU, the cross compiler, and their versions. */

import { join } from 'node:path'
import { type Command, compileCached, qemuCommand } from './hostprograms.ts'
import type { Installed, Substitution } from './installed.ts'
import { compileModule } from './kernelmodule.ts'
import { type Package, packagesDigest } from './packages.ts'
import type { Root } from './roots.ts'

export interface Toolchain {
  /** Returns the folder of an unpacked sysroot. Throws if it was not requested in setup(). */
  root(name: Root): string
  /** QEMU for Arm; append its arguments. */
  readonly qemu: Command
  /** Upstream's: '10.0.13'. */
  readonly qemuVersion: string
  /** Returns what a board boots from a sysroot. */
  board(name: Root): BoardFiles
  /** Compiles C sources into a static arm64 program. Throws a JobError. */
  compile(sources: readonly string[], flags?: readonly string[]): Promise<Uint8Array>
  /** Compiles C sources into a program that uses the shared libraries of a sysroot. Throws a JobError. */
  compileFor(name: Root, sources: readonly string[], flags?: readonly string[]): Promise<Uint8Array>
  /** Compiles a C source into a module of a sysroot's kernel. Throws a JobError. */
  compileModule(name: Root, source: string): Promise<Uint8Array>
  /** SHA-256 (hex) over the packages actually installed, for the keys of cells. */
  readonly packagesDigest: string
  /** Packages replaced because the mirror no longer had the pinned ones. */
  readonly substitutions: readonly Substitution[]
}

/** Absolute paths. */
export interface BoardFiles {
  readonly folder: string
  readonly xen: string
  readonly kernel: string
  /** Output of `uname -r`: '6.1.0-50-arm64'. Names lib/modules/*. */
  readonly linuxRelease: string
}

/** Describes installed sysroots, including `host`. Pure: reads nothing from disk. */
export function toolchain(installed: ReadonlyMap<Root, Installed>): Toolchain {
  const sysroot = (name: Root) => {
    const found = installed.get(name)
    if (!found) throw new Error(`the sysroot ${name} is not set up: no environment requested it`)
    return found
  }
  const host = sysroot('host')
  const board = (name: Root): BoardFiles => {
    const { folder, packages } = sysroot(name)
    const xen = named(packages, /^xen-hypervisor-/).name.replace('-hypervisor', '')
    const linuxRelease = named(packages, /^linux-image-/).name.replace('linux-image-', '')
    const boot = join(folder, 'boot')
    return { folder, xen: join(boot, xen), kernel: join(boot, `vmlinuz-${linuxRelease}`), linuxRelease }
  }
  return {
    root: (name) => sysroot(name).folder,
    qemu: qemuCommand(host.folder),
    qemuVersion: upstream(named(host.packages, /^qemu-system-arm$/)),
    board,
    compile: (sources, flags) => compileCached(host.folder, { sources, flags }),
    compileFor: (name, sources, flags) =>
      compileCached(host.folder, { sources, flags, system: sysroot(name).folder }),
    compileModule: (name, source) => compileModule(host.folder, source, board(name)),
    packagesDigest: packagesDigest(
      Object.fromEntries([...installed].map(([name, { packages }]) => [name, packages])),
    ),
    substitutions: [...installed.values()].flatMap((one) => one.substitutions),
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
