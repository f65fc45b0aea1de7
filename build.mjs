// Bundles src/ into dist/: the command line, the processes of cells and of drawings, and what scripts import.

import { chmod, copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

await rm('dist', { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: {
    cli: 'src/cli.ts',
    runner: 'src/engine/script/runner.ts',
    hooks: 'src/engine/script/hooks.ts',
    watchdog: 'src/engine/script/watchdog.ts',
    drawer: 'src/report/drawing/drawer.ts',
    index: 'src/index.ts',
  },
  inject: ['src/prelude.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  external: Object.keys(JSON.parse(await readFile('package.json', 'utf8')).dependencies),
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  metafile: true,
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
})
await chmod('dist/cli.js', 0o755)
for (const name of ['processors.c', 'states.c'])
  await copyFile(`src/testbeds/xen-qemu/${name}`, `dist/${name}`)
await writeFile('dist/LICENSES.txt', await licenses(Object.keys(metafile.inputs)))

// Makes `npx repro` find the project's own command at once. npm links the `bin` of dependencies only, and npx would then
// install the whole project a second time into its cache.
await mkdir('node_modules/.bin', { recursive: true })
await rm('node_modules/.bin/repro', { force: true })
await symlink('../../dist/cli.js', 'node_modules/.bin/repro')

/** The bundled packages, each with its license, as their authors ask for. */
async function licenses(files) {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [])
  const parts = [...new Set(folders)].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    const own = (await readdir(folder)).filter((file) => /^(?:licen[cs]e|notice)/i.test(file))
    const texts = await Promise.all(own.map((file) => readFile(join(folder, file), 'utf8')))
    return [`${name} ${version} (${license})`, ...texts].join('\n\n')
  })
  return `${(await Promise.all(parts)).join(`\n\n${'-'.repeat(72)}\n\n`)}\n`
}
