import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Step } from '../../src/engine/plan.ts'
import { codeOf, codeOfRun, openConsent, placeOf } from '../../src/project/consent.ts'

const top = mkdtempSync(join(tmpdir(), 'repro-consent-'))
afterAll(() => rmSync(top, { recursive: true }))
const project = join(top, 'project')
mkdirSync(project)

interface Given {
  readonly script?: object
  readonly inputs?: Step['inputs']
  readonly expected?: Step['inputs']
  readonly access?: object
  readonly program?: object
  readonly variables?: readonly string[]
}

const step = ({ script = { file: 'a.ts' }, inputs = {}, expected, access, program, variables }: Given = {}) =>
  ({
    cell: { block: { id: 'a', script, variables } },
    environment: { name: 'pi', testbed: 'ssh', ...(access && { access }) },
    inputs: { script: 'digest', trials: 5, seed: 1, 'package x': '1', interpreter: 'Node 20', ...inputs },
    expected: { script: 'digest', ...inputs, ...expected },
    ...(program && { program }),
  }) as unknown as Step
const documents = ['paper/index.md', 'paper/part.md']
const codes = (given?: Given) => codeOf(step(given), placeOf(project, documents))
/** What has no consent after `before` was allowed. */
const asked = (before: Given, now: Given) => {
  const consent = openConsent(project, join(top, `cache-${Math.random()}`))
  consent.remember(codes(before))
  return consent.missing(codes(now)).map(({ paths }) => paths.join(' '))
}

