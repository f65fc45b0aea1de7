/** Misbehaving scripts, each in its own process: the failure is reported, and nothing is left behind. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isAlive, project, repro, start, write } from '../project.ts'

const inline = (id: string, code: string, attributes = 'trials=1') =>
  `\n\`\`\`ts experiment id=${id} testbed=local ${attributes}\n${code}\n\`\`\`\n`
const paper = (...parts: readonly string[]) => ({ 'paper/index.md': `---\ntitle: T\n---\n${parts.join('')}` })
const good = 'export const rows = [{ x: 1 }]'
const rowsOf = (id: string) => {
  const folder = join(project, '.repro/runs', id, 'local/default')
  return readFileSync(join(folder, readdirSync(folder)[0] ?? '', 'rows.csv'), 'utf8')
}

const write3 = (text: string) =>
  `import { writeSync } from 'node:fs'\nwriteSync(3, ${JSON.stringify(text)})\n`
/** Returns the first line of an experiment's code in the document. */
const lineOf = (index: number) => {
  const lines = readFileSync(join(project, 'paper/index.md'), 'utf8').split('\n')
  return String(lines.findIndex((line) => line.includes(`id=nap${index} `)) + 2)
}
const later = 'await new Promise((resolve) => setTimeout(resolve, 1000))\n'

const failing: readonly (readonly [what: string, code: string, message: string])[] = [
  [
    'sends a message itself',
    `process.send(null)\n${good}`,
    'paper/index.md:LINE:9: TypeError: process.send is not a function',
  ],
  [
    'forges a result',
    `import { readFileSync, writeFileSync } from 'node:fs'
const { end } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
writeFileSync(end, '{"type":"result","result":{"rows":[]},"reads":{}}')
process.exit(0)\n${good}`,
    'the script returned an invalid result: columns is undefined: expected a list of columns',
  ],
  ['exits', `process.exit(0)\n${good}`, "the script's process ended early (exit code 0)"],
  ['throws nothing', `throw undefined\n${good}`, 'the script threw undefined, which is not an Error'],
  [
    'throws later',
    `setTimeout(() => { throw new Error('later') })\n${later}${good}`,
    'paper/index.md:LINE:26: Error: later',
  ],
  [
    'rejects unheard',
    `void Promise.reject(new Error('unheard'))\n${later}${good}`,
    'paper/index.md:LINE:21: Error: unheard',
  ],
  [
    'rejects unheard as it ends',
    `void Promise.reject(new Error('unheard'))\n${good}`,
    'paper/index.md:LINE:21: Error: unheard',
  ],
  [
    'waits for nothing',
    `await new Promise(() => {})\n${good}`,
    'the script awaits a promise that never settles',
  ],
  ['fails in what it imports', `import { b } from '../lib/b.ts'\nb()\n${good}`, 'lib/b.ts:2:9: Error: inner'],
  [
    'imports what is broken',
    `const name = '../lib/broken.ts'\nawait import(name)\n${good}`,
    'lib/broken.ts:1: SyntaxError',
  ],
  [
    'gives back NaN in a later trial',
    'export const rows = [{ x: 0 / cell.trial }]',
    'trial 0, row 0: x is NaN; a value is a finite number, words, or null for none',
  ],
  [
    'changes the type of a column',
    "export const rows = [{ x: cell.trial === 1 ? 'a' : 1 }]",
    "trial 1, row 0: x is 'a', but a number in trial 0, row 0",
  ],
]

it('scripts that fail say why, with a place, and the same the next time', async () => {
  write({
    ...paper(...failing.map(([, code], index) => inline(`nap${index}`, code, 'trials=2 parallel=true'))),
    'lib/b.ts': 'export function b() {\n  throw new Error("inner")\n}\n',
    'lib/broken.ts': 'export const x = [\n',
  })
  for (const time of ['first', 'second']) {
    const { exitCode, err } = await repro('run', '-k')
    for (const [index, [what, , message]] of failing.entries())
      expect
        .soft(err, `${what}, the ${time} time`)
        .toContain(`error: nap${index}/local/default failed: ${message.replace('LINE', lineOf(index))}`)
    expect(err).not.toMatch(/^ +at /m)
    expect(exitCode).toBe(1)
  }
})

