/**
 * zx for scripts, whose names are global. Loading it takes longer than most scripts run, so it is loaded ahead only
 * for scripts that may use it, and before their trials, whose times it would lengthen.
 */

import fs from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programUrl } from '../../dist.ts'

type Zx = typeof import('zx')

export interface ScriptZx {
  /** Loads zx if one of these texts of modules may use it. */
  readonly foresee: (texts: readonly string[]) => void
  /** As foresee, for modules that were loaded, by URL. */
  readonly foreseeModules: (urls: readonly string[]) => void
  /** Runs an action whose settings of zx end with it. */
  readonly within: <Value>(action: () => Promise<Value>) => Promise<Value>
}

// Before they are observed.
const { readFileSync, realpathSync } = fs

/** Exports of zx, all of which are global. */
export const zxNames: readonly string[] = [
  ...['VERSION', 'YAML', 'argv', 'dotenv', 'echo', 'expBackoff', 'fetch', 'fs', 'glob', 'globby', 'minimist'],
  ...[
    'nothrow',
    'parseArgv',
    'question',
    'quiet',
    'retry',
    'sleep',
    'spinner',
    'stdin',
    'tempdir',
    'tempfile',
  ],
  ...[
    'tmpdir',
    'tmpfile',
    'updateArgv',
    'version',
    'versions',
    '$',
    'Fail',
    'ProcessOutput',
    'ProcessPromise',
  ],
  ...['bus', 'cd', 'chalk', 'defaults', 'kill', 'log', 'os', 'path', 'ps', 'quote', 'quotePowerShell'],
  ...['resolveDefaults', 'syncProcessCwd', 'useBash', 'usePowerShell', 'usePwsh', 'which', 'within'],
]

/** Makes zx's names global; the first use of one loads it. */
export function provideZx(): ScriptZx {
  const require = createRequire(programUrl('runner.cjs'))
  let zx: Zx | undefined
  let initial: Zx['defaults'] | undefined
  const descriptorOf = (name: string) => Object.getOwnPropertyDescriptor(globalThis, name)
  const before = new Map(zxNames.map((name) => [name, descriptorOf(name)]))
  const getters = new Set<unknown>()
  const isLazy = (name: string) => getters.has(descriptorOf(name)?.get)
  /** Returns undefined while zx is being loaded for a script that imports it. */
  const load = (): Zx | undefined => {
    if (zx !== undefined) return zx
    const lazy = zxNames.filter(isLazy).map((name) => [name, descriptorOf(name)] as const)
    // It looks for Node's own `fetch` as it loads.
    for (const [name] of lazy) restore(name, before.get(name))
    const found = require('zx') as Zx
    if (!isWhole(found)) {
      for (const [name, getter] of lazy) restore(name, getter)
      return undefined
    }
    zx = found
    initial = { ...zx.defaults }
    for (const [name] of lazy) define(name, zx[name as keyof Zx])
    return zx
  }
  for (const name of zxNames) {
    const get = (): unknown => {
      const loaded = load()
      if (loaded !== undefined) return loaded[name as keyof Zx]
      const own = before.get(name)
      return own?.get === undefined ? own?.value : own.get.call(globalThis)
    }
    getters.add(get)
    const set = (value: unknown) => define(name, value)
    Object.defineProperty(globalThis, name, { get, set, configurable: true, enumerable: true })
  }
  return {
    foresee(texts) {
      if (texts.some(mayUseZx)) load()
    },
    foreseeModules(urls) {
      if (zx === undefined && urls.some((url) => isOfZx(url) || mayUseZx(textOf(url)))) load()
    },
    async within(action) {
      // An action run by zx must return a promise.
      if (zx !== undefined) return await zx.within(action)
      try {
        return await action()
      } finally {
        restoreDefaults(zx, initial)
      }
    },
  }
}

/** Not of a module in the middle of its loading, whose exports are missing or throw. */
function isWhole(zx: Zx): boolean {
  return zxNames.every((name) => {
    try {
      return zx[name as keyof Zx] !== undefined
    } catch {
      return false
    }
  })
}

/** Of a zx that was loaded by the action itself: its settings were made outside of any scope. */
function restoreDefaults(zx: Zx | undefined, initial: Zx['defaults'] | undefined): void {
  if (zx === undefined || initial === undefined) return
  const settings = zx.defaults as unknown as Record<string, unknown>
  for (const name of Object.keys(settings)) if (!(name in initial)) delete settings[name]
  Object.assign(settings, initial)
}

