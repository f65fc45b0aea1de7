import { linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWatching, type Watching } from '../../src/serve/watch.ts'

let project: string
let watching: Watching
let told = 0
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'repro-watch-'))
  for (const folder of ['paper', 'drafts', 'data']) mkdirSync(join(project, folder))
  for (const file of ['paper/a.md', 'drafts/real.md', 'data/d.csv']) write(file)
  watching = openWatching(project, () => (told += 1))
})
afterEach(() => {
  watching.close()
  rmSync(project, { recursive: true })
})

const write = (file: string) => writeFileSync(join(project, file), 'text')

/** Whether a change is told of; what was told before it does not count. */
async function tells(change: () => void): Promise<boolean> {
  await setTimeout(100)
  told = 0
  change()
  for (let waits = 0; waits < 40 && told === 0; waits += 1) await setTimeout(25)
  return told > 0
}

it('tells of files in folders of what was read, and of no others', async () => {
  watching.follow(['paper/a.md'])
  expect(await tells(() => write('paper/a.md'))).toBe(true)
  watching.follow(['paper/a.md'])
  expect(await tells(() => write('paper/b.md'))).toBe(true)
  expect(await tells(() => write('data/d.csv'))).toBe(false)
})

it('tells of a file behind links, also of one that was made since', async () => {
  symlinkSync('../drafts/real.md', join(project, 'paper/link.md'))
  symlinkSync('link.md', join(project, 'paper/chain.md'))
  watching.follow(['paper/chain.md'])
  expect(await tells(() => write('drafts/real.md'))).toBe(true)
  expect(await tells(() => write('data/d.csv'))).toBe(false)
  rmSync(join(project, 'paper/link.md'))
  expect(await tells(() => symlinkSync('../data/d.csv', join(project, 'paper/link.md')))).toBe(true)
  watching.follow(['paper/chain.md'])
  expect(await tells(() => write('data/d.csv'))).toBe(true)
})

it('tells of what takes the place of a folder, and of a folder in place of a file', async () => {
  watching.follow(['data/d.csv'])
  renameSync(join(project, 'data'), join(project, 'old'))
  mkdirSync(join(project, 'data/d.csv'), { recursive: true })
  await setTimeout(100)
  watching.follow(['data/d.csv'])
  expect(await tells(() => write('data/d.csv/part'))).toBe(true)
})

it('watches nothing outside of the project', async () => {
  symlinkSync('../../away.md', join(project, 'paper/out.md'))
  watching.follow(['paper/out.md', '../away.md', '/away.md'])
  expect(await tells(() => write('paper/b.md'))).toBe(true)
})

describe('what need not be looked at', () => {
  const isQuiet = (path: string, mark: number) => watching.isQuiet(path, mark)

  it('is a file without an event since a moment at which its folder was watched', async () => {
    const early = watching.mark()
    watching.follow(['paper/a.md', 'data/d.csv', 'paper/absent.md'])
    expect(isQuiet('paper/a.md', early)).toBe(false)
    const mark = watching.mark()
    expect(['paper/a.md', 'data/d.csv'].map((path) => isQuiet(path, mark))).toEqual([true, true])
    expect(isQuiet('paper/absent.md', mark)).toBe(false)
    expect(isQuiet('drafts/real.md', mark)).toBe(false)
    expect(await tells(() => write('paper/a.md'))).toBe(true)
    const later = watching.mark()
    watching.follow(['paper/a.md', 'data/d.csv'])
    expect(isQuiet('paper/a.md', mark)).toBe(false)
    expect(isQuiet('paper/a.md', later)).toBe(true)
    expect(isQuiet('data/d.csv', mark)).toBe(true)
  })

  it('is none in a folder that was moved, and none with another name', async () => {
    symlinkSync('../drafts/real.md', join(project, 'paper/link.md'))
    linkSync(join(project, 'drafts/real.md'), join(project, 'paper/hard.md'))
    const paths = ['paper/a.md', 'paper/link.md', 'paper/hard.md']
    watching.follow(paths)
    const mark = watching.mark()
    expect(paths.map((path) => isQuiet(path, mark))).toEqual([true, false, false])
    expect(await tells(() => renameSync(join(project, 'paper'), join(project, 'moved')))).toBe(true)
    renameSync(join(project, 'moved'), join(project, 'paper'))
    watching.follow(paths)
    expect(isQuiet('paper/a.md', mark)).toBe(false)
  })
})