it('a place is that of the text with its types, in the document, a module and what CommonJS requires', async () => {
  const typed = (call: string) => `const twice = <T extends number>(x: T): number => (x as number) * 2
export const rows = [{ x: twice<number>(2) }]; const none: null | (() => void) = null; ${call}`
  write({
    ...paper(
      inline('nap0', typed('none!()')),
      inline('nap1', `import { inner } from '../lib/a.mts'\ninner(1)\n${good}`),
      inline(
        'nap2',
        `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
const { inner }: { inner: (x: number) => void } = require('../lib/b.ts')
inner(1)
${good}`,
      ),
    ),
    'lib/a.mts':
      "import c from './c.cts'\nexport const inner = (x: number): void => { if (c.one<number>(x)) throw new Error('a') }\n",
    'lib/b.ts':
      "const c: { one: (x: number) => number } = require('./c.cts')\nexports.inner = (x: number) => { if (c.one(x)) throw new Error('b') }\n",
    'lib/c.cts': 'module.exports = { one: <T,>(x: T): T => x }\n',
  })
  const { err } = await repro('run', '-k')
  expect(err).toContain(`nap0/local/default failed: paper/index.md:${Number(lineOf(0)) + 1}:88: TypeError`)
  expect(err).toContain('nap1/local/default failed: lib/a.mts:2:73: Error: a')
  expect(err).toContain('nap2/local/default failed: lib/b.ts:2:54: Error: b')
})

const counting: readonly (readonly [what: string, code: string])[] = [
  ['writes garbage to the channel', `${write3('garbage without an end {')}${good}`],
  ['never ends its handles', `setInterval(() => {}, 1000)\n${good}`],
  [
    'closes its output',
    `import { closeSync } from 'node:fs'\ncloseSync(1)\ncloseSync(2)\nconsole.log('x')\n${good}`,
  ],
  ['replaces process.exit', `process.exit = () => {}\n${good}`],
  ['hangs when it exits', `process.on('exit', () => { while (true) {} })\n${good}`],
  ['freezes its rows', 'export const rows = Object.freeze([Object.freeze({ x: 1 })])'],
  [
    'imports zx',
    `import { $ as own } from 'zx'\nimport 'zx/globals'\nexport const rows = [{ x: Number(own === $ && (await own\`echo 1\`).stdout) }]`,
  ],
]

it('scripts that do odd things but give back rows count all the same', async () => {
  write(paper(...counting.map(([, code], index) => inline(`nap${index}`, code, 'trials=1 parallel=true'))))
  const { err } = await repro('run', '-k')
  for (const [index, [what]] of counting.entries()) {
    expect.soft(err, what).toContain(`done nap${index}/local/default`)
    expect.soft(rowsOf(`nap${index}`), what).toBe('trial,x\n0,1\n')
  }
})

it('a script that logs without end is cut short, and that said', async () => {
  write(
    paper(
      inline(
        'nap',
        `for (let i = 0; i < 5000; i += 1) { cell.log('line ' + i); cell.progress(i, 5000) }\n${good}`,
      ),
    ),
  )
  const { err, exitCode } = await repro('run')
  expect(exitCode).toBe(0)
  expect(err.match(/line \d+/g)).toHaveLength(1000)
  expect(err).toContain('cell.log limit reached; further lines are dropped')
})

it('trials with many rows are kept, and read again', async () => {
  write(
    paper(
      inline(
        'nap',
        'export const rows = Array.from({ length: 200_000 }, (_, index) => ({ index, x: 2 * index }))',
      ),
    ),
  )
  expect((await repro('run')).err).toContain('done nap/local/default: 200000 rows')
})

it('output is kept in part, and does not hide the error', async () => {
  const code = `const line = 'y'.repeat(99_999)
for (let i = 0; i < 200; i += 1) console.log(line)
console.log('the last words')
throw new Error('sensor 7')
${good}`
  write(paper(inline('nap', code)))
  const { err } = await repro('run')
  expect(err).toMatch(
    /paper\/index\.md:9:7: Error: sensor 7\nits output ends with\n[\s\S]*\| the last words\n/,
  )
  const log = readFileSync(join(project, '.repro/failed/nap/local/default/output.log'), 'latin1')
  expect(log.length).toBeLessThan(8_100_000)
  expect(log).toMatch(/\n\[\d+ bytes are left out here\]\n/)
})

