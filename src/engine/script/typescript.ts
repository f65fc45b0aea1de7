/**
 * Strips types for versions of Node that cannot, by the compiler built into newer ones: types become blanks,
 * so lines and columns stay.
 */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { compileFunction } from 'node:vm'
import { type Kept, openKept } from '../../results/kept.ts'

export type ModuleFormat = 'module' | 'commonjs'

/** Strips types. Throws a SyntaxError whose stack starts with the place, as Node's does. */
export type Strip = (text: string, file: string) => string

/** Whether this Node strips types itself: 22.18 or newer. */
export const stripsTypes = 'typescript' in process.features && Boolean(process.features.typescript)

const require = createRequire(import.meta.url)
const compiler = '@swc/wasm-typescript'

/** Keeps results, if told where: loading the compiler takes longer than most scripts run. */
export function openStrip(kept: Kept | undefined): Strip {
  if (kept === undefined) return strip
  const { version } = require(`${compiler}/package.json`) as { readonly version: string }
  return (text, file) => {
    const name = createHash('sha256').update(`${version} ${text}`).digest('hex')
    const found = kept.read(name)
    if (found) return new TextDecoder().decode(found)
    const stripped = strip(text, file)
    kept.write(name, stripped)
    return stripped
  }
}

/** Where they are kept, given the cache folder. */
export function keptStripped(cache: string): Kept {
  return openKept('stripped', cache)
}

interface Refusal {
  readonly message: string
  readonly startLine?: number
}

function strip(text: string, file: string): string {
  const { transformSync } = require(compiler) as typeof import('@swc/wasm-typescript')
  try {
    return transformSync(text, { mode: 'strip-only', filename: file }).code
  } catch (error) {
    const { message, startLine } = error as Refusal
    const told = new SyntaxError(message)
    told.stack = `${file}:${startLine ?? 1}\n${told.stack}`
    throw told
  }
}

/**
 * Module type by Node's rules: file name, package, then syntax. But what is written as a module is one also in a package
 * that says `commonjs`, as `npm init` makes it unasked: Node would refuse it.
 */
export function moduleFormat(file: string, javascript: string): ModuleFormat {
  if (file.endsWith('.mts')) return 'module'
  if (file.endsWith('.cts')) return 'commonjs'
  return packageType(dirname(file)) === 'module' || !isCommonJs(javascript) ? 'module' : 'commonjs'
}

function packageType(folder: string): ModuleFormat | undefined {
  try {
    const { type } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return type === 'module' || type === 'commonjs' ? type : undefined
  } catch {
    const above = dirname(folder)
    return above === folder ? undefined : packageType(above)
  }
}

/** Whether it could be run as CommonJS; also without imports and exports. */
export function isCommonJs(javascript: string): boolean {
  try {
    compileFunction(javascript, ['exports', 'require', 'module', '__filename', '__dirname'])
    return true
  } catch {
    return false
  }
}
