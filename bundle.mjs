// How src/ is bundled: entries, and what stays outside. The parts of a bundle are named by their content, and so is what imports them: the
// digest of an entry is one of all that it loads.

import { readFileSync } from 'node:fs'

/** Options of esbuild's `build`. */
export const bundle = {
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
  inject: ['src/prelude.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  external: Object.keys(
    JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')).dependencies,
  ),
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  metafile: true,
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
}