describe('trials stand for themselves', () => {
  it('each starts where the first did: folder, variables, settings of zx', async () => {
    const code = `const seen = { x: Number(process.cwd() === cell.project), y: Number(process.env.TRIAL ?? -1), z: Number($.verbose) }
cd('sub')
process.env.TRIAL = String(cell.trial)
$.verbose = true
export const rows = [seen]`
    write({ ...paper(inline('nap', code, 'trials=3')), 'sub/keep': '' })
    expect(await repro('run')).toMatchObject({ exitCode: 0 })
    expect(rowsOf('nap')).toBe('trial,x,y,z\n0,1,-1,0\n1,1,-1,0\n2,1,-1,0\n')
  })

  it('also in a script file, which has the functions of zx and may call each once', async () => {
    const script = `export default async function (cell) {
  const rows = await cell.each(async ({ number }) => {
    const x = Number((await $\`echo \${number}\`).stdout)
    cd('sub')
    return [{ x }]
  })
  if (cell.parameters.twice) await cell.each(() => [{ x: 1 }])
  return { columns: [{ name: 'trial', role: 'index' }, { name: 'x', role: 'measure' }], rows }
}`
    const block = `
\`\`\`yaml experiment
id: file
script: experiments/s.ts
environments: [local]
trials: 2
boots: 1
parameters: {twice: false}
patterns: {default: {}, twice: {twice: true}}
\`\`\`
`
    write({ ...paper(block), 'experiments/s.ts': script, 'sub/keep': '' })
    const { err } = await repro('run', '-k')
    expect(rowsOf('file')).toBe('trial,x\n0,0\n1,1\n')
    expect(err).toContain('the script called cell.each twice')
  })
})

describe('the environment of a script', () => {
  const code =
    "export const rows = [{ secret: process.env.SECRET ?? 'none', port: process.env.PORT ?? 'none' }]"

  it('is short, and has what the block names', async () => {
    write(paper(inline('nap', code, 'trials=1 env=PORT')))
    const { exitCode } = await start(['run'], { SECRET: 's', PORT: '7' }).ended
    expect(exitCode).toBe(0)
    expect(rowsOf('nap')).toBe('trial,secret,port\n0,none,7\n')
  })

  it('must have what a block names before anything runs', async () => {
    write(paper(inline('first', good), inline('nap', code, 'trials=1 env=NO_SUCH_PORT')))
    const { exitCode, err } = await repro('run')
    expect(err).toContain(
      'repro: the experiment nap needs environment variables that are not set: NO_SUCH_PORT (env or untrackedEnv in its block)',
    )
    expect(err).not.toContain('run first')
    expect(exitCode).toBe(2)
  })
})

describe('local cells', () => {
  const timed = `import { appendFileSync } from 'node:fs'
appendFileSync('ran', 'in ')
await new Promise((resolve) => setTimeout(resolve, 400))
appendFileSync('ran', 'out ')
${good}`

  it('run one at a time, and that is said', async () => {
    write(paper(inline('a', timed), inline('b', timed)))
    const { err } = await repro('run', '-j', '4')
    expect(readFileSync(join(project, 'ran'), 'utf8')).toBe('in out in out ')
    expect(err).toContain('local cells run one at a time')
  })

  it('run side by side where their blocks say so', async () => {
    write(paper(inline('a', timed, 'trials=1 parallel=true'), inline('b', timed, 'trials=1 parallel=true')))
    const { err } = await repro('run', '-j', '4')
    expect(readFileSync(join(project, 'ran'), 'utf8')).toBe('in in out out ')
    expect(err).not.toContain('one at a time')
  })

  it('have work folders of their own, whatever they are called', async () => {
    const block = (id: string, pattern: string) => `
\`\`\`yaml experiment
id: ${id}
script: experiments/s.ts
environments: [local]
trials: 1
parallel: true
patterns: {${pattern}: {}}
\`\`\`
`
    const script = `export default async function (cell) {
  const path = cell.folder + '/who'
  fs.writeFileSync(path, cell.experiment)
  await sleep(500)
  return { columns: [{ name: 'who', role: 'factor' }], rows: [{ who: fs.readFileSync(path, 'utf8') }], files: { who: path } }
}`
    write({ ...paper(block('a', 'local-b'), block('a-local', 'b')), 'experiments/s.ts': script })
    expect(await repro('run', '-j', '2', '--record')).toMatchObject({ exitCode: 0 })
    const rows = (cell: string) => readFileSync(join(project, 'results', cell, 'rows.csv'), 'utf8')
    expect(rows('a/local/local-b')).toBe('who\na\n')
    expect(rows('a-local/local/b')).toBe('who\na-local\n')
    expect(readdirSync(join(project, '.repro/work'))).toEqual([])
  })
})

