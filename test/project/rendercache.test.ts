import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { formatManifest, manifestFile } from '../../src/project/manifest.ts'
import { floatCache, pruneRenderCache } from '../../src/project/rendercache.ts'
import type { Float } from '../../src/report/model.ts'
import { digest } from '../../src/results/key.ts'
import type { Inputs } from '../../src/results/run.ts'
import { openSeal } from '../../src/results/seal.ts'

let project: string
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'repro-made-'))
})
afterEach(() => rm(project, { recursive: true }))

const table = { forged: false } as unknown as Float
const inputs: Inputs = { program: '1' }
const other: Inputs = { program: '2' }
const steps = new Map([
  ['tbl', inputs],
  ['constructor', other],
])
const place = () => ({ project, seal: openSeal(project, join(project, 'cache')) })
const fileOf = (of: Inputs) => join(project, '.repro/render-cache', digest(of))

it('what was rendered here is found again, by its inputs', async () => {
  await floatCache(place(), steps).keep('tbl', table)
  expect(floatCache(place(), steps).find('tbl')).toEqual(table)
  expect(floatCache(place(), steps).find('constructor')).toBeUndefined()
})

it.each<[string, () => Uint8Array]>([
  ['without a seal', () => serialize({ forged: true })],
  ['of other inputs', () => readFileSync(fileOf(inputs))],
  ['that would not even be read', () => Buffer.from('no v8 data')],
])('what a repository brings %s is not used, and not deleted', async (_, content) => {
  await floatCache(place(), steps).keep('tbl', table)
  mkdirSync(join(project, '.repro/render-cache'), { recursive: true })
  writeFileSync(fileOf(other), content())
  const mine = place()
  expect(floatCache(mine, steps).find('constructor')).toBeUndefined()
  expect(mine.seal.note()).toContain(
    'ignored 1 file under .repro/ that was not sealed on this machine: .repro/render-cache/',
  )
  const again = place()
  await pruneRenderCache(again)
  // Entries that no manifest names are deleted.
  expect(readdirSync(join(project, '.repro/render-cache'))).toEqual([digest(other)])
  expect(again.seal.note()).toBeUndefined()
})

it('keeps judgements that a report used besides its steps', async () => {
  const mine = place()
  await floatCache(mine, steps).keep('tbl', table)
  await floatCache(mine, steps).keep('constructor', table)
  const document = 'paper/index.md'
  const manifest = { complete: true, fingerprints: {}, reports: {}, steps: {}, judged: [digest(other)] }
  const sealed = formatManifest(manifest, { ...mine, document }) ?? ''
  mkdirSync(join(project, '.repro/manifests'), { recursive: true })
  writeFileSync(join(project, manifestFile(document)), sealed)
  await pruneRenderCache(place())
  expect(readdirSync(join(project, '.repro/render-cache'))).toEqual([digest(other)])
  expect(readdirSync(join(project, '.repro/scratch'))).toEqual([])
})
