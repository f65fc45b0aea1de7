import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeFolders } from '../../src/files/folders.ts'

it('makes a folder with its parents, also when some are there', () => {
  const base = mkdtempSync(join(tmpdir(), 'repro-folders-'))
  try {
    for (const path of ['a/b/c', 'a/b', 'a/b/d']) {
      makeFolders(join(base, path))
      expect(statSync(join(base, path)).isDirectory()).toBe(true)
    }
    writeFileSync(join(base, 'file'), '')
    symlinkSync('nowhere', join(base, 'link'))
    for (const [path, code] of [
      ['file', 'EEXIST'],
      ['file/below', 'ENOTDIR'],
      ['file/below/that', 'ENOTDIR'],
      ['link', 'EEXIST'],
      ['link/below', 'EEXIST'],
    ] as const)
      expect(() => makeFolders(join(base, path))).toThrow(code)
  } finally {
    rmSync(base, { recursive: true })
  }
})

// Node tries for ever there: its recursive mkdir takes ENOENT for a parent that is missing.
it.runIf(process.platform === 'linux')('ends with an error where no folder can be made', () => {
  expect(() => makeFolders('/proc/nowhere/below')).toThrow('ENOENT')
})