describe('what a script leaves behind', () => {
  const pidIn = (file: string) => Number(readFileSync(join(project, file), 'utf8'))
  const daemon = (options: string) => `import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
const child = spawn('sleep', ['300'], { detached: true, ${options} })
child.unref()
writeFileSync('pid', String(child.pid))
`

  it.each([
    ['holds its output', "stdio: 'inherit'"],
    ['holds nothing', "stdio: 'ignore'"],
    ['holds its output in an environment of its own', "stdio: 'inherit', env: {}"],
  ])('is ended with it: a process of its own session that %s', async (_, options) => {
    write(paper(inline('nap', daemon(options) + good)))
    expect(await repro('run')).toMatchObject({ exitCode: 0 })
    await expect.poll(() => isAlive(pidIn('pid'))).toBe(false)
  })

  it('is ended at the deadline', async () => {
    write(
      paper(inline('nap', `${daemon("stdio: 'inherit'")}while (true) {}\n${good}`, 'trials=1 deadline=8')),
    )
    expect((await repro('run')).err).toContain('the script did not end within 8 s')
    await expect.poll(() => isAlive(pidIn('pid'))).toBe(false)
  })

  it('is ended when the build is killed, even if the script computes without a pause', async () => {
    const busy = `${daemon("stdio: 'ignore'")}writeFileSync('own', String(process.pid))\nwhile (true) {}\n${good}`
    write(paper(inline('nap', busy)))
    const { child, ended } = start(['run'])
    await expect.poll(() => existsSync(join(project, 'own')), { timeout: 20_000 }).toBe(true)
    child.kill('SIGKILL')
    await ended
    await expect.poll(() => isAlive(pidIn('own')), { timeout: 10_000 }).toBe(false)
    await expect.poll(() => isAlive(pidIn('pid')), { timeout: 10_000 }).toBe(false)
  })
})

describe('files of a result', () => {
  const script = (files: string) => `import { symlinkSync, mkdirSync, writeFileSync } from 'node:fs'
export default function (cell) {
  writeFileSync(cell.folder + '/a', 'a')
  mkdirSync(cell.folder + '/sub')
  symlinkSync('/etc/hostname', cell.folder + '/link')
  return { columns: [{ name: 'x', role: 'measure' }], rows: [{ x: 1 }], files: ${files} }
}`
  const block = (index: number) => `
\`\`\`yaml experiment
id: file${index}
script: experiments/s${index}.ts
environments: [local]
trials: 1
parallel: true
patterns: {default: {}}
\`\`\`
`
  const wrong = [
    ["{ a: 'a' }", 'files.a is a: expected an absolute path'],
    ["{ a: cell.folder + '/none' }", '/none, which does not exist'],
    ["{ a: cell.folder + '/sub' }", '/sub, which is no ordinary file'],
    ["{ a: cell.folder + '/link' }", '/link, which is no ordinary file'],
    ["{ a: cell.project + '/paper/index.md' }", "which is not in the cell's folder"],
    ["{ a: cell.folder + '/a', b: cell.folder + '/a' }", 'files.b is the same file as files.a'],
    ["{ '..': cell.folder + '/a' }", 'files... is no name of a file'],
    ['{ a: 7 }', 'files.a is 7: expected words'],
  ] as const

  it('are ordinary files of their own in the folder of the cell', async () => {
    const blocks = wrong.map((_, index) => block(index))
    const scripts = wrong.map(([files], index) => [`experiments/s${index}.ts`, script(files)])
    write({ ...paper(...blocks), ...Object.fromEntries(scripts) })
    const { err } = await repro('run', '-k')
    for (const [index, [files, message]] of wrong.entries()) {
      const [, found] = new RegExp(`error: file${index}/local/default failed: (.*)`).exec(err) ?? []
      expect.soft(found, files).toContain('the script returned an invalid result: files.')
      expect.soft(found, files).toContain(message)
    }
  })
})

describe('a build that is asked to end', () => {
  it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT', 'SIGHUP'])(
    'by %s leaves no process and no lock',
    async (signal) => {
      const waiting = `import { writeFileSync } from 'node:fs'\nwriteFileSync('own', String(process.pid))\n${later.replace('1000', '60_000')}${good}`
      write(paper(inline('nap', waiting)))
      const { child, ended } = start(['build'])
      await expect.poll(() => existsSync(join(project, 'own')), { timeout: 20_000 }).toBe(true)
      const own = Number(readFileSync(join(project, 'own'), 'utf8'))
      child.kill(signal)
      expect((await ended).exitCode).toBe(130)
      await expect.poll(() => isAlive(own), { timeout: 10_000 }).toBe(false)
      await expect.poll(() => existsSync(join(project, '.repro/lock')), { timeout: 10_000 }).toBe(false)
      expect(existsSync(join(project, '_build'))).toBe(false)
    },
  )
})
