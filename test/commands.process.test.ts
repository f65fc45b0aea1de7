import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isAlive, project, repro, start, write } from './project.ts'
import { source } from './source.ts'

const front = '---\ntitle: Sleep\n---\n'
const inline = (code: string, attributes = 'id=nap testbed=local trials=2') =>
  `\n\`\`\`ts experiment ${attributes}\n${code}\n\`\`\`\n`
const nap = inline(`await $\`true\`\nexport const rows = [{ elapsedNs: 1500 }]`)
const value = '\nIt takes `=nap.local.default.elapsedNs.mean | us`.\n'
const local = (patterns: string, script = 'experiments/nap.ts') =>
  `\n\`\`\`yaml experiment\nid: nap\nscript: ${script}\nenvironments: [local]\nboots: 1\ntrials: 3\nparameters: {load: 0}\npatterns:\n${patterns}\n\`\`\`\n`
const script = `import type { Cell, Result } from 'repro'
import { mean } from 'repro'

export default async function nap(cell: Cell): Promise<Result> {
  if (cell.parameters.load === 9) throw new RangeError('too much load')
  const rows = Array.from({ length: cell.trials }, (_, trial) => ({ trial, value: cell.random() }))
  return {
    columns: [{ name: 'trial', role: 'index' }, { name: 'value', role: 'measure' }],
    rows,
    exclusions: [],
    captured: { mean: String(mean([1, 3])), environment: cell.environment },
  }
}
`

