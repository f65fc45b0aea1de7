// How src/ is bundled: entries, and what stays outside. The parts of a bundle are named by their content, and so is what imports them: the
// digest of an entry is one of all that it loads.

import { readFileSync } from 'node:fs'
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
    onLoad({ filter: /src[\\/]bibliography[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(/\bimport\((?=')/g, 'module.import('),
      loader: 'ts',
    }))
  },
}

/** The command line as one CommonJS file, as Node keeps the code of scripts, but on Node 20 not of modules. */
const program = {
  ...common,
  entryPoints: { program: 'src/commands/program.ts' },
  entryNames: '[name]-[hash]',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': '__url' },
  banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
}

const modules = {
  ...common,
  entryPoints: {
    cli: 'src/cli.ts',
    runner: 'src/engine/script/runner.ts',
    hooks: 'src/engine/script/hooks.ts',
    watchdog: 'src/engine/script/watchdog.ts',
    task: 'src/engine/slurm/task.ts',
    drawer: 'src/report/drawing/drawer.ts',
    parquet: 'src/data/parquetreader.ts',
    index: 'src/index.ts',
  },
  splitting: true,
  format: 'esm',
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
}

/** Bundles all; `others` are further options of esbuild's `build`. Returns the files that went in, and those made. */
export async function bundle(others = {}) {
  const first = await build({ ...program, ...others, plugins: [imports, ...(others.plugins ?? [])] })
  const left = Object.values(first.metafile.outputs)
    .flatMap((output) => output.imports)
    .filter(({ kind, external }) => kind === 'dynamic-import' && external)
  if (left.length > 0) throw new Error(`imported by the program itself: ${left.map(({ path }) => path)}`)
  const programFile = Object.keys(first.metafile.outputs).find((path) => path.endsWith('.cjs'))
  const define = { programFile: JSON.stringify(basename(programFile)) }
  const second = await build({ ...modules, define, ...others })
  return {
    inputs: [first, second].flatMap(({ metafile }) => Object.keys(metafile.inputs)),
    outputFiles: [first, second].flatMap(({ outputFiles = [] }) => outputFiles),
    metafiles: [first.metafile, second.metafile],
  }
}
