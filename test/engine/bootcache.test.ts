import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deleteBoot, cacheBoot, bootCache, cachedBoot } from '../../src/engine/bootcache.ts'
import type { Result } from '../../src/engine/script/cell.ts'
import { openSeal, type Seal } from '../../src/results/seal.ts'

const key = 'a'.repeat(64)
let project: string
let seal: Seal
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'repro-boots-'))
  seal = openSeal(project, join(project, 'cache'))
  mkdirSync(join(project, 'work'))
  writeFileSync(join(project, 'work/trace'), 'abc')
})
afterEach(() => rmSync(project, { recursive: true }))

const result: Result = {
  columns: [{ name: 'x', role: 'measure', unit: 'us' }],
  rows: [{ x: 1.5 }, { x: null }],
  exclusions: [],
  captured: { CPU: 'A72' },
}
const reads = { 'file experiments/board/loop.c': 'a'.repeat(64), 'file calibration': 'missing' }
const keep = async () =>
  await cacheBoot(
    project,
    key,
    { seconds: 2.5, reads, result: { ...result, files: { 'trace.bin': join(project, 'work/trace') } } },
    seal,
  )
const place = (path: string) => join(project, bootCache, key, path)

describe('a finished boot', () => {
  it('is found again by its key, with its files, which were moved', async () => {
    const { ino } = statSync(join(project, 'work/trace'))
    const kept = await keep()
    expect(kept).toEqual({
      seconds: 2.5,
      reads,
      result: { ...result, files: { 'trace.bin': place('raw/trace.bin') } },
    })
    expect(cachedBoot(project, key, seal)).toEqual(kept)
    expect(cachedBoot(project, 'b'.repeat(64), seal)).toBeUndefined()
    expect(statSync(place('raw/trace.bin')).ino).toBe(ino)
    expect(readdirSync(join(project, 'work'))).toEqual([])
    expect(seal.note()).toBeUndefined()
  })

  it('keeps the facts of another machine that ran it', async () => {
    const boot = { seconds: 1, reads, result, host: { CPU: '4 x A72', node: 'n1' } }
    await cacheBoot(project, key, boot, seal)
    expect(cachedBoot(project, key, seal)).toEqual(boot)
  })

  it('needs no files', async () => {
    await cacheBoot(project, key, { seconds: 1, reads, result }, seal)
    expect(cachedBoot(project, key, seal)).toEqual({ seconds: 1, reads, result })
    expect(readdirSync(place(''))).toEqual(['boot'])
  })

  it('is gone when it is forgotten, and its place can be taken again', async () => {
    await keep()
    await deleteBoot(project, key)
    expect(cachedBoot(project, key, seal)).toBeUndefined()
    await deleteBoot(project, key)
    await cacheBoot(project, key, { seconds: 1, reads, result }, seal)
    expect(cachedBoot(project, key, seal)?.seconds).toBe(1)
  })

  const other = 'b'.repeat(64)
  it.each<[string, () => void]>([
    ['its rows were changed', () => writeFileSync(place('boot'), `${readFileSync(place('boot'), 'utf8')} `)],
    ['a file was changed', () => writeFileSync(place('raw/trace.bin'), 'abd')],
    ['a file is gone', () => rmSync(place('raw/trace.bin'))],
    [
      'it was another boot’s',
      () => {
        mkdirSync(join(project, bootCache, other))
        writeFileSync(join(project, bootCache, other, 'boot'), readFileSync(place('boot')))
        rmSync(place('boot'))
      },
    ],
  ])('counts for nothing where %s', async (what, change) => {
    await keep()
    change()
    const again = openSeal(project, join(project, 'cache'))
    expect(cachedBoot(project, what.startsWith('it was') ? other : key, again)).toBeUndefined()
    expect(again.note()).toContain(
      'ignored 1 file under .repro/ that was not sealed on this machine: .repro/boots/',
    )
  })

  it('counts for nothing where another version gave results another form', async () => {
    const item = { kind: 'boot', path: `${bootCache}/${key}/boot` } as const
    await keep()
    for (const content of [
      { seconds: 1, files: {} },
      { seconds: 1, files: {}, result: { rows: [] } },
    ]) {
      writeFileSync(place('boot'), seal.close(item, JSON.stringify(content)) ?? '')
      expect(cachedBoot(project, key, seal)).toBeUndefined()
    }
  })

  it('is not kept where nothing can be sealed, and its files stay', async () => {
    writeFileSync(join(project, 'taken'), '')
    seal = openSeal(project, join(project, 'taken'))
    expect(await keep()).toBeUndefined()
    expect(readdirSync(join(project, 'work'))).toEqual(['trace'])
    expect(readdirSync(project)).not.toContain('.repro')
  })
})
