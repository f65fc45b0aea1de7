/** docs/tutorial.md, followed to the letter in an empty folder, with the package as users get it. */

import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { assertShown, follow, type Ran, stepsOf } from '../docs/steps.ts'
import { project } from '../project.ts'
import { source } from '../source.ts'
import { launch } from './chromium.ts'
import { packed } from './packed.ts'

const steps = stepsOf(readFileSync(source('docs/tutorial.md'), 'utf8'))

it('the tutorial leads from an empty folder to what it promises', async () => {
  const [home, folder] = [join(project, 'home'), join(project, 'empty')]
  for (const one of [home, folder]) mkdirSync(one)
  // The registry's packages that this machine has already: the network is not measured.
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim()
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    npm_config_cache: cache,
    npm_config_prefer_offline: 'true',
  }
  const file = await packed(home, cache)
  copyFileSync(file, join(folder, basename(file)))

  const started = performance.now()
  await follow(steps, folder, async (command): Promise<Ran> => {
    const child = spawn('/bin/sh', ['-c', `${command} 2>&1`], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)))
    return { output: await text(child.stdout), exitCode: await ended }
  })
  const seconds = Math.round((performance.now() - started) / 1000)
  process.stdout.write(
    `the commands of docs/tutorial.md took ${seconds} s on this machine, as busy as it was\n`,
  )

  const browser = await launch()
  try {
    const page = await browser.newPage()
    await page.goto(pathToFileURL(join(folder, '_build/index.html')).href)
    expect(await page.title()).toBe('What does a level of gzip buy?')
    expect(await page.locator('.value').first().innerText()).toMatch(/^\d+\.\d/)
    expect(await page.locator('#tbl-gzip tbody tr', { hasText: 'level' }).count()).toBe(3)
    expect(await page.locator('#fig-gzip svg').isVisible()).toBe(true)
    expect(await page.locator('article').innerText()).toContain(
      'A Universal Algorithm for Sequential Data Compression',
    )
    const verdicts = await page.locator('.claim').allInnerTexts()
    expect(verdicts).toHaveLength(2)
    expect(verdicts[0]).toMatch(/Level 9 compresses better[^]*\breproduced/)
    expect(verdicts[0]).not.toContain('not reproduced')
    expect(verdicts[1]).toMatch(/Level 9 makes files half as large[^]*not reproduced/)
  } finally {
    await browser.close()
  }
})

describe('following a document', () => {
  it('stops at a block that no comment explains, and at a comment without a block', () => {
    expect(() => stepsOf('```ts\nx\n```\n')).toThrow('line 1: no comment says what this block is')
    expect(() => stepsOf('<!-- file: a.ts -->\n\nText.\n')).toThrow('a comment without a block')
    expect(stepsOf('<!-- exit 3 -->\n\n```sh\na  # why\nb\n```\n')).toEqual([
      { type: 'run', commands: ['a', 'b'], exitCode: 3, line: 3 },
    ])
  })

  it('tells lines that were not printed, or in another order, or with other numbers', () => {
    assertShown('a 1\nc', 'a 1\nb\nc\n', false, 'here')
    assertShown('took 0.5 s, 20 rows', 'took 1 min 3 s, 21 rows', true, 'here')
    for (const [shown, varies] of [
      ['c\na 1', false],
      ['a 2', false],
      ['a 1 d', true],
    ] as const)
      expect(() => assertShown(shown, 'a 1\nb\nc\n', varies, 'here')).toThrow('here: not printed there')
  })

  it('stops at an exit code that the document does not say', async () => {
    const ending = (exitCode: number) =>
      follow(stepsOf('```sh\na\n```\n'), project, async () => ({ output: 'no', exitCode }))
    await ending(0)
    await expect(ending(1)).rejects.toThrow('line 1\nno')
  })
})
