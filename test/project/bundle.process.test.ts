/** The program's digest holds the libraries that are bundled into it: with a new version of one, what it makes is made again. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { OutputFile, Plugin } from 'esbuild'
import { expect, it } from 'vitest'
// @ts-expect-error -- a script of the build, without types
import { bundle } from '../../bundle.mjs'
import { source } from '../source.ts'

/** Digests of the bundle's entries, as if the file of a package that `changed` fits were another one. */
async function entries(changed?: RegExp): Promise<Readonly<Record<string, string>>> {
  let isFound = changed === undefined
  const other: Plugin = {
    name: 'other-version',
    setup({ onLoad }) {
      if (changed)
        onLoad({ filter: changed }, async ({ path }) => {
          isFound = true
          return { contents: `${await readFile(path, 'utf8')}\nglobalThis.otherVersion = 1\n`, loader: 'js' }
        })
    },
  }
  const options = { absWorkingDir: source('.'), plugins: [other], write: false, sourcemap: false }
  const { outputFiles } = (await bundle(options)) as { readonly outputFiles: readonly OutputFile[] }
  expect(isFound).toBe(true)
  const own = outputFiles.filter(({ path }) => !path.includes('chunk-') && !/-[A-Z0-9]{8}\.c?js$/.test(path))
  return Object.fromEntries(
    own.map(({ path, contents }) => [
      path.split('/').at(-1),
      createHash('sha256').update(contents).digest('hex'),
    ]),
  )
}

let bundled: ReturnType<typeof entries> | undefined
/** Of the bundle as it is. */
const unchanged = () => (bundled ??= entries())

it.each([
  ['vega', /node_modules\/vega\/build\/vega\.module\.js$/],
  ['vega-lite', /node_modules\/vega-lite\/build\/(?:src\/)?index\.js$/],
])(
  'a new version of %s is another drawing program, and so another input of every figure',
  async (_, changed) => {
    const [before, after] = await Promise.all([unchanged(), entries(changed)])
    expect(Object.keys(before)).toContain('drawer.cjs')
    expect(after['drawer.cjs']).not.toBe(before['drawer.cjs'])
  },
)

it('a new version of a library of the page is another command line', async () => {
  const [before, after] = await Promise.all([unchanged(), entries(/node_modules\/hastscript\/index\.js$/)])
  expect(after['cli.cjs']).not.toBe(before['cli.cjs'])
})
