/** The packed study on a clean computer: it installs, verifies, and boots Xen. */

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { cacheFolder } from '../../src/testbed/cache.ts'
import { unpack } from '../pack/zip.ts'
import { launch } from './chromium.ts'
import { checkout, repro } from './project.ts'

let place: string
let study: string
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'repro-packed-'))
  study = join(place, 'study')
  const archive = join(place, 'study.zip')
  const { exitCode, err } = await repro(checkout, 'pack', '--allow-dirty', '-o', archive)
  expect(exitCode, err).toBe(0)
  unpack(archive, study)
})
/** Verdicts of the record: nothing is verified here a second time. */
async function recordedVerdicts(): Promise<readonly string[]> {
  const { documents } = JSON.parse(await readFile(join(checkout, 'results/claims.json'), 'utf8')) as {
    readonly documents: Readonly<Record<string, readonly { readonly verdict: string }[]>>
  }
  return (documents['paper/index.md'] ?? []).map(({ verdict }) => verdict)
}

/** `21 claims: 3 reproduced, 4 not reproduced, ...` */
function tally(verdicts: readonly string[]): string {
  const counts = ['reproduced', 'not reproduced', 'inconclusive', 'not testable'].flatMap((one) => {
    const count = verdicts.filter((verdict) => verdict === one).length
    return count === 0 ? [] : [`${count} ${one}`]
  })
  return `${verdicts.length} claims: ${counts.join(', ')}`
}

afterAll(() => rm(place, { recursive: true, force: true }))

test('the appendix of the study fits on two sheets, and on a desk and a phone', async () => {
  const browser = await launch()
  onTestFinished(() => browser.close())
  for (const width of [1280, 390]) {
    const page = await browser.newPage({ viewport: { width, height: 900 } })
    await page.goto(pathToFileURL(join(study, 'ARTIFACT.html')).href)
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    expect(await page.evaluate(overflow), `at ${width}`).toBeLessThanOrEqual(0)
    const pdf = await page.pdf({ preferCSSPageSize: true })
    expect(pdf.toString('latin1').match(/\/Type *\/Page\b/g)).toHaveLength(2)
    await page.close()
  }
})

test('the packed study installs, verifies as recorded here, and reruns a cell to the same bytes', async () => {
  const home = join(place, 'home')
  await mkdir(home)

  // Only downloaded packages are shared with this computer: npm's and the toolchain's.
  const npmCache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8', stdio: 'pipe' }).trim()
  const env = { ...process.env, HOME: home, npm_config_cache: npmCache, REPRO_CACHE: cacheFolder() }
  const there = (command: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: study, env, encoding: 'utf8' })
    return { exitCode: status, out: stdout, err: stderr }
  }
  const sums = there('sha256sum', '-c', '--quiet', 'SHA256SUMS')
  expect(sums, sums.out).toMatchObject({ exitCode: 0, out: '' })
  const installed = there('npm', 'ci', '--prefer-offline', '--no-audit', '--no-fund')
  expect(installed.exitCode, installed.err).toBe(0)

  const verified = there('npx', '--no-install', 'repro', 'verify')
  expect(verified.err).not.toContain('error')
  expect(verified.out).toContain(`\n${tally(await recordedVerdicts())}\nall as recorded\n`)
  expect(verified.exitCode).toBe(3) // not all of the study's claims are reproduced

  const kicked = there('npx', '--no-install', 'repro', 'verify', '--kick-the-tires')
  expect(kicked.out, kicked.err).toContain('the cell agrees with its record to the byte\n')
  expect(kicked.out).toMatch(/^the artifact works here$/m)
  expect(kicked.exitCode).toBe(0)
})
