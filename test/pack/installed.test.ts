import { describe, expect, it } from 'vitest'
import { installNotes } from '../../src/pack/installed.ts'

const manifest = (wanted: string, key = 'dependencies') => JSON.stringify({ [key]: { repro: wanted } })

describe('how readers of an archive install this program', () => {
  it.each([
    ['file:../repro-0.1.0.tgz', '../repro-0.1.0.tgz'],
    ['../repro-0.1.0.tgz', '../repro-0.1.0.tgz'],
    ['file:/home/ada/repro.tgz', '/home/ada/repro.tgz'],
    ['file:ignored.tgz', 'ignored.tgz'],
  ])('is told not to work for %s, which the archive lacks', (wanted, path) => {
    for (const key of ['dependencies', 'devDependencies'])
      expect(
        installNotes(manifest(wanted, key), ['package.json', 'package-lock.json', 'repro-0.1.0.tgz']),
      ).toEqual([
        `package.json takes repro from ${path}, which is not in the archive, so \`npm ci\` fails elsewhere: copy the package into the project, npm install it from there, and commit it`,
      ])
  })

  it.each([
    'file:repro-0.1.0.tgz',
    'file:./repro-0.1.0.tgz',
    'file:tools/repro',
    '^0.1.0',
    'npm:repro-paper@^1.0.0',
  ])('is in order for %s', (wanted) => {
    const paths = ['package.json', 'package-lock.json', 'repro-0.1.0.tgz', 'tools/repro/package.json']
    expect(installNotes(manifest(wanted), paths)).toEqual([])
    expect(
      installNotes(
        manifest(wanted),
        paths.filter((path) => path !== 'package-lock.json'),
      ),
    ).toEqual([expect.stringContaining('no package-lock.json')])
  })

  it('needs a package.json, and leaves one alone that is for something else', () => {
    expect(installNotes(undefined, [])).toEqual([expect.stringContaining('no package.json')])
    expect(installNotes('{"name": "x"}', ['package.json'])).toEqual([])
    expect(installNotes('{', ['package.json'])).toEqual([])
  })
})