function restore(name: string, descriptor: PropertyDescriptor | undefined): void {
  if (descriptor === undefined) Reflect.deleteProperty(globalThis, name)
  else Object.defineProperty(globalThis, name, descriptor)
}

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, enumerable: true, writable: true })
}

const names = zxNames.filter((name) => name !== '$').join('|')
/** Not behind a dot, and not in the name of a module, as in `node:path`. */
const name = new RegExp(`(?<![\\w$.:/'"-])(?:${names}|zx)(?![\\w$]|['"-])|(['"])zx(?:/\\w+)?\\1`)
/** Not the `${` of a template, and not the end of a pattern. */
const dollar = /(?<![\w$.\\])\$(?![\w${/|])/
/** `import fs from 'node:fs'` and the like: a name of its own. */
const binding = /\bimport\s+(?:\*\s+as\s+)?(\w+)\s+from\s*(['"])(?!zx\b)[^'"\n]*\2/g

/** Whether a module's text may name something of zx. Errs on the side of yes: zx is then loaded unused. */
export function mayUseZx(text: string): boolean {
  const bound = [...text.matchAll(binding)].flatMap(([, one]) => (one === undefined ? [] : [one]))
  const others = bound.reduce((rest, one) => rest.replaceAll(new RegExp(`\\b${one}\\b`, 'g'), ''), text)
  return dollar.test(others) || name.test(others)
}

function isOfZx(url: string): boolean {
  return url.includes('/node_modules/zx/')
}

/** Text of a module of the project; empty if there is none. */
export function textOf(url: string): string {
  if (!/^file:[^?#]*\.[cm]?[jt]s(?:[?#]|$)/.test(url) || url.includes('/node_modules/')) return ''
  try {
    return readFileSync(fileURLToPath(url), 'utf8')
  } catch {
    return '' // looked for in vain
  }
}

/** What `import`, `export ... from` and `require` name, also where the name goes on (`'./lib' + name`). */
const imported = /\b(?:from|import|require)\s*\(?\s*(['"`])([^'"`\n]*)\1/g
/** Of a path that is known only at run time. */
const computedImport = /\b(?:import|require)\s*\(\s*(?!\s|(['"])[^'"\n]*\1\s*[),])/
/** Its calls have any name. */
const createsRequire = /\bcreateRequire\b/
const quoted = /(['"`])([^'"`\s]*)\1/g

/**
 * Returns the text of a module and of all modules of the project that it imports; 'zx' for one that may import anything.
 * zx must be loaded before they are: where it is loaded by a module that Node's hooks require, it is another copy of it,
 * and where a trial is the first to load it, what the trial has set by then stays.
 */
export function textsFrom(source: string, url: string): readonly string[] {
  const texts = new Map([[url, source]])
  for (const [from, text] of texts) {
    // With and without comments, as what looks like one may stand in a string.
    const bare = text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, ' ')
    if (computedImport.test(bare)) return ['zx']
    const pattern = createsRequire.test(text) ? quoted : imported
    for (const [, , specifier = ''] of [...text.matchAll(pattern), ...bare.matchAll(pattern)]) {
      if (isBuiltin(specifier) || specifier === 'repro' || specifier.endsWith('.json')) continue
      if (/^\.{0,2}\//.test(specifier)) {
        const target = new URL(specifier, from).href
        if (texts.has(target)) continue
        const found = textOf(target)
        // Not a file, or one that Node finds only by trying extensions: anything may be behind it.
        if (found === '') return ['zx']
        texts.set(target, found)
      } else if (specifier.startsWith('#') || packageMayUseZx(specifier, from)) return ['zx']
    }
  }
  return [...texts.values()]
}

/** Whether an import names a package that is linked, as those of a workspace are, or that needs zx. */
function packageMayUseZx(specifier: string, from: string): boolean {
  const name = /^(?:@[\w.-]+\/)?[\w.-]+/.exec(specifier)?.[0]
  if (name === undefined) return false
  for (let folder = dirname(fileURLToPath(from)); ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name)
    try {
      const manifest = readFileSync(join(place, 'package.json'), 'utf8')
      return !realpathSync(place).includes('/node_modules/') || /"zx"\s*:/.test(manifest)
    } catch {
      if (folder === dirname(folder)) return false
    }
  }
}
