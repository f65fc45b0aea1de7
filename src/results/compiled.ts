/**
 * Loads a bundle with the machine code that V8 made of it before, as compiling it anew would take longer than most
 * builds. Node 22 has such a cache for modules; Node 20 leaves it to the program.
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname } from 'node:path'
import { Script } from 'node:vm'
import type { Kept } from './kept.ts'

export interface Compiled<Exports> {
  readonly exports: Exports
  /** Whether it was compiled now. */
  readonly isNew: boolean
  /** Returns the code of all functions that ran until now. */
  readonly code: () => Uint8Array
}

/** Runs a CommonJS bundle, whose name contains a digest of its content. `code` is trusted as the bundle is. */
export function loadCompiled<Exports>(file: string, code?: Uint8Array): Compiled<Exports> {
  const require = createRequire(file)
  const cachedData = code && Buffer.from(code.buffer, code.byteOffset, code.byteLength)
  // Bundles are ASCII: read as Latin-1, they need not be decoded.
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) })
  // A script whose code was kept cannot import by itself; bundle.mjs has it call this.
  const module = { exports: {} as Exports, import: async (name: string) => await import(name) }
  script.runInThisContext()(module.exports, require, module, file, dirname(file))
  return {
    exports: module.exports,
    isNew: code === undefined || script.cachedDataRejected === true,
    code: () => script.createCachedData(),
  }
}

/**
 * Names the kept code of a bundle for a use, as each use compiles other functions. Has the version of Node, as two
 * versions would otherwise overwrite each other's code in turns.
 */
export function codeName(file: string, use: string): string {
  return `${basename(file)}.${use}.${process.version}-${process.arch}`
}

/** Keeps code in place of what other versions of the program kept for the same use. */
export function keepCode(kept: Kept, name: string, code: Uint8Array): void {
  kept.write(name, code)
  const [program, use] = partsOf(name)
  kept.forget((other) => other !== name && partsOf(other)[0] === program && partsOf(other)[1] === use)
}

/** `program-DIGEST.cjs.build.v20.1.0-x64` -> program, and the rest after the digest. */
function partsOf(name: string): readonly [program: string, use: string] {
  const [, program = '', use = ''] = /^([a-z]+)-[^.]*\.(.*)$/.exec(name) ?? []
  return [program, use]
}
