import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepLightly, replaceFolder, sweep, writeAtomically, writeLightly } from '../../src/files/drafts.ts'
import { self } from '../../src/files/owner.ts'

let project: string
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'repro-drafts-'))
})
afterEach(async () => await rm(project, { recursive: true }))

const { pid, startTicks, place } = self()
const dead = `${pid}-1-${place}`
const elsewhere = `1-1-${'0'.repeat(12)}`
const home = 'results/nap/local/default'

const fill = (text: string) => async (folder: string) => writeFileSync(join(folder, 'run.json'), text)
const run = () => readFileSync(join(project, home, 'run.json'), 'utf8')

it('a text is written with its folders, and under its own name only', async () => {
  await writeAtomically(project, 'a/b.html', 'text')
  expect(readFileSync(join(project, 'a/b.html'), 'utf8')).toBe('text')
  expect(readdirSync(join(project, 'a'))).toEqual(['b.html'])
  expect(readdirSync(join(project, '.repro/scratch'))).toEqual([])
})

it('what only saves work is not kept where it cannot be written', async () => {
  const path = `.repro/${'a'.repeat(300)}`
  await expect(writeLightly(project, path, 'text')).rejects.toThrow('ENAMETOOLONG')
  await keepLightly(project, path, 'text')
  await keepLightly(project, '.repro/a', 'text')
  expect(readFileSync(join(project, '.repro/a'), 'utf8')).toBe('text')
})

