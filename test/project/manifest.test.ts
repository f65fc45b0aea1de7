import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sha256 } from '../../src/files/fingerprint.ts'
import {
  everyManifest,
  filesFolder,
  formatManifest,
  isUpToDate,
  manifestFile,
  readManifest,
  reportFile,
} from '../../src/project/manifest.ts'
import { openSeal } from '../../src/results/seal.ts'

describe('the report and the manifest of a document', () => {
  it.each([
    ['paper/index.md', '_build/index.html', '.repro/manifests/paper+index.md.json'],
    ['paper/index.ja.md', '_build/index.ja.html', '.repro/manifests/paper+index.ja.md.json'],
    ['notes/a.md', '_build/+notes+a.html', '.repro/manifests/notes+a.md.json'],
    ['paper/a+b.md', '_build/a%2Bb.html', '.repro/manifests/paper+a%2Bb.md.json'],
  ])('of %s are %s and %s', (document, report, manifest) => {
    expect([reportFile(document), manifestFile(document)]).toEqual([report, manifest])
  })

  const names = ['a+b', 'a/b', 'a%2Bb', 'a%2fb', 'a/+b', 'a+/b', '+a', 'a', 'a+', 'a%', 'a%/b', '.md', '+']
  const documents = names.flatMap((name) =>
    ['', 'paper/', '+', 'paper+', 'paper/paper/'].flatMap((folder) =>
      ['', '.md', '.md.md', '%.md', '+.md', '.html.md'].map((end) => `${folder}${name}${end}`),
    ),
  )
  it('none has a folder of files that is the report of another', () => {
    const all = new Set(documents)
    const reports = ['html', 'markdown'].flatMap((format) => [...all].map((one) => reportFile(one, format)))
    const folders = [...all].map((one) => `_build/${filesFolder(one)}`)
    expect(new Set(folders).size).toBe(all.size)
    expect(folders.filter((folder) => reports.includes(folder))).toEqual([])
    expect(filesFolder('paper/index.md')).toBe('index')
  })

  it.each([
    ['report', (document: string) => reportFile(document)],
    ['manifest', manifestFile],
  ])('no two documents share a %s', (_, nameOf) => {
    const all = [...new Set(documents)]
    expect(all.length).toBeGreaterThan(300)
    expect(new Set(all.map(nameOf)).size).toBe(all.length)
  })
})

describe('a manifest', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'repro-manifest-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const document = 'paper/index.md'
  const html = '<h1>report</h1>'
  const complete = {
    complete: true,
    fingerprints: {},
    reports: { html: { files: { [reportFile(document)]: sha256(html) }, page: {} } },
    steps: { page: {} },
  }
  const at = (machine: string) => ({
    project: folder,
    document,
    seal: openSeal(folder, join(folder, machine)),
  })
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const brought = (content: string | Uint8Array | undefined) => {
    write(reportFile(document), html)
    write(manifestFile(document), content ?? '')
  }

  it('of this machine says that there is nothing to do', () => {
    const mine = at('mine')
    brought(formatManifest(complete, mine))
    expect(isUpToDate(mine)).toBe(true)
    expect(everyManifest(mine)).toEqual([complete])
    write(reportFile(document), 'edited')
    expect(isUpToDate(mine)).toBe(false)
  })

  it('of an earlier version of this program says nothing', () => {
    const mine = at('mine')
    const { fingerprints: _, ...others } = complete
    const earlier = JSON.stringify({ ...others, report: sha256(html) })
    brought(mine.seal.close({ kind: 'manifest', path: manifestFile(document) }, earlier))
    expect(isUpToDate(mine)).toBe(false)
    expect(mine.seal.note()).toBeUndefined()
  })

  it.each<[string, () => string | Uint8Array | undefined]>([
    ['without a seal', () => JSON.stringify({ schema: 1, ...complete })],
    ['of another machine', () => formatManifest(complete, at('theirs'))],
    ['of another document', () => formatManifest(complete, { ...at('mine'), document: 'paper/other.md' })],
    ['that is no JSON', () => 'x'.repeat(100)],
  ])('%s says nothing, whatever is in it', (_, content) => {
    const mine = at('mine')
    brought(content())
    expect(isUpToDate(mine)).toBe(false)
    expect(readManifest(mine)).toBeUndefined()
    expect(everyManifest(mine)).toEqual([])
    expect(mine.seal.note()).toContain(
      'ignored 1 file under .repro/ that was not sealed on this machine: .repro/manifests/paper+index.md.json',
    )
  })
})
