import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { archiveFile, checksums, type PackedFile, writeArchive, zipped } from '../../src/pack/archive.ts'
import { packedFile } from '../../src/pack/contents.ts'
import { project, write } from '../project.ts'
import { entries } from './zip.ts'

const file = (path: string, content: string, kind: PackedFile['kind'] = 'file'): PackedFile => ({
  path,
  content: Buffer.from(content),
  kind,
})
const files = [file('run', '#!/bin/sh\n', 'program'), file('a/ä b.md', 'text'), file('link', 'run', 'link')]

describe('an archive', () => {
  it('has the files with their modes, at noon of its date', () => {
    const zip = zipped(files, '2026-11-03')
    const time = '2026-11-3 12:0'
    expect(entries(zip)).toEqual({
      'a/ä b.md': { mode: '100644', time },
      link: { mode: '120777', time },
      run: { mode: '100755', time },
    })
    expect(Buffer.from(unzipSync(zip)['a/ä b.md'] ?? []).toString()).toBe('text')
  })

  it('has the same bytes in any order of files and in any zone', () => {
    const zone = process.env.TZ
    const zips = ['Asia/Tokyo', 'America/St_Johns', 'Pacific/Apia'].map((name, index) => {
      process.env.TZ = name
      return zipped(index === 0 ? files : files.toReversed(), '2026-03-29')
    })
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
    expect(zips[1]).toEqual(zips[0])
    expect(zips[2]).toEqual(zips[0])
  })

  it('is refused when it would hold more than a zip can', () => {
    const many = Array.from({ length: 65_536 }, (_, index) => file(String(index), ''))
    expect(() => zipped(many, '2026-11-03')).toThrow(/^65536 files with 0 bytes are more than a zip holds/)
    const large = { ...file('large', ''), content: { length: 2 ** 32 } as Uint8Array }
    expect(() => zipped([large], '2026-11-03')).toThrow(/^1 files with 4294967296 bytes are more/)
  })

  it('lists checksums as sha256sum reads them, without links', () => {
    expect(checksums(files)).toBe(
      [
        'a8076d3d28d21e02012b20eaf7dbf75409a6277134439025f282e368e3305abf  run\n',
        '982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1  a/ä b.md\n',
      ].join(''),
    )
  })

  it('takes the place of another as a whole and leaves nothing else behind', async () => {
    write({ 'out/x.zip': 'old' })
    await writeArchive(join(project, 'out/x.zip'), Buffer.from('new'))
    expect(readFileSync(join(project, 'out/x.zip'), 'utf8')).toBe('new')
    expect(readdirSync(join(project, 'out'))).toEqual(['x.zip'])
  })

  it('is refused in words where a folder or a file is in the way', async () => {
    mkdirSync(join(project, 'x.zip/inside'), { recursive: true })
    await expect(writeArchive(join(project, 'x.zip'), Buffer.from('new'))).rejects.toThrow(
      /cannot write .*x\.zip: it is a folder; name a file with -o/,
    )
    write({ plain: '' })
    await expect(writeArchive(join(project, 'plain/x.zip'), Buffer.from('new'))).rejects.toThrow(
      /cannot write .*plain\/x\.zip \((?:ENOTDIR|EEXIST)\): name another place with -o/,
    )
    expect(readdirSync(project).sort()).toEqual(['plain', 'x.zip'])
  })
})

describe('a file of an archive', () => {
  it('may be a link within the project, or one that leads nowhere', () => {
    write({ 'a.md': 'a' })
    for (const [path, target] of [
      ['in', 'a.md'],
      ['none', 'b.md'],
      ['more', 'in'],
    ] as const) {
      symlinkSync(target, join(project, path))
      expect(packedFile(project, path)).toMatchObject({ kind: 'link', content: Buffer.from(target) })
    }
  })

  it.each([
    [
      'by itself',
      () => symlinkSync('../..', join(project, 'x')),
      'x is a link that leaves the project: ../..',
    ],
    [
      'by another link',
      () => {
        symlinkSync('up', join(project, 'x'))
        symlinkSync('..', join(project, 'up'))
      },
      'x is a link that leaves the project: up',
    ],
    [
      'to nothing',
      () => symlinkSync('../../none', join(project, 'x')),
      'x is a link that leaves the project: ../../none',
    ],
    [
      'as its path is absolute',
      () => symlinkSync(join(project, 'a.md'), join(project, 'x')),
      'x is a link that leaves the project: /',
    ],
    ['in a circle', () => symlinkSync('x', join(project, 'x')), 'x is a link that leaves the project: x'],
  ])('is no link that leaves the project %s', (_, make, reason) => {
    make()
    expect(() => packedFile(project, 'x')).toThrow(reason)
  })

  it.each(['a\nb.md', 'a\u001bb', 'a\\..\\b', 'C:x', 'a/D:b'])('has no name like %j', (path) => {
    write({ [path]: '' })
    expect(() => packedFile(project, path)).toThrow(`${JSON.stringify(path)}: no name for an archive`)
  })

  it('is no pipe, and none that does not fit into memory', () => {
    execFileSync('mkfifo', [join(project, 'pipe')])
    expect(() => packedFile(project, 'pipe')).toThrow('pipe is a pipe, a socket or a device')
    write({ huge: '' })
    truncateSync(join(project, 'huge'), 2 ** 33)
    expect(() => packedFile(project, 'huge')).toThrow('huge is too large: 8192 MB')
  })
})

describe('the place of an archive', () => {
  it('is behind a link what it leads to, and no pipe', () => {
    write({ 'a.zip': '' })
    symlinkSync('a.zip', join(project, 'link.zip'))
    expect(archiveFile(join(project, 'link.zip'))).toBe(join(realpathSync(project), 'a.zip'))
    expect(archiveFile(join(project, 'new.zip'))).toBe(join(project, 'new.zip'))
    execFileSync('mkfifo', [join(project, 'pipe')])
    expect(() => archiveFile(join(project, 'pipe'))).toThrow('it is a pipe or a device; name a file with -o')
  })
})