describe('a build', () => {
  it('runs an inline script once a trial, writes the report, and runs nothing the next time', async () => {
    write({ 'paper/index.md': front + nap + value })
    const first = await repro('build')
    expect(first).toMatchObject({ exitCode: 0, out: '_build/index.html\n' })
    expect(first.err).toMatch(
      /^1 cell to run\nrun nap\/local\/default: never run\ndone nap\/local\/default: 2 rows, [\d.]+ s\n(?:nap\/local\/default: (?:measured under|other programs) .*\n)*$/,
    )
    const html = readFileSync(join(project, '_build/index.html'), 'utf8')
    expect(html).toMatch(/It takes <span[^>]*>1\.5\d*.µs/)

    const second = { exitCode: 0, out: '_build/index.html (nothing to do)\n', err: '' }
    expect(await repro('build')).toEqual(second)
    write({ 'other.txt': 'no part of it' })
    expect(await repro('build')).toEqual(second)
    rmSync(join(project, '_build/index.html'))
    expect(await repro('build')).toEqual({ exitCode: 0, out: '_build/index.html\n', err: '' })
    expect(readdirSync(join(project, '.repro/work'))).toEqual([])
    expect(existsSync(join(project, 'results'))).toBe(false)
  })

  it('runs a script with values from repro, the same numbers for the same seed, and records it when told to', async () => {
    write({ 'paper/index.md': front + local('  base: {}'), 'experiments/nap.ts': script })
    expect(await repro('build', '--record')).toMatchObject({ exitCode: 0 })
    const rows = join(project, 'results/nap/local/base/rows.csv')
    const first = readFileSync(rows, 'utf8')
    expect(first).toMatch(/^trial,value\n(?:\d,0\.\d+\n){3}$/)
    expect(await repro('build', '--rerun', '--record')).toMatchObject({ exitCode: 0 })
    expect(readFileSync(rows, 'utf8')).toBe(first)
    const run = JSON.parse(readFileSync(join(project, 'results/nap/local/base/run.json'), 'utf8'))
    expect(run.captured).toEqual({ mean: '2', environment: 'local' })
    expect((await repro('status')).out).toMatch(/^recorded nap\/local\/base\n/)
  })

  it('notices modules that appear, packages that change, and comments in data', async () => {
    const cells = {
      appears: "let a = 0\ntry { a = (await import('./lib/' + 'new.ts')).a } catch {}",
      shadows: "require('./lib/' + 'kept')",
      depends: "const { a } = await import(['pack', 'age'].join(''))",
      reads: "const a = fs.readFileSync('lib/data.js').length",
      starts: 'await $`node lib/data.js`',
    }
    const require =
      "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\n"
    const texts = Object.entries(cells).map(([id, code]) =>
      inline(
        `${code.startsWith('require') ? require : ''}${code}\nexport const rows = [{ a: 1 }]`,
        `id=${id} testbed=local trials=2 parallel=true boots=${id === 'starts' ? 2 : 1}`,
      ),
    )
    const named = inline(
      'await $`node lib/data.js`\nexport const rows = [{ a: 1 }]',
      'id=named testbed=local trials=1 parallel=true inputs=lib/data.js',
    )
    write({
      'index.md': front + texts.join('') + named,
      'lib/kept.json': '{}',
      'lib/data.js': '// data',
      'node_modules/package/package.json': '{"version": "1.0.0", "main": "index.js"}',
      'node_modules/package/index.js': 'exports.a = 1',
    })
    const { err, exitCode } = await repro('run', 'index.md')
    expect(exitCode).toBe(0)
    const warnings = err.split('\n').filter((line) => line.includes('are not tracked'))
    expect(warnings).toEqual([expect.stringMatching(/^starts\/local\/default: .*`inputs:`/)])
    write({
      'lib/new.ts': 'export const a = 1',
      'lib/kept.js': '',
      'lib/data.js': '// other data',
      'node_modules/package/package.json': '{"version": "2.0.0", "main": "index.js"}',
    })
    const lines = (await repro('status', 'index.md')).out.split('\n').slice(0, 6)
    expect(lines).toEqual([
      expect.stringMatching(/^missing {2}appears.*: lib\/new.ts missing -> /),
      expect.stringMatching(/^missing {2}shadows.*: lib\/kept.js missing -> /),
      expect.stringMatching(/^missing {2}depends.*: node_modules\/package\/package.json changed/),
      expect.stringMatching(/^missing {2}reads.*: lib\/data.js changed/),
      expect.stringMatching(/^missing {2}starts.*: lib\/data.js changed/),
      expect.stringMatching(/^missing {2}named.*: lib\/data.js changed/),
    ])
  }, 60_000)

  it('says why it runs: changed trials and script', async () => {
    write({ 'paper/index.md': front + local('  base: {}'), 'experiments/nap.ts': script })
    await repro('run', '--record')
    expect(existsSync(join(project, '_build'))).toBe(false)
    expect((await repro('status')).out).toMatch(/^recorded nap\/local\/base\n/)
    const trials = await repro('build', '-n', '--trials', '5')
    expect(trials.out).toBe('run nap/local/base: trials 3 -> 5\n')
    expect(trials.err).toBe("--trials 5 overrides the document's 3 for nap\n")
    write({ 'experiments/nap.ts': `${script}// only a comment\n` })
    expect((await repro('status')).out).toMatch(/^recorded nap/)
    write({ 'experiments/nap.ts': `${script}export const other = 1\n` })
    expect((await repro('status')).out).toMatch(/^stale {4}nap\/local\/base: script changed\n/)
    expect((await repro('build', '-n', '--rerun')).out).toBe('run nap/local/base: script changed\n')
  })

  it('divides trials over as many boots as it is told, and says where that is not what the document says', async () => {
    const boots = local('  base: {}').replace('boots: 1\ntrials: 3', 'trials: 6\nboots: 3')
    write({ 'paper/index.md': front + boots, 'experiments/nap.ts': script })
    const dry = async (...flags: readonly string[]) => await repro('build', '-n', ...flags)
    expect((await dry()).err).toBe('')
    expect((await dry('--boots', '2')).err).toBe("--boots 2 overrides the document's 3 for nap\n")
    expect((await dry('--trials', '3')).err).toBe("--trials 3 overrides the document's 6 for nap\n")
    expect((await dry('--trials', '2')).err).toBe(
      "--trials 2 overrides the document's 6 for nap\n2 boots of nap instead of the document's 3, as many as --trials leaves trials\n",
    )
    expect(await dry('--trials', '2', '--boots', '3')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining(
        'repro: --boots 3 is more than the 2 trials of nap: each boot has at least one (--trials N, or fewer boots)\n',
      ),
    })
    expect(await repro('run', '--record')).toMatchObject({ exitCode: 0 })
    expect((await dry('--boots', '1')).out).toBe('run nap/local/base: boots 3 -> 1\n')
    expect((await dry('--trials', '2')).out).toBe('run nap/local/base: boots 3 -> 2, trials 6 -> 2\n')
  })

  it('leaves other cells alone when one fails, marks it as missing, and keeps what is left of it', async () => {
    const patterns = '  bad: {load: 9}\n  good: {}'
    const mean = 'Mean `=nap.local.bad.value.mean`.\n'
    write({ 'paper/index.md': front + local(patterns) + mean, 'experiments/nap.ts': script })
    const { exitCode, err } = await repro('build', '-j', '1', '-k')
    expect(exitCode).toBe(1)
    expect(err).toContain(
      'error: nap/local/bad failed: experiments/nap.ts:5:41: RangeError: too much load\nits files are kept in .repro/failed/nap/local/bad/\n',
    )
    expect(err).toMatch(/paper\/index\.md:\d+:6 warning missing: run nap\/local\/bad/)
    expect(err).not.toContain('    at ')
    expect(readdirSync(join(project, '.repro/failed'))).toEqual(['nap'])
    expect((await repro('status')).out).toMatch(
      /^missing {2}nap\/local\/bad: never run\ncached {3}nap\/local\/good\nfresh {4}page\n/,
    )
    expect(readFileSync(join(project, '_build/index.html'), 'utf8')).toContain('missing: run nap/local/bad')
  })

  it('starts no further cells after a failure unless told to', async () => {
    write({ 'paper/index.md': front + local('  bad: {load: 9}\n  good: {}'), 'experiments/nap.ts': script })
    const { exitCode, err } = await repro('build', '-j', '1')
    expect(exitCode).toBe(1)
    expect(err).toContain(
      'not run after the failure: nap/local/good (--keep-going runs what does not need the failed one)',
    )
    expect((await repro('status')).out).toContain('missing  nap/local/good')
  })

  it('runs only the cells that are asked for', async () => {
    write({ 'paper/index.md': front + local('  bad: {load: 9}\n  good: {}'), 'experiments/nap.ts': script })
    expect(await repro('run', '--only', 'good')).toMatchObject({ exitCode: 0 })
    expect(await repro('run', '--only', 'god')).toMatchObject({
      exitCode: 2,
      err: 'repro: --only: no experiment, pattern or cell of this name: god (did you mean good?)\n',
    })
    expect(await repro('run', '--only', 'good', '--rerun=bad')).toMatchObject({
      exitCode: 2,
      err: 'repro: --rerun=bad: --only leaves these cells out (name them in both, or in one)\n',
    })
  })

  it('gives the place in the document of what an inline script throws, and the end of its output', async () => {
    write({
      'paper/index.md':
        front + inline(`console.log('so far')\nconst x: number = 1\nthrow new Error('no ' + x)`),
    })
    const { exitCode, err } = await repro('build')
    expect(exitCode).toBe(1)
    expect(err).toContain(
      'nap/local/default failed: paper/index.md:8:7: Error: no 1\nits output ends with\n  | so far\n',
    )
  })

  it('ends a script at its deadline, with all that it started', async () => {
    write({
      'paper/index.md':
        front + inline('await $`echo $$ > pid; exec sleep 60`', 'id=nap testbed=local trials=1 deadline=10'),
    })
    const { exitCode, err } = await repro('build')
    expect(exitCode).toBe(1)
    expect(err).toContain('nap/local/default failed: the script did not end within 10 s')
    const pid = Number(readFileSync(join(project, 'pid'), 'utf8'))
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false)
  })

  it('says so when the process of a script just ends', async () => {
    write({ 'paper/index.md': front + inline('process.exit(3)') })
    const { exitCode, err } = await repro('build')
    expect(exitCode).toBe(1)
    expect(err).toContain("failed: the script's process ended early (exit code 3)")
  })

  it('interrupted, ends its scripts, leaves no temporary files, and exits with 130', async () => {
    write({ 'paper/index.md': front + inline('await $`echo $$ > pid; exec sleep 60`') })
    const { child, ended } = start(['build'])
    await expect
      .poll(() => existsSync(join(project, 'pid')) && readFileSync(join(project, 'pid'), 'utf8'), {
        timeout: 60_000,
      })
      .toMatch(/\d\n/)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ exitCode: 130, err: expect.stringMatching(/interrupted\n$/) })
    const pid = Number(readFileSync(join(project, 'pid'), 'utf8'))
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false)
    expect(readdirSync(join(project, '.repro/work'))).toEqual([])
    expect(existsSync(join(project, '.repro/lock'))).toBe(false)
    expect(existsSync(join(project, '_build'))).toBe(false)
  })

  it('refuses recorded rows that were changed', async () => {
    write({ 'paper/index.md': front + nap })
    await repro('run', '--record')
    write({ 'results/nap/local/default/rows.csv': 'trial,elapsedNs\n0,1\n' })
    const { exitCode, err } = await repro('build')
    expect(exitCode).toBe(1)
    expect(err).toMatch(
      /^error: results\/nap\/local\/default\/rows\.csv of run nap\/local\/default was changed/,
    )
    expect(err).not.toContain('    at ')
  })
})

