/** Builds the pages of docs/, or those named, with the built command line, and puts them into _build/docs/. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = import.meta.dirname
const folder = join(root, '_build/docs')
mkdirSync(folder, { recursive: true })
const named = process.argv.slice(2)
const all = readdirSync(join(root, 'docs')).filter((one) => one.endsWith('.md'))
for (const name of named.length > 0 ? named : all) {
  const page = name.replace(/\.md$/, '.html')
  execFileSync(process.execPath, [join(root, 'dist/cli.cjs'), 'build', `docs/${name}`], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const html = readFileSync(join(root, `_build/+docs+${page}`), 'utf8')
    // Reports lie side by side in _build/, these one folder below.
    .replaceAll('href="+docs+', 'href="')
    .replaceAll('href="../', 'href="../../')
    .replace(/<main\b[^>]*>/, (main) =>
      page === 'index.html'
        ? main
        : `${main}<nav class="translations"><a href="index.html">Documentation</a></nav>`,
    )
  writeFileSync(join(folder, page), html)
}
process.stdout.write('_build/docs/index.html\n')
