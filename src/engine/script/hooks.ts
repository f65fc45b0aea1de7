/**
 * Node loader hooks for scripts: resolve `repro` and `zx` from anywhere, load inline scripts from documents,
 * and strip types where Node would not.
 *
 * Newer versions of Node call them in the script's thread. Older ones load this file in a separate thread and
 * use its `resolve` and `load`, with promises that are passed through.
 */

import fs from 'node:fs'
import module, { createRequire, isBuiltin, register } from 'node:module'
import { dirname, join, resolve as resolvePath } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { programUrl } from '../../dist.ts'
import { markVariable, type Watched, watchParent } from './leftovers.ts'
import { isCommonJs, keptStripped, moduleFormat, openStrip, stripsTypes, type Strip } from './typescript.ts'

// Before they are observed: what the loader reads is told by its URL.
const { readFileSync, statSync } = fs

export interface Provided {
  /** URL of the document with the experiment's id as query, and the block's code as a module. */
  readonly inline?: { readonly url: string; readonly source: string } | undefined
  /** The cache folder; nothing is kept without one. */
  readonly cache?: string | undefined
}

interface Loaded {
  readonly format: string
  readonly source: string
  readonly shortCircuit: true
}

/** `Next` is the result of the loader's function, or a promise of it. */
export interface Hooks {
  resolve<Context extends object, Next>(
    specifier: string,
    context: Context,
    next: (specifier: string, context: Context) => Next,
  ): Next | { readonly url: string; readonly shortCircuit: true }
  load<Context extends object, Next>(
    url: string,
    context: Context,
    next: (url: string, context: Context) => Next,
  ): Next | Loaded
}

/** Node 22.18 or newer. */
type Newer = typeof module & {
  readonly registerHooks?: (hooks: Hooks) => void
  readonly stripTypeScriptTypes?: (text: string) => string
}
const { registerHooks }: Newer = module

/** Whether the hooks run in a thread of their own, which then also watches the parent: a further one takes a tenth of a second. */
export const hooksHaveThread = !(registerHooks && stripsTypes)

/**
 * Installs the hooks for later imports. Returns a function that yields the URLs loaded, or looked for in
 * vain, since its last call.
 */
export function provideModules(provided: Provided): () => readonly string[] {
  const loaded: string[] = []
  watchRequire((file) => loaded.push(pathToFileURL(file).href))
  if (!hooksHaveThread) {
    registerHooks?.(hooksOf(provided, undefined, (url) => loaded.push(url)))
    return () => loaded.splice(0)
  }
  const { port1, port2 } = new MessageChannel()
  const mark = process.env[markVariable]
  const data: Initial = { provided, port: port2, ...(mark && { watched: { parent: process.ppid, mark } }) }
  register(programUrl('hooks.js').href, { data, transferList: [port2] })
  // `require` ignores hooks of another thread.
  requireTypeScript(stripOf(provided), (file) => loaded.push(pathToFileURL(file).href))
  return () => {
    for (let told = receiveMessageOnPort(port1); told; told = receiveMessageOnPort(port1))
      loaded.push(told.message)
    return loaded.splice(0)
  }
}

interface Initial {
  readonly provided: Provided
  readonly port: MessagePort
  /** Of a cell's process. */
  readonly watched?: Watched
}

let hooks = hooksOf(undefined, openStrip(undefined))
export function initialize(initial: Initial | undefined): void {
  const { provided, port, watched } = initial ?? {}
  if (watched) watchParent(watched)
  hooks = hooksOf(provided, stripOf(provided), (url) => port?.postMessage(url))
}
export const resolve: Hooks['resolve'] = (...args) => hooks.resolve(...args)
export const load: Hooks['load'] = (...args) => hooks.load(...args)

function stripOf({ cache }: Provided = {}): Strip {
  return openStrip(cache === undefined ? undefined : keptStripped(cache))
}

function hooksOf(
  provided: Provided | undefined,
  strip: Strip | undefined,
  tell: (url: string) => void = () => {},
): Hooks {
  const inline = provided?.inline
  return {
    resolve(specifier, context, next) {
      // Unchanged: Node would look for a file with the query in its name, and follow links.
      if (inline !== undefined && specifier.startsWith(inline.url))
        return { url: specifier, shortCircuit: true }
      if (specifier === 'repro') return next(programUrl('index.js').href, context)
      if (/^zx(?:\/|$)/.test(specifier)) return next(specifier, { ...context, parentURL: import.meta.url })
      const { parentURL } = context as { readonly parentURL?: string }
      return watched(
        () => next(specifier, context),
        () => {
          for (const sought of soughtBy(specifier, parentURL)) tell(sought)
        },
      )
    },
    load(url, context, next) {
      if (inline !== undefined && url.startsWith(`${inline.url}&trial=`)) {
        const source = strip ? strip(inline.source, url) : inline.source
        return { format: strip ? 'module' : 'module-typescript', source, shortCircuit: true }
      }
      if (url.startsWith('file:')) tell(url)
      if (strip && isTypeScript(url)) {
        const file = fileURLToPath(url)
        const source = strip(readFileSync(file, 'utf8'), url)
        return { format: moduleFormat(file, source), source, shortCircuit: true }
      }
      return next(url, asWritten(url, context))
    },
  }
}

