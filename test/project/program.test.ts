import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openFiles } from '../../src/files/tracked.ts'
import { lockOf, programOf, versionsOf } from '../../src/project/program.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repro-program-'))
})
afterEach(() => rm(folder, { recursive: true }))

function install(path: string, version: string, ...dependencies: readonly string[]): void {
  mkdirSync(join(folder, path), { recursive: true })
  const needs = Object.fromEntries(dependencies.map((name) => [name, '*']))
  writeFileSync(join(folder, path, 'package.json'), JSON.stringify({ version, dependencies: needs }))
}
const versions = () => versionsOf(['draw'], join(folder, 'program/dist'), openFiles(folder))

it('what makes a report counts with its version, and all that it depends on', () => {
  install('program/node_modules/draw', '1.0.0', 'scale', '@scope/color', 'not-installed')
  install('program/node_modules/draw/node_modules/scale', '3.0.0', 'draw')
  install('node_modules/scale', '2.0.0')
  install('node_modules/@scope/color', '4.0.0')
  expect(versions()).toEqual(['@scope/color 4.0.0', 'draw 1.0.0', 'scale 3.0.0'])
  install('node_modules/@scope/color', '4.0.1')
  expect(versions()).toContain('@scope/color 4.0.1')
})

it('the program looks at what it draws with and at the libraries that it cites with, so that a build notices new ones', () => {
  const files = openFiles(folder)
  programOf({ generator: 'repro 0' }, files)
  expect(Object.keys(files.fingerprints()).some((path) => path.endsWith('/drawer.cjs'))).toBe(true)
  const noted = Object.entries(files.fingerprints()).flatMap(([path, { type }]) =>
    type === 'file' ? [path] : [],
  )
  expect(noted.some((path) => path.endsWith('/node_modules/.package-lock.json'))).toBe(true)
})

it('what npm notes of its packages stands for all of them, where they are', () => {
  const lock = () => lockOf(join(folder, 'node_modules/program/dist'), openFiles(folder))
  install('node_modules/program/dist', '1.0.0')
  install('node_modules/edtf', '1.0.0')
  const note = (path: string, text: string) => writeFileSync(join(folder, path, '.package-lock.json'), text)
  note('node_modules', 'one')
  expect(lock()).toBeUndefined()
  install('node_modules/@retorquere/bibtex-parser', '1.0.0')
  const before = lock()
  expect(before).toHaveLength(1)
  note('node_modules', 'two')
  expect(lock()).not.toEqual(before)
  rmSync(join(folder, 'node_modules/.package-lock.json'))
  expect(lock()).toBeUndefined()
})
