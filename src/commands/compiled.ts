/**
 * Loads a bundle with the machine code that V8 made of it before, as compiling it anew would take longer than most
 * builds. Node 22 has such a cache for modules; Node 20 leaves it to the program.
 */

import { createHash } from 'node:crypto'
import {
  mkdirSync,
  openSync,
  closeSync,
  fsyncSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Script } from 'node:vm'

/**
 * Returns the exports of a CommonJS bundle, whose name contains a digest of its content. The code that a process
 * compiles is kept in `folder` when it ends well, for each `use` apart, as each compiles other functions. The folder
 * is as trusted as the program itself. Without a folder that can be written, code is compiled each time.
 */
export function loadCompiled<Exports>(file: string, folder: string, use: string): Exports {
  const require = createRequire(file)
  const kept = join(folder, nameOf(file, use))
  const cachedData = readKept(kept)
  // Bundles are ASCII: read as Latin-1, they need not be decoded.
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) })
  // A script whose code was kept cannot import by itself; bundle.mjs has it call this.
  const module = { exports: {} as Exports, import: async (name: string) => await import(name) }
  script.runInThisContext()(module.exports, require, module, file, dirname(file))
  if (cachedData === undefined || script.cachedDataRejected)
    process.once('exit', (code) => code === 0 && keep(kept, () => script.createCachedData()))
  return module.exports
}

/** Has the version of Node, as two versions would otherwise overwrite each other's code in turns. */
function nameOf(file: string, use: string): string {
  return `${basename(file)}.${use}.${process.version}-${process.arch}`
}

const digestBytes = 32

/** V8 asks whether the code fits, but not whether its bytes are as they were written. */
function readKept(file: string): Buffer | undefined {
  try {
    const content = readFileSync(file)
    const code = content.subarray(digestBytes)
    return digestOf(code).equals(content.subarray(0, digestBytes)) ? code : undefined
  } catch {
    return undefined
  }
}

function keep(file: string, make: () => Buffer): void {
  const draft = `${file}.${process.pid}`
  try {
    const code = make()
    mkdirSync(dirname(file), { recursive: true })
    const descriptor = openSync(draft, 'wx', 0o600)
    writeSync(descriptor, Buffer.concat([digestOf(code), code]))
    fsyncSync(descriptor)
    closeSync(descriptor)
    renameSync(draft, file)
    forgetOthers(file)
  } catch {
    rmSync(draft, { force: true })
  }
}

/** Deletes what other versions of the program kept for the same use. */
function forgetOthers(file: string): void {
  const [program = '', , ...use] = basename(file).split(/[-.]/)
  for (const name of readdirSync(dirname(file))) {
    const [other, , ...same] = name.split(/[-.]/)
    if (other === program && same.join() === use.join() && name !== basename(file))
      rmSync(join(dirname(file), name), { force: true })
  }
}

function digestOf(code: Uint8Array): Buffer {
  return createHash('sha256').update(code).digest()
}
