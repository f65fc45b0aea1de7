// Makes dist/: the bundle of src/ (bundle.mjs), the C sources that it compiles, and the licenses of what is inside.

import { chmod, copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { transform } from 'esbuild'
import { bundle } from './bundle.mjs'

await rm('dist', { recursive: true, force: true })
const { inputs } = await bundle()
await chmod('dist/cli.cjs', 0o755)
for (const name of ['xen-qemu/processors.c', 'xen-qemu/states.c', 'ssh/agent.sh', 'ssh/yields.c'])
  await copyFile(`src/testbeds/${name}`, `dist/${basename(name)}`)
await copyFile('src/languages/imports.py', 'dist/imports.py')
await mkdir('dist/fonts')
const arimo = 'node_modules/@expo-google-fonts/arimo'
for (const [folder, style] of [
  ['400Regular', 'Regular'],
  ['700Bold', 'Bold'],
])
  await copyFile(`${arimo}/${folder}/Arimo_${folder}.ttf`, `dist/fonts/Arimo-${style}.ttf`)
await writeFile('dist/LICENSES.txt', await licenses([...new Set([...inputs, `${arimo}/metadata.json`])]))
for (const name of ['client.js', 'client.css']) await copyFile(`src/serve/${name}`, `dist/${name}`)
// Part of each page, so its bytes count; by the same esbuild, they are the same.
const scripts = ['zoom.js', 'around.js', 'reader.js'].map(async (name) => {
  const { code } = await transform(await readFile(`src/report/html/${name}`, 'utf8'), {
    minify: true,
    target: 'es2022',
  })
  return code
})
await writeFile('dist/reader.js', (await Promise.all(scripts)).join(''))

// Makes `npx --no-install repro` find the project's own command at once. npm links the `bin` of dependencies only, and npx would then
// install the whole project a second time into its cache.
await mkdir('node_modules/.bin', { recursive: true })
await rm('node_modules/.bin/repro', { force: true })
await symlink('../../dist/cli.cjs', 'node_modules/.bin/repro')

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
