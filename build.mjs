// Bundles src/ into dist/: the command line, the processes of cells and of drawings, and what scripts import. Dependencies stay outside.

import { chmod, copyFile, mkdir, rm, symlink } from 'node:fs/promises'
import { build } from 'esbuild'

await rm('dist', { recursive: true, force: true })
await build({
  entryPoints: {
    cli: 'src/cli.ts',
    runner: 'src/engine/script/runner.ts',
    hooks: 'src/engine/script/hooks.ts',
    watchdog: 'src/engine/script/watchdog.ts',
    drawer: 'src/report/drawing/drawer.ts',
    index: 'src/index.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  external: ['@retorquere/bibtex-parser', 'edtf'],
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
})
await chmod('dist/cli.js', 0o755)
for (const name of ['processors.c', 'states.c'])
  await copyFile(`src/testbeds/xen-qemu/${name}`, `dist/${name}`)

// Makes `npx repro` find the project's own command at once. A `bin` in package.json would not: npm links the commands of
// dependencies only, and npx would then install the whole project a second time into its cache.
await mkdir('node_modules/.bin', { recursive: true })
await rm('node_modules/.bin/repro', { force: true })
await symlink('../../dist/cli.js', 'node_modules/.bin/repro')