it('a folder takes the place of another, and an error leaves the one before and no draft', async () => {
  await replaceFolder(project, home, fill('one'))
  await replaceFolder(project, home, fill('two'))
  expect(run()).toBe('two')
  const failing = replaceFolder(project, home, async (folder) => {
    await fill('three')(folder)
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(run()).toBe('two')
  expect(readdirSync(join(project, 'results'))).toEqual(['nap'])
})

describe('sweeping', () => {
  const scratch = (name: string) => join(project, '.repro/scratch', name)

  it('deletes what a process that is gone was writing, and nothing of one that lives or of somebody else', async () => {
    const kept = [`${pid}-${startTicks}-${place}-7`, `${elsewhere}-1`, 'notes', '1-1']
    for (const name of [...kept, `${dead}-1`]) mkdirSync(scratch(name), { recursive: true })
    await sweep(project)
    expect(readdirSync(join(project, '.repro/scratch'))).toEqual(kept.toSorted())
    utimesSync(scratch(`${elsewhere}-1`), 1, 1)
    await sweep(project)
    expect(readdirSync(join(project, '.repro/scratch'))).not.toContain(`${elsewhere}-1`)
  })

  it.each([
    ['comes back when nothing took its place', false, 'old'],
    ['goes when something did', true, 'new'],
  ])('a recorded run that was set aside %s', async (_, replaced, text) => {
    const aside = join(project, `results/.scratch/${dead}-1-replaced`)
    await replaceFolder(project, home, fill('old'))
    mkdirSync(aside, { recursive: true })
    writeFileSync(join(aside, 'home'), home)
    renameSync(join(project, home), join(aside, 'folder'))
    if (replaced) await replaceFolder(project, home, fill('new'))
    await sweep(project)
    expect(run()).toBe(text)
    expect(readdirSync(join(project, 'results'))).toEqual(['nap'])
  })

  it.each([
    ['nothing', {}],
    ['only where it was', { home }],
    ['a place outside of the project', { home: '../elsewhere', 'folder/run.json': 'x' }],
    ['a place of the document', { home: 'paper/index.md', 'folder/run.json': 'x' }],
    ['half of its files', { home, 'folder/rows.csv': '' }],
    ['a place with a NUL character', { home: 'results/nap\0/local', 'folder/run.json': 'x' }],
  ])('what was set aside and holds %s blocks no build', async (_, files) => {
    const aside = join(project, `results/.scratch/${dead}-1-replaced`)
    mkdirSync(join(aside, 'folder'), { recursive: true })
    if (!('folder/run.json' in files || 'folder/rows.csv' in files))
      await rm(join(aside, 'folder'), { recursive: true })
    for (const [name, text] of Object.entries(files)) writeFileSync(join(aside, name), text)
    await sweep(project)
    expect(existsSync(join(project, 'results/.scratch'))).toBe(false)
    expect(existsSync(join(project, 'paper'))).toBe(false)
    expect(existsSync(join(project, '../elsewhere'))).toBe(false)
  })

  it.each([
    ['a file is in the way', 'results/nap/local/default', 'results/nap is not a folder'],
    ['no file system has its name', `results/${'n'.repeat(300)}/local`, 'name too long'],
  ])('what was set aside stays there if %s, which is told and blocks no build', async (_, place, reason) => {
    const name = `results/.scratch/${dead}-1-replaced`
    mkdirSync(join(project, name, 'folder'), { recursive: true })
    writeFileSync(join(project, name, 'home'), place)
    writeFileSync(join(project, name, 'folder/run.json'), 'old')
    writeFileSync(join(project, 'results/nap'), '')
    const [told, ...more] = await sweep(project)
    expect(told).toMatch(`cannot restore the folder set aside in ${name} (`)
    expect(told).toMatch(reason)
    expect(more).toEqual([])
    expect(readFileSync(join(project, name, 'folder/run.json'), 'utf8')).toBe('old')
  })

  it('deletes what a script left without permission to write', async () => {
    mkdirSync(scratch(`${dead}-1/locked`), { recursive: true })
    writeFileSync(scratch(`${dead}-1/locked/file`), '')
    chmodSync(scratch(`${dead}-1/locked`), 0o500)
    await sweep(project)
    expect(readdirSync(join(project, '.repro/scratch'))).toEqual([])
  })
})

describe('a link of the project', () => {
  let victim: string
  beforeEach(() => {
    victim = mkdtempSync(join(tmpdir(), 'repro-victim-'))
    mkdirSync(join(victim, `${dead}-1`))
    writeFileSync(join(victim, `${dead}-1`, 'thesis.tex'), 'x')
  })
  afterEach(async () => await rm(victim, { recursive: true }))

  it.each(['.repro', '.repro/scratch', 'results', 'results/.scratch', '_build', '_build/.scratch'])(
    '%s is named, and nothing behind it is touched',
    async (path) => {
      mkdirSync(join(project, path, '..'), { recursive: true })
      symlinkSync(victim, join(project, path))
      const root = path.split('/')[0]
      const reason = `${path} is a link to ${victim}: repro writes and deletes only in real folders of the project; remove it`
      if (path.includes('/')) await expect(sweep(project)).rejects.toThrow(reason)
      await expect(writeAtomically(project, `${root}/x/y.html`, 'text')).rejects.toThrow(reason)
      expect(readdirSync(victim)).toEqual([`${dead}-1`])
      expect(readdirSync(join(victim, `${dead}-1`))).toEqual(['thesis.tex'])
    },
  )

  it('in the place of a report is replaced, and what it leads to stays', async () => {
    writeFileSync(join(victim, 'thesis.tex'), 'mine')
    mkdirSync(join(project, '_build'))
    symlinkSync(join(victim, 'thesis.tex'), join(project, '_build/index.html'))
    await writeAtomically(project, '_build/index.html', 'report')
    expect(readFileSync(join(project, '_build/index.html'), 'utf8')).toBe('report')
    expect(readFileSync(join(victim, 'thesis.tex'), 'utf8')).toBe('mine')
  })

  it('as a folder of runs leads no deletion elsewhere', async () => {
    mkdirSync(join(project, '.repro/runs/nap'), { recursive: true })
    symlinkSync(victim, join(project, '.repro/runs/nap/local'))
    const failing = replaceFolder(project, '.repro/runs/nap/local/default/1', fill('x'))
    await expect(failing).rejects.toThrow('.repro/runs/nap/local is a link to')
    expect(readdirSync(victim)).toEqual([`${dead}-1`])
  })
})
