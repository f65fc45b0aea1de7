import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as zx from 'zx'
import { mayUseZx, textsFrom, zxNames } from '../../../src/engine/script/zx.ts'

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

describe('the modules of a script', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'repro-zx-'))
    writeFileSync(join(folder, 'plain.mjs'), "export { two } from './two.ts'\n")
    writeFileSync(join(folder, 'two.ts'), "import './plain.mjs'\nexport const two = 2\n")
    writeFileSync(join(folder, 'shell.mjs'), "import './two.ts'\nexport * from './deep.mjs'\n")
    writeFileSync(join(folder, 'deep.mjs'), 'export const run = () => $`uname`\n')
    for (const [path, manifest] of [
      ['own', '{"name":"own"}'],
      ['node_modules/plain', '{"name":"plain"}'],
      ['node_modules/@some/shell', '{"name":"@some/shell","dependencies":{"zx":"8"}}'],
    ] as const) {
      mkdirSync(join(folder, path), { recursive: true })
      writeFileSync(join(folder, path, 'package.json'), manifest)
    }
    symlinkSync('../own', join(folder, 'node_modules/own'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  const foreseen = (source: string) =>
    textsFrom(source, pathToFileURL(join(folder, 'script.ts')).href).some(mayUseZx)

  it.each([
    ['one that uses none', "import { two } from './plain.mjs'\n"],
    [
      'a module of Node',
      "import { readFileSync } from 'node:fs'\nreadFileSync(new URL('./two.ts', import.meta.url))",
    ],
    ['an installed package', "import one from 'plain'\nimport two from 'absent'"],
    ['rows in JSON', "import rows from './rows.json' with { type: 'json' }"],
    ['require of a package', "const load = createRequire(import.meta.url)\nload('some')"],
  ])('are followed: %s', (_, source) => {
    expect(foreseen(source)).toBe(false)
  })

  it.each([
    ['one that another imports', "import './shell.mjs'\n"],
    ['a computed name', 'await import(`./${name}.mjs`)'],
    ['a name in a variable', 'require(name)'],
    ['one that is not there', "import './missing.mjs'"],
    ['one without its extension', "require('./two')"],
    ['a name of the package', "import { run } from '#lib/run.ts'"],
    ['a linked package', "import { run } from 'own/run.js'"],
    ['a required linked package', "const load = createRequire(import.meta.url)\nload('own')"],
    ['a package that needs it', "import { run } from '@some/shell'"],
    ['a name in two parts', "await import('z' + 'x')"],
    ['one behind a comment', "import /* all */ { run } from // this\n  './shell.mjs'"],
    ['a require by another name', "const load = createRequire(import.meta.url)\nload('./shell.mjs')"],
  ])('may use it: %s', (_, source) => {
    expect(foreseen(source)).toBe(true)
  })
})
