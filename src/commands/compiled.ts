/**
 * Loads a bundle with the machine code that V8 made of it before, as compiling it anew would take longer than most
 * builds. Node 22 has such a cache for modules; Node 20 leaves it to the program.
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname } from 'node:path'
import { Script } from 'node:vm'
import type { Kept } from '../results/kept.ts'

/**
 * Returns the exports of a CommonJS bundle, whose name contains a digest of its content. The code that a process
 * compiles is kept when it ends well, for each `use` apart, as each compiles other functions.
 */
export function loadCompiled<Exports>(file: string, kept: Kept, use: string): Exports {
  const require = createRequire(file)
  const name = nameOf(file, use)
  const cachedData = bytesOf(kept.read(name))
  // Bundles are ASCII: read as Latin-1, they need not be decoded.
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) })
  // A script whose code was kept cannot import by itself; bundle.mjs has it call this.
  const module = { exports: {} as Exports, import: async (name: string) => await import(name) }
  script.runInThisContext()(module.exports, require, module, file, dirname(file))
  if (cachedData === undefined || script.cachedDataRejected)
    process.once('exit', (code) => {
      if (code !== 0) return
      kept.write(name, script.createCachedData())
      kept.forget((other) => isOlder(other, name))
    })
  return module.exports
}

/** Has the version of Node, as two versions would otherwise overwrite each other's code in turns. */
function nameOf(file: string, use: string): string {
  return `${basename(file)}.${use}.${process.version}-${process.arch}`
}

/** Whether another version of the program kept it for the same use. */
function isOlder(other: string, name: string): boolean {
  const [[program, , ...use], [own, , ...same]] = [other, name].map((one) => one.split(/[-.]/)) as [
    string[],
    string[],
  ]
  return other !== name && program === own && use.join() === same.join()
}

function bytesOf(content: Uint8Array | undefined): Buffer | undefined {
  return content && Buffer.from(content.buffer, content.byteOffset, content.byteLength)
}
