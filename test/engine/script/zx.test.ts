import { describe, expect, it } from 'vitest'
import * as zx from 'zx'
import { mayUseZx, zxNames } from '../../../src/engine/script/zx.ts'

it('knows all names of the zx that is installed', () => {
  const known = Object.keys(zx).filter((name) => name !== 'default' && name !== 'module.exports')
  expect([...zxNames].sort()).toEqual(known.sort())
})

describe('foresees zx', () => {
  it.each([
    ['a command', 'const { stdout } = await $`uname`'],
    ['an alias', 'const sh = $\n'],
    ['a command with options', "await $({ cwd: '/' })`ls`"],
    ['a name', "cd('/tmp')"],
    ['an import', "import { quiet as q } from 'zx'"],
    ['a computed import', "const { $: sh } = await import('zx')"],
    ['a require', 'const z = require("zx/globals")'],
    ['a global by its name', "globalThis['$']"],
    ['a name that another file imports', "import { join } from 'node:path'\nawait fs.readFile(join('a'))"],
    ['fetch, which zx replaces', 'await fetch(url)'],
  ])('in %s', (_, text) => {
    expect(mayUseZx(text)).toBe(true)
  })

  it.each([
    ['a template', 'const text = `${one} and ${two}`'],
    ['a pattern', 'const end = /[0-9]+$/.test(text)'],
    [
      'modules of Node',
      "import fs from 'node:fs'\nimport { join } from 'node:path'\nfs.readFileSync(join('a'))",
    ],
    ['fields', 'const n = cell.parameters.version + it.log'],
    ['parts of names', 'const fsync = 1, mypath = 2, $name = 3'],
  ])('and not in %s', (_, text) => {
    expect(mayUseZx(text)).toBe(false)
  })
})
