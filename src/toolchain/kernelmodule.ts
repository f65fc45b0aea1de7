/**
 * Compiles a module for a Debian kernel from its header packages, without kbuild: the source, and what modpost
 * would add (the module's description, and the versions of the symbols that it uses).
 */

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { JobError } from '../testbed/board.ts'
import { cached, compilerHeaders, gcc, keyOf, throughLoader } from './hostprograms.ts'
import { complaint, run } from './program.ts'

export interface Kernel {
  /** The unpacked Debian with the headers. */
  readonly folder: string
  /** Output of `uname -r`: '6.1.0-50-arm64'. */
  readonly linuxRelease: string
}

/** Returns the module's .ko file. Throws a JobError with the compiler's messages, or if a symbol is not exported. */
export async function compileModule(root: string, source: string, kernel: Kernel): Promise<Uint8Array> {
  const key = keyOf(root, { sources: [source], system: `${kernel.folder} ${kernel.linuxRelease}` })
  return await cached(root, key, () => build(root, source, kernel))
}

async function build(root: string, source: string, { folder, linuxRelease }: Kernel): Promise<Uint8Array> {
  const headers = join(folder, 'usr/src', `linux-headers-${linuxRelease}`)
  const name = basename(source, '.c').replaceAll('-', '_')
  const options = [
    ...(await includes(root, headers)),
    ...['-D__KERNEL__', '-DMODULE', '-DKASAN_SHADOW_SCALE_SHIFT='],
    ...[`-DKBUILD_MODNAME="${name}"`, `-DKBUILD_BASENAME="${name}"`, `-D__KBUILD_MODNAME=kmod_${name}`],
    // As arch/arm64/Makefile and the kernel's own Makefile have them, without instrumentation.
    ...['-std=gnu11', '-O2', '-mlittle-endian', '-mgeneral-regs-only', '-mabi=lp64', '-mno-outline-atomics'],
    ...['-fno-strict-aliasing', '-fno-common', '-fshort-wchar', '-fno-PIE', '-fno-stack-protector'],
    ...['-fno-asynchronous-unwind-tables', '-fno-unwind-tables', '-fno-delete-null-pointer-checks'],
    ...['-mbranch-protection=none', '-w', '-c'],
  ]
  const work = await mkdtemp(join(tmpdir(), 'repro-module-'))
  const [object, description, described, module] = ['o', 'mod.c', 'mod.o', 'ko'].map((ending) =>
    join(work, `${name}.${ending}`),
  ) as [string, string, string, string]
  try {
    const what = basename(source)
    await gcc(root, [...options, '-o', object, resolve(source)], what)
    const versions = versionsOf(await readFile(join(headers, 'Module.symvers'), 'utf8'))
    await writeFile(description, describe(await undefinedSymbols(root, object), versions, what))
    await gcc(root, [...options, '-o', described, description], what)
    const script = await linkerScript(headers)
    await gcc(
      root,
      ['-r', '-nostdlib', '-Wl,--build-id=none', '-T', script, object, described, '-o', module],
      what,
    )
    return await readFile(module)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Headers in kbuild's order. Debian splits them: what a flavour's configuration generated, and common ones. */
async function includes(root: string, flavour: string): Promise<readonly string[]> {
  const common = flavour.replace(/-arm64$/, '-common')
  const folders = [
    join(common, 'arch/arm64/include'),
    join(flavour, 'arch/arm64/include/generated'),
    join(common, 'include'),
    join(flavour, 'include'),
    join(common, 'arch/arm64/include/uapi'),
    join(flavour, 'arch/arm64/include/generated/uapi'),
    join(common, 'include/uapi'),
    join(flavour, 'include/generated/uapi'),
  ]
  return [
    ...['-nostdinc', '-isystem', await compilerHeaders(root)],
    ...folders.map((folder) => `-I${folder}`),
    ...['kconfig.h', 'compiler_types.h'].flatMap((file) => ['-include', join(common, 'include/linux', file)]),
  ]
}

/** Exported symbol -> its checksum, of `checksum \t symbol \t ...` lines. */
function versionsOf(symvers: string): ReadonlyMap<string, string> {
  return new Map(
    symvers.split('\n').flatMap((line) => {
      const [checksum, symbol] = line.split('\t')
      return checksum !== undefined && symbol !== undefined ? [[symbol, checksum]] : []
    }),
  )
}

async function undefinedSymbols(root: string, object: string): Promise<readonly string[]> {
  const { command, args } = throughLoader(root, 'usr/bin/aarch64-linux-gnu-nm')
  const finished = await run(command, [...args, '-u', '-P', object], { timeoutMs: 30_000 })
  if (finished.exitCode !== 0) throw new JobError(`cannot read ${basename(object)}: ${complaint(finished)}`)
  return finished.stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ')[0] ?? '']))
}

/** Source of what modpost adds to a module (scripts/mod/modpost.c). */
function describe(symbols: readonly string[], versions: ReadonlyMap<string, string>, what: string): string {
  const rows = ['module_layout', ...symbols].map((symbol) => {
    const checksum = versions.get(symbol)
    if (checksum === undefined) throw new JobError(`${what}: the kernel does not export ${symbol}`)
    return `  { ${checksum}, "${symbol}" },`
  })
  return `#include <linux/module.h>
#define INCLUDE_VERMAGIC
#include <linux/build-salt.h>
#include <linux/vermagic.h>

BUILD_SALT;
MODULE_INFO(vermagic, VERMAGIC_STRING);
MODULE_INFO(name, KBUILD_MODNAME);
MODULE_INFO(depends, "");

__visible struct module __this_module __section(".gnu.linkonce.this_module") = {
  .name = KBUILD_MODNAME,
  .init = init_module,
  .exit = cleanup_module,
  .arch = MODULE_ARCH_INIT,
};

static const struct modversion_info versions[] __used __section("__versions") = {
${rows.join('\n')}
};
`
}

async function linkerScript(headers: string): Promise<string> {
  for (const folder of ['scripts', 'arch/arm64']) {
    const names = await readdir(join(headers, folder)).catch((): string[] => [])
    if (names.includes('module.lds')) return join(headers, folder, 'module.lds')
  }
  throw new JobError(`no module.lds in ${headers}`)
}
