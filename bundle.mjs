// How src/ is bundled: entries, and what stays outside. The parts of a bundle are named by their content, and so is what imports them: the
// digest of an entry is one of all that it loads.

import { readFileSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const common = {
  inject: ['src/prelude.ts'],
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  external: Object.keys(
    JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')).dependencies,
  ),
  // For Node, it looks for a library that draws bitmaps, which nothing here does.
  alias: {
    'vega-canvas': fileURLToPath(
      new URL('node_modules/vega-canvas/build/vega-canvas.browser.js', import.meta.url),
    ),
  },
  target: 'node20',
  sourcemap: 'linked',
  metafile: true,
  logLevel: 'warning',
}

/** Packages that are not bundled are imported by what loads the program: see src/commands/compiled.ts. */
const imports = {
  name: 'imports',
  setup({ onLoad }) {
    onLoad(
      { filter: /src[\\/](?:bibliography[\\/].*|engine[\\/]script[\\/]importmodule)\.ts$/ },
      ({ path }) => ({
        contents: readFileSync(path, 'utf8').replaceAll(/\bimport\((?='|url)/g, 'module.import('),
        loader: 'ts',
      }),
    )
  },
}

/**
 * Walking a tree, the library names a function for each node, for those who read a stack: a fifth of the time that a long document takes.
 */
const unnamed = {
  name: 'unnamed visits',
  setup({ onLoad }) {
    onLoad({ filter: /unist-util-visit-parents[\\/]lib[\\/]index\.js$/ }, ({ path }) => {
      const written = readFileSync(path, 'utf8')
      const contents = written.replace(
        /^ {4}if \(typeof value\.type === 'string'\) \{\n[\s\S]*?^ {4}\}\n/m,
        '',
      )
      if (contents.length === written.length) throw new Error(`${path} names no visits any more`)
      return { contents, loader: 'js' }
    })
  },
}

/** Packages and modules of Node that most uses of the program do without; so are the schemas of src/. */
const usedLater = [
  ...['node:child_process', 'node:fs/promises', 'node:readline/promises', 'node:stream/consumers'],
  ...['zod', 'yaml', 'saxes', '@rgrove/parse-xml', 'parse5', 'hast-util-from-html'],
  ...['@babel/parser', 'mdast-util-to-markdown', 'minimatch'],
]
const namespace = 'used-later'

/**
 * Loads modules on first use, not at the start of a program. Each is replaced by an object without own
 * exports, which inherits them from a proxy that loads the module.
 */
const later = {
  name: namespace,
  setup({ onResolve, onLoad, resolve }) {
    const filter = new RegExp(String.raw`/\w*schema\.ts$|^(?:${usedLater.join('|')})$`)
    onResolve({ filter }, async ({ path, kind, resolveDir, importer, namespace: from, pluginData }) => {
      if (kind !== 'import-statement' || from === namespace || pluginData === namespace) return undefined
      // It changes the module itself.
      if (importer.endsWith('/observe.ts')) return undefined
      const found = await resolve(path, { kind, resolveDir, pluginData: namespace })
      // Its name makes it CommonJS, whatever the module is.
      return { path: `${found.path}.cjs`, namespace, pluginData: found.path }
    })
    onLoad({ filter: /./, namespace }, ({ pluginData: path }) => ({
      contents: `
        let loaded
        const get = (_, name) => (loaded ??= require(${JSON.stringify(path)}))[name]
        module.exports = Object.create(new Proxy({}, { get }))`,
      resolveDir: import.meta.dirname,
    }))
  },
}

const url = "const __url = require('node:url').pathToFileURL(__filename).href;"

const commonJs = {
  ...common,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': '__url' },
  // Names stay; what V8 has its code of is read as a whole at each start, a third of it blanks and comments.
  minifyWhitespace: true,
}

/** The command line, what runs boots, and what draws figures, as one CommonJS file each: Node keeps the code of scripts, but on Node 20 not of modules. */
const programs = {
  ...commonJs,
  entryPoints: {
    program: 'src/commands/program.ts',
    boot: 'src/engine/script/boot.ts',
    drawing: 'src/report/drawing/program.ts',
  },
  entryNames: '[name]-[hash]',
  banner: { js: url },
}

/** What is imported later is the program's (writers of reports, say), and would be compiled at each start. */
const withoutLater = {
  name: 'without later imports',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' && !isBuiltin(path) ? { path, namespace: 'later' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'later' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not part of the start`)})`,
    }))
  },
}

/** Their starts are such files, too: Node's loader of modules takes as long as a build with nothing to do. */
const starts = {
  ...commonJs,
  entryPoints: {
    cli: 'src/cli.ts',
    runner: 'src/engine/script/runner.ts',
    drawer: 'src/report/drawing/drawer.ts',
  },
  banner: { js: `#!/usr/bin/env node\n${url}` },
}

const modules = {
  ...common,
  entryPoints: {
    hooks: 'src/engine/script/hooks.ts',
    watchdog: 'src/engine/script/watchdog.ts',
    task: 'src/engine/slurm/task.ts',
    lsp: 'src/lsp/main.ts',
    parquet: 'src/data/parquetreader.ts',
    compiler: 'src/report/print/compilerprocess.ts',
    index: 'src/index.ts',
  },
  splitting: true,
  format: 'esm',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
}

/** Bundles all; `others` are further options of esbuild's `build`. Returns the files that went in, and those made. */
export async function bundle(others = {}) {
  const first = await build({
    ...programs,
    ...others,
    plugins: [imports, unnamed, later, ...(others.plugins ?? [])],
  })
  const left = Object.values(first.metafile.outputs)
    .flatMap((output) => output.imports)
    .filter(({ kind, external }) => kind === 'dynamic-import' && external)
  if (left.length > 0) throw new Error(`imported by the program itself: ${left.map(({ path }) => path)}`)
  const fileOf = (name) => {
    const found = Object.keys(first.metafile.outputs).find(
      (path) => basename(path).startsWith(`${name}-`) && path.endsWith('.cjs'),
    )
    return JSON.stringify(basename(found))
  }
  const define = {
    ...starts.define,
    programFile: fileOf('program'),
    bootFile: fileOf('boot'),
    drawingFile: fileOf('drawing'),
  }
  const rest = [
    await build({ ...starts, define, ...others, plugins: [withoutLater, ...(others.plugins ?? [])] }),
    await build({ ...modules, ...others, plugins: [unnamed, ...(others.plugins ?? [])] }),
  ]
  const all = [first, ...rest]
  if (others.write !== false)
    for (const path of Object.keys(first.metafile.outputs).filter((name) => name.endsWith('.cjs')))
      writeFileSync(path, ascii(readFileSync(path, 'utf8')))
  return {
    inputs: all
      .flatMap(({ metafile }) => Object.keys(metafile.inputs))
      .filter((path) => !path.startsWith(`${namespace}:`)),
    outputFiles: all.flatMap(({ outputFiles = [] }) => outputFiles),
    metafiles: all.map(({ metafile }) => metafile),
  }
}

/**
 * Escapes what esbuild leaves in regular expressions and in `String.raw`, of which the program makes such: as ASCII, programs
 * need not be decoded when they are loaded (src/results/compiled.ts).
 */
function ascii(code) {
  return code.replaceAll(/[^\0-\x7F]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
