import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
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