describe('what was allowed', () => {
  it.each<readonly [string, Given, readonly string[]]>([
    ['the same', {}, []],
    ['more trials', { inputs: { trials: 50 } }, []],
    [
      'another version of a package or interpreter',
      { inputs: { 'package x': '2', interpreter: 'Node 22' } },
      [],
    ],
    ['another script', { inputs: { script: 'other' } }, ['a.ts']],
    ['another file', { inputs: { 'file lib.ts': 'other' } }, ['lib.ts']],
    ['a file that its last run read', { expected: { 'data d.csv': 'other' } }, ['d.csv']],
    ['another parameter', { inputs: { 'parameter command': 'rm' } }, ['paper/index.md paper/part.md']],
    ['another environment', { inputs: { 'environment machine': 'other' } }, ['paper/index.md paper/part.md']],
    ['another variable', { variables: ['TOKEN'] }, ['paper/index.md paper/part.md']],
    [
      'a command for a board',
      { access: { host: 'pi', serial: 'rm -rf ~' } },
      ['paper/index.md paper/part.md experiments/environments.yaml'],
    ],
    [
      'another interpreter',
      { program: { command: '/usr/bin/perl', args: [] } },
      ['paper/index.md paper/part.md'],
    ],
    [
      'a script in the document',
      { script: { source: 'x' }, inputs: { script: 'other' } },
      ['paper/index.md paper/part.md'],
    ],
  ])('does not cover %s', (_, now, expected) => {
    expect(asked({}, now)).toEqual(expected)
  })

  it('does not cover another program of the project by the same name', () => {
    const program = { command: join(project, 'python3'), args: [] }
    writeFileSync(join(project, 'python3'), 'one')
    const consent = openConsent(project, join(top, 'cache'))
    consent.remember(codes({ program }))
    expect(consent.missing(codes({ program }))).toEqual([])
    writeFileSync(join(project, 'python3'), 'other')
    expect(consent.missing(codes({ program })).map(({ paths }) => paths)).toEqual([['python3']])
    rmSync(join(project, 'python3'))
  })

  it('does not cover a file by which a version manager takes another program', () => {
    const consent = openConsent(project, join(top, 'cache-versions'))
    const program = { command: '/usr/bin/python3', args: [] }
    consent.remember(codes({ program }))
    expect(consent.mayAsk).toBe(true)
    writeFileSync(join(project, '.tool-versions'), 'python path:.')
    expect(consent.mayAsk).toBe(false)
    expect(consent.missing(codes({ program })).map(({ paths }) => paths)).toEqual([['.tool-versions']])
    rmSync(join(project, '.tool-versions'))
  })

  it('does not cover code that a program may open, once it changed; data it does', () => {
    const files = {
      'run/a.sh':
        '. "$(dirname "$0")/lib.sh"; ./tools/count > out.txt; grep . other.sh.txt; make -s -C built',
      'run/lib.sh': 'source run/deep.bash',
      ...{
        'run/deep.bash': '',
        'tools/count': '#!/bin/sh',
        'out.txt': '',
        'other.sh.txt': '',
        'run/unused.sh': '',
        'built/Makefile': 'all:\n\tpython3 built/main.py',
        'built/main.py': '',
        'built/package.json': '{}',
      },
    }
    const save = (path: string, text: string) => {
      mkdirSync(dirname(join(project, path)), { recursive: true })
      writeFileSync(join(project, path), text)
    }
    for (const [path, text] of Object.entries(files)) save(path, text)
    const program = { command: '/bin/sh', args: [] }
    const now = () => codes({ script: { file: 'run/a.sh' }, program })
    const consent = openConsent(project, join(top, 'cache-named'))
    consent.remember(now())
    const changed = Object.keys(files).filter((path) => {
      save(path, `${files[path as keyof typeof files]}\nmore`)
      const missing = consent.missing(now()).map(({ paths }) => paths.join())
      save(path, files[path as keyof typeof files])
      expect(missing).toEqual(missing.length === 0 ? [] : [path])
      return missing.length > 0
    })
    const named = ['run/lib.sh', 'run/deep.bash', 'tools/count', 'built/Makefile', 'built/main.py']
    expect(changed.filter((path) => named.includes(path))).toEqual(named)
    // Names may be computed.
    expect(changed.filter((path) => !named.includes(path))).toEqual(['run/unused.sh', 'built/package.json'])
    const inline = codes({ script: { source: 'sh run/lib.sh' }, program }).flatMap(({ paths }) => paths)
    expect(inline).toEqual(expect.arrayContaining(['run/lib.sh', 'run/deep.bash']))
    // What a script of Node imports is seen, but not what it starts.
    save('run/start.js', "import './own.js'; execFileSync('bash', ['run/a.sh'])")
    save('run/own.js', '')
    const started = codes({ script: { file: 'run/start.js' }, expected: { 'file run/own.js': 'one' } })
    expect(started.flatMap(({ paths }) => paths).filter((path) => path === 'run/own.js')).toHaveLength(1)
    expect(started.flatMap(({ paths }) => paths)).toEqual(expect.arrayContaining(['run/a.sh', ...named]))
  })

  it('follows no link out of the project', () => {
    symlinkSync(tmpdir(), join(project, 'out'))
    symlinkSync(join(tmpdir(), 'absent.py'), join(project, 'gone.py'))
    const program = { command: '/bin/sh', args: [] }
    const found = codes({ script: { file: 'run/a.sh' }, program }).flatMap(({ paths }) => paths)
    expect(found.filter((path) => /^(?:out|gone)/.test(path))).toEqual([])
    for (const link of ['out', 'gone.py']) rmSync(join(project, link))
  })

  it('covers what a run was seen to read', () => {
    const consent = openConsent(project, join(top, 'cache-reads'))
    consent.remember(codes())
    consent.remember(codeOfRun({ inputs: { 'file lib.ts': 'one', trials: 5 } }))
    expect(consent.missing(codes({ expected: { 'file lib.ts': 'one' } }))).toEqual([])
    expect(consent.missing(codes({ expected: { 'file lib.ts': 'two' } }))).toHaveLength(1)
  })

  it('is found again by another process, for this folder only', () => {
    const cache = join(top, 'cache-again')
    openConsent(project, cache).remember(codes())
    expect(openConsent(project, cache).missing(codes())).toEqual([])
    expect(openConsent(top, cache)).toMatchObject({ isGiven: false, mayAsk: false })
  })

  it('is all in an own folder, but never in one that everybody writes to', () => {
    const cache = join(top, 'cache-own')
    openConsent(project, cache).remember([], true)
    expect(openConsent(project, cache).missing(codes())).toEqual([])
    const shared = openConsent(tmpdir(), cache)
    shared.remember([], true)
    expect(shared.missing(codes())).not.toEqual([])
  })
})
