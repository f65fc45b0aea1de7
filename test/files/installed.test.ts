import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { findInstalled, installedPath, isInstalled } from '../../src/files/installed.ts'

const top = mkdtempSync(join(tmpdir(), 'repro-installed-'))
const project = join(top, 'repository/paper')
const path = process.env.PATH
afterAll(() => rmSync(top, { recursive: true }))
afterEach(() => {
  process.env.PATH = path
})
mkdirSync(join(top, 'repository/.git'), { recursive: true })
mkdirSync(project)

const program = (file: string) => {
  mkdirSync(dirname(join(top, file)), { recursive: true })
  writeFileSync(join(top, file), '#!/bin/sh\n')
  chmodSync(join(top, file), 0o755)
  return join(top, file)
}
const own = program('bin/tool')
for (const file of ['repository/paper/tool', 'repository/bin/tool', 'global/node_modules/.bin/tool'])
  program(file)
mkdirSync(join(top, 'links'))
symlinkSync(join(project, 'tool'), join(top, 'links/tool'))
symlinkSync(project, join(top, 'folder'))

describe('an installed program', () => {
  it.each([
    ['the project', project],
    ['the repository', join(top, 'repository/bin')],
    ['packages of npm', join(top, 'global/node_modules/.bin')],
    ['a folder that is a link to the project', join(top, 'folder')],
    ['a link to a program of the project', join(top, 'links')],
    ['a relative folder', 'repository/bin'],
    ['the working folder', ''],
  ])('is not found in %s', (_, folder) => {
    process.env.PATH = `${folder}:${join(top, 'bin')}`
    expect(findInstalled('tool', project)).toBe(own)
    process.env.PATH = folder
    expect(findInstalled('tool', project)).toBeUndefined()
  })

  it('tells what would come before it', () => {
    process.env.PATH = `${join(top, 'none')}:${join(top, 'bin')}`
    const absent: string[] = []
    findInstalled('tool', project, (file) => absent.push(file))
    expect(absent).toEqual([join(top, 'none/tool')])
    expect(installedPath(project)).toBe(process.env.PATH)
  })

  it.each([
    ['/usr/bin/env', true],
    ['bin/tool', true],
    ['repository/paper/tool', false],
    ['repository/bin/tool', false],
    ['links/tool', false],
    ['elsewhere/tool', false],
  ])('is one that is named by its path: %s %s', (file, expected) => {
    process.env.PATH = join(top, 'bin')
    expect(isInstalled(file.startsWith('/') ? file : join(top, file), project)).toBe(expected)
  })

  it('is no link of the project to one', () => {
    symlinkSync('/usr/bin/env', join(project, 'python3'))
    expect(isInstalled(join(project, 'python3'), project)).toBe(false)
  })
})