describe('a document with errors', () => {
  it.each([
    [
      'a missing script',
      front + local('  base: {}', 'experiments/nab.ts'),
      'paper/index.md:7:9 error script: no file experiments/nab.ts (did you mean experiments/nap.ts?)',
    ],
    [
      'a misspelt key',
      front + local('  base: {}').replace('trials', 'trails'),
      'paper/index.md:10:1 error unknown key: trails (did you mean trials?)',
    ],
    [
      'an unknown pattern',
      `${front + local('  base: {}')}\n\`=nap.local.bas.n\`\n`,
      'error unknown pattern of nap: bas (did you mean base?)',
    ],
    [
      'an unknown environment',
      front + local('  base: {}').replace('[local]', '[lcoal]'),
      'error unknown environment: lcoal (did you mean local?)',
    ],
  ])('%s: exit code 2 and the place, from check and build alike', async (_, document, message) => {
    write({ 'paper/index.md': document, 'experiments/nap.ts': script })
    for (const command of ['check', 'build', 'status']) {
      const { exitCode, err } = await repro(command)
      expect(err).toContain(message)
      expect(exitCode).toBe(2)
    }
    expect(existsSync(join(project, '.repro'))).toBe(false)
  })
})

describe('the toolchain', () => {
  it('out of reach: exit code 5 and what to do', async () => {
    write({
      'paper/index.md': front + local('  base: {}').replace('[local]', '[xen-4.17]'),
      'experiments/nap.ts': script,
      'experiments/environments.yaml': readFileSync(source('experiments/environments.yaml'), 'utf8'),
      'experiments/packages.lock.json': readFileSync(source('experiments/packages.lock.json'), 'utf8'),
    })
    const { exitCode, err } = await start(['build'], { REPRO_DEBIAN_MIRROR: 'http://127.0.0.1:9' }).ended
    expect(err).toMatch(/^error: no Debian mirror for \w+: http:\/\/127\.0\.0\.1:9 is unreachable/m)
    expect(err).toContain('Set REPRO_DEBIAN_MIRROR to the base URL')
    expect(err).not.toContain('    at ')
    expect(exitCode).toBe(5)
  })

  it('is examined where the project uses it, or by name', async () => {
    write({ 'paper/index.md': front })
    const own = await repro('testbed', 'doctor')
    expect(own).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^ok {3}local: Node .*\n$/) })
    const named = await repro('testbed', 'doctor', 'xen-qemu')
    expect(named).toMatchObject({ exitCode: 5, out: expect.stringMatching(/^FAIL package lock: /m) })
    const { exitCode, err } = await repro('testbed', 'doctor', 'xen-quemu')
    expect(err).toContain('repro: unknown testbed or environment: xen-quemu (did you mean xen-qemu?)')
    expect(exitCode).toBe(2)
  })

  it('lists its environments', async () => {
    write({
      'experiments/environments.yaml': readFileSync(source('experiments/environments.yaml'), 'utf8'),
      'experiments/packages.lock.json': readFileSync(source('experiments/packages.lock.json'), 'utf8'),
    })
    const { exitCode, out } = await repro('testbed', 'list')
    expect(out).toMatch(/^xen-4\.14 {2}xen-qemu {2}.* {2}not set up$/m)
    expect(exitCode).toBe(0)
  })
})

