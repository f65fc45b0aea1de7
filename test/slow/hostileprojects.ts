/**
 * The corpus of hostile projects (test/hostile.ts): each is built, by somebody who allowed nothing, and its page opened in
 * a real browser. The build ends, nothing of the project runs, nothing outside is read or changed, nobody is asked for
 * anything, and the page does nothing.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { runFolder } from '../build.ts'
import { type Surroundings, writeHostile } from '../hostile.ts'
import { openClient } from '../lsp/client.ts'
import { source } from '../source.ts'
import { launch } from './chromium.ts'
import { touched } from './touched.ts'

const secret = 'CANARY-5e1f'
/** CPU time of the command line with all of its processes; what a build without a limit would need is endless. */
const mostCpuSeconds = 10
/** Of that, what compiling may take on a machine that has other work, too: see docs/printing.md. */
const mostPrintSeconds = 5

let browser: Browser
let server: Server
let connections = 0
let top: string
let project: string
let around: Surroundings
/** Runs the command line, with the CPU time of it and of all processes that it started, in seconds. */
async function repro(...args: readonly string[]) {
  const timed = `TIMEFORMAT=' %U %S'; time "$0" "$@"`
  const child = spawn('bash', ['-c', timed, process.execPath, source('dist/cli.cjs'), ...args], {
    cwd: project,
    // All of them start the same program, which need not be compiled anew for each.
    env: {
      ...process.env,
      REPRO_CACHE: join(runFolder(), 'hostile-cache'),
      REPRO_SECRET: secret,
      NO_COLOR: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('exit', resolve)),
  ])
  const [, user, system] = / ([\d.]+) ([\d.]+)\n$/.exec(err) ?? []
  return { said: `${out}${err}`, exitCode, cpuSeconds: Number(user) + Number(system) }
}

/** The page that the server has first; nothing if it refuses to start. */
async function served(): Promise<string> {
  const child = spawn(process.execPath, [source('dist/cli.cjs'), 'serve', 'paper/index.md'], {
    cwd: project,
    env: { ...process.env, REPRO_CACHE: join(runFolder(), 'hostile-cache'), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(child, 'exit')
  const address = await new Promise<string | undefined>((resolve) => {
    let out = ''
    child.stdout.on('data', (part: Buffer) => {
      out += String(part)
      const [found] = /http:\S+/.exec(out) ?? []
      if (found !== undefined) resolve(found)
    })
    child.on('exit', () => resolve(undefined))
  })
  const page = address === undefined ? '' : await (await fetch(address)).text()
  child.kill('SIGKILL')
  await ended
  return page
}

/** Files of the project that have the secret. */
function betrayed(folder: string): readonly string[] {
  if (!existsSync(folder) || lstatSync(folder).isSymbolicLink()) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return betrayed(path)
    return entry.isFile() && readFileSync(path).includes(secret) ? [path] : []
  })
}

/** Each project is written in one of these, besides PDF. */
const texts = ['latex', 'typst', 'markdown']

/** Declares the tests of these projects. */
export function testHostile(names: readonly string[]): void {
  beforeAll(async () => {
    browser = await launch()
    server = createServer((socket) => {
      connections += 1
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
  })
  beforeEach(() => {
    connections = 0
    top = mkdtempSync(join(tmpdir(), 'repro-hostile-'))
    project = join(top, 'project')
    const outside = join(top, 'outside')
    for (const folder of [project, outside]) mkdirSync(folder)
    const canary = join(outside, 'secret.md')
    writeFileSync(canary, `${secret}\n`)
    const { port } = server.address() as AddressInfo
    around = { canary, outside, ran: join(top, 'ran'), host: `127.0.0.1:${port}` }
  })
  afterEach(() => {
    rmSync(top, { recursive: true, force: true })
  })

  it.each(names)('nothing happens: %s', { timeout: 300_000 }, async (name) => {
    writeHostile(name, project, around)
    const { said, exitCode, cpuSeconds } = await repro('build')
    expect(exitCode, said.slice(0, 2000)).toBeOneOf([0, 1, 2, 5])
    expect(cpuSeconds).toBeLessThan(mostCpuSeconds)
    // Neither a fault of the program, nor a sequence that a terminal obeys.
    expect(said).not.toMatch(/^ {4}at /m)
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(said).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
    expect(said).not.toContain(secret)
    expect([...betrayed(join(project, '_build')), ...betrayed(join(project, '.repro'))]).toEqual([])
    expect(existsSync(around.ran)).toBe(false)
    expect(readdirSync(around.outside)).toEqual(['secret.md'])
    expect(readFileSync(around.canary, 'utf8')).toBe(`${secret}\n`)
    const page = join(project, '_build/index.html')
    if (existsSync(page) && !lstatSync(page).isSymbolicLink()) {
      const { happened, violations } = await touched(browser, pathToFileURL(page).href)
      expect(happened).toEqual([])
      expect(violations).toEqual([])
    }
    expect(connections).toBe(0)
  })

  it.each(
    names
      .filter((_, index) => index % 4 === 0)
      .flatMap((name, index) => [[name, 'pdf'] as const, [name, texts[index % texts.length] ?? ''] as const]),
  )('nothing happens in print: %s as %s', { timeout: 300_000 }, async (name, format) => {
    writeHostile(name, project, around)
    const { said, exitCode, cpuSeconds } = await repro('build', '--to', format)
    expect(exitCode, said.slice(0, 2000)).toBeOneOf([0, 1, 2, 5])
    expect(cpuSeconds).toBeLessThan(mostCpuSeconds + mostPrintSeconds)
    expect(said).not.toMatch(/^ {4}at /m)
    expect(said).not.toContain(secret)
    expect([...betrayed(join(project, '_build')), ...betrayed(join(project, '.repro'))]).toEqual([])
    expect(existsSync(around.ran)).toBe(false)
    expect(connections).toBe(0)
  })

  it.each(names.filter((_, index) => index % 4 === 1))(
    'nothing happens in other commands: %s',
    { timeout: 300_000 },
    async (name) => {
      writeHostile(name, project, around)
      for (const command of ['check', 'verify', 'status', 'pack']) {
        const { said, exitCode, cpuSeconds } = await repro(command)
        expect(exitCode, `${command}: ${said.slice(0, 2000)}`).toBeOneOf([0, 1, 2, 3, 4, 5])
        expect(cpuSeconds, command).toBeLessThan(mostCpuSeconds)
        expect(said).not.toMatch(/^ {4}at /m)
        expect(said).not.toContain(secret)
      }
      const document = join(project, 'paper/index.md')
      if (existsSync(document) && lstatSync(document).isFile()) {
        const client = await openClient(project, { REPRO_CACHE: join(runFolder(), 'hostile-cache') })
        const told = await client.open('paper/index.md')
        const position = { line: readFileSync(document, 'utf8').split('\n').length - 2, character: 0 }
        const shown = await client.request('textDocument/hover', client.at('paper/index.md', position))
        expect(JSON.stringify([told, shown])).not.toContain(secret)
        expect(await client.end()).toBe(0)
      }
      expect(await served()).not.toContain(secret)
      expect(betrayed(project)).toEqual([])
      expect(existsSync(around.ran)).toBe(false)
      expect(readdirSync(around.outside)).toEqual(['secret.md'])
      expect(connections).toBe(0)
    },
  )

  it('would be found out: a script that may run, runs', async () => {
    writeHostile('script-runs', project, around)
    await repro('build', '--trust')
    expect(existsSync(around.ran)).toBe(true)
    expect(connections).toBeGreaterThan(0)
  })
}