/** Lets Node load as a module what is written as one, whatever the package says; see moduleFormat(). */
function asWritten<Context extends object>(url: string, context: Context): Context {
  const { format } = context as { readonly format?: string }
  const isOwn = /^file:[^?#]*\.[jt]s(?:[?#]|$)/.test(url) && !url.includes('/node_modules/')
  if (!isOwn || (format !== 'commonjs' && format !== 'commonjs-typescript')) return context
  const text = readFileSync(fileURLToPath(url), 'utf8')
  if (isCommonJs(format === 'commonjs' ? text : stripTypes(text))) return context
  return { ...context, format: format.replace('commonjs', 'module') }
}

/** By the compiler of newer versions of Node, the only ones to name this format. */
function stripTypes(text: string): string {
  const { stripTypeScriptTypes = (same: string) => same }: Newer = module
  return stripTypeScriptTypes(text)
}

/** As in Node, packages contain JavaScript. */
function isTypeScript(url: string): boolean {
  return /^file:[^?#]*\.[cm]?ts(?:[?#]|$)/.test(url) && !url.includes('/node_modules/')
}

function requireTypeScript(strip: Strip, tell: (file: string) => void): void {
  const { extensions } = createRequire(import.meta.url)
  for (const extension of ['.ts', '.cts', '.mts'])
    extensions[extension] = (loaded, file) => {
      tell(file)
      const source = strip(readFileSync(file, 'utf8'), file)
      const compile = loaded as unknown as { _compile(source: string, file: string, format: string): void }
      compile._compile(source, file, moduleFormat(file, source))
    }
}

/** Calls `failed` if the attempt throws, or its promise is rejected. */
function watched<Result>(attempt: () => Result, failed: () => void): Result {
  try {
    const result = attempt()
    if (result instanceof Promise) result.catch(failed)
    return result
  } catch (error) {
    failed()
    throw error
  }
}

/** URLs of files that would resolve an import: the file, or the manifest of the package. */
function soughtBy(specifier: string, parent = ''): readonly string[] {
  if (!parent.startsWith('file:') || parent.includes('/node_modules/')) return []
  const isPath = /^(?:\.{0,2}\/|file:)/.test(specifier)
  if (isPath) return [new URL(specifier, parent).href]
  return manifestsOf(specifier, fileURLToPath(parent)).map((file) => pathToFileURL(file).href)
}

/** Places of a package's package.json, from those next to the importing file up. */
function manifestsOf(specifier: string, from: string): readonly string[] {
  const name = /^(?:@[^/]+\/)?[^/.:#@][^/:]*/.exec(specifier)?.[0]
  if (name === undefined || isBuiltin(specifier)) return []
  const folders = [dirname(from)]
  for (let above = dirname(from); above !== dirname(above); above = dirname(above))
    folders.push(dirname(above))
  return folders.map((folder) => join(folder, 'node_modules', name, 'package.json'))
}

/** Tells the files that `require` tries, up to the one that it finds: one that appears takes its place. */
function watchRequire(tell: (file: string) => void): void {
  const loader = module as unknown as {
    _resolveFilename(request: string, parent?: { readonly filename?: unknown }, ...rest: unknown[]): string
    readonly _extensions: object
  }
  const original = loader._resolveFilename
  const here = fileURLToPath(import.meta.url)
  loader._resolveFilename = function (request, parent, ...rest) {
    // The zx of this program, as for `import`.
    if (/^zx(?:\/|$)/.test(request) && parent?.filename !== here) return createRequire(here).resolve(request)
    const from = parent?.filename
    const isOwn = typeof from === 'string' && !from.includes('/node_modules/')
    if (isOwn && /^\.{0,2}(?:\/|$)/.test(request)) {
      const base = resolvePath(dirname(from), request)
      const endings = ['', ...Object.keys(loader._extensions)]
      const tried = [base, `${base}/index`].flatMap((start) => endings.map((ending) => start + ending))
      const hit = tried.findIndex(isFile)
      for (const file of hit < 0 ? tried : tried.slice(0, hit + 1)) tell(file)
      if (hit >= endings.length) tell(join(base, 'package.json'))
    }
    return watched(
      () => original.call(this, request, parent, ...rest),
      () => {
        for (const file of isOwn ? manifestsOf(request, from) : []) tell(file)
      },
    )
  }
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile()
  } catch {
    return false
  }
}