describe('the command line', () => {
  it.each([
    [['biuld'], 'unknown command: biuld (did you mean build?)'],
    [['build', '--rerrun'], 'unknown option: --rerrun (did you mean --rerun?)'],
    [
      ['build', '--trials', '0'],
      "--trials takes a whole number from 1, not 0; leave it out for the document's",
    ],
    [['run', '--boots', '0'], '--boots takes a whole number from 1 to 1000, not 0'],
    [['run', '--boots', '1001'], '--boots takes a whole number from 1 to 1000, not 1001'],
    [
      ['build', '--deadline', '2000001'],
      "--deadline takes a whole number from 1 to 2000000, not 2000001; leave it out for the document's",
    ],
    [
      ['verify', '--rerun', '--deadline=9999999'],
      '--deadline takes a whole number from 1 to 2000000, not 9999999',
    ],
    [['build', '-j', 'many'], '--jobs takes a whole number from 1, not many'],
    [['build', '--trials'], '--trials takes a value: --trials N'],
    [['build', 'paper/index.md', 'b.md'], 'unexpected argument: b.md'],
    [['build', 'paper/other.md'], 'no document paper/other.md\n'],
    [['build', '../other.md'], 'no document ../other.md\n'],
    [['check', '--fast'], 'unknown option: --fast'],
    [['testbed', 'lst'], 'unknown command: testbed lst (did you mean list?)'],
    [['pack', '-o', 'none/x.zip'], 'cannot write none/x.zip: there is no folder /'],
    [['verify', '--junit', 'none/x.xml'], 'cannot write none/x.xml: there is no folder none\n'],
    [['testbed'], 'missing subcommand: one of list, '],
  ])('%j: exit code 2', async (args, message) => {
    write({ 'paper/index.md': front })
    const { exitCode, err, out } = await repro(...args)
    expect(err).toContain(`repro: ${message}`)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
  })

  it('tells its version and its commands', async () => {
    expect(await repro('--version')).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^repro \d+\.\d+\.\d+\n$/),
    })
    expect(await repro('--help')).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('\n  build [DOCUMENT] '),
    })
    expect(await repro()).toMatchObject({ exitCode: 2 })
  })
})
