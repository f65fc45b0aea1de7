/** What may run, and when: nothing of a stranger's paper, unless its reader means it. */

import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownCache, project, sharedCache, startUntrusted, write } from '../project.ts'
import { source } from '../source.ts'

const noted = (word: string) =>
  `import { appendFileSync } from 'node:fs'\nappendFileSync('ran', '${word} ')\nexport default async ({ trials }) => ({
  columns: [{ name: 'trial', role: 'index' }, { name: 'value', role: 'measure' }],
  rows: [{ trial: 0, value: 7 }], exclusions: [], captured: {} })\n`
const block = (id: string, rest = '') =>
  `\n\`\`\`yaml experiment\nid: ${id}\nscript: experiments/${id}.ts\nenvironments: [local]\ntrials: 1\npatterns: {default: {}}\n${rest}\`\`\`\n`
const paper = (...parts: readonly string[]) =>
  `---\ntitle: T\n---\n${parts.join('')}\n\`=a.local.default.value.mean\`\n`
const simple = () => ({ 'paper/index.md': paper(block('a')), 'experiments/a.ts': noted('a') })

const repro = async (...args: readonly string[]) => await startUntrusted(args).ended
const ran = () => (existsSync(join(project, 'ran')) ? readFileSync(join(project, 'ran'), 'utf8').trim() : '')
const git = (...args: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  })

/** A repository whose code was allowed, and ran. */
async function ownFolder() {
  write(simple())
  git('init', '-q')
  git('add', 'paper', 'experiments')
  git('commit', '-qm', 'first')
  expect(await repro('build', '--trust')).toMatchObject({ exitCode: 0 })
}

/** On a pseudo-terminal, with an answer typed once it asks. */
async function atTerminal(args: string, answer: string, variables: Readonly<Record<string, string>> = {}) {
  const command = `"${process.execPath}" "${source('dist/cli.cjs')}" ${args}`
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: project,
    env: { ...process.env, ...sharedCache(), NO_COLOR: '1', TERM: 'xterm', ...variables },
  })
  let shown = ''
  let isAnswered = false
  child.stdout.on('data', (data) => {
    shown += String(data)
    if (isAnswered || !shown.includes('[y/N]')) return
    isAnswered = true
    child.stdin.write(answer)
  })
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { shown, exitCode, isAsked: isAnswered }
}

describe('a build in a folder where nothing was run', () => {
  it('renders, lists what would run, runs nothing, and fails', async () => {
    write(simple())
    const { out, err, exitCode } = await repro('build')
    expect({ out, exitCode }).toEqual({ out: '_build/index.html\n', exitCode: 1 })
    expect(err).toContain(
      '1 cell would run code of this paper, which was never run here on purpose, as you:\n',
    )
    expect(err).toMatch(/^ {2}experiments\/a\.ts, Node \d+\.\d+\.\d+, 1 cell$/m)
    expect(err).toContain('Not run. --trust runs it, and so does `repro run`')
    expect(ran()).toBe('')
    // Neither does it so in CI, nor a second time.
    expect((await startUntrusted(['build', '--ci'], { CI: 'true' }).ended).exitCode).toBe(1)
    expect(ran()).toBe('')
  })

  it.each(['status', 'check', 'verify', 'explain page', 'build -n', 'build --frozen', 'pack'])(
    'repro %s runs nothing either',
    async (command) => {
      write(simple())
      await repro(...command.split(' '))
      expect(ran()).toBe('')
    },
  )

  it.each(['y', 'Yes', 'n', '', 'yesterday'])('asks at a terminal, and takes %j', async (answer) => {
    write(simple())
    const { shown, exitCode, isAsked } = await atTerminal('build', `${answer}\r`)
    expect(isAsked, shown).toBe(true)
    const isYes = ['y', 'Yes'].includes(answer)
    expect({ exitCode, ran: ran() }, shown).toEqual(
      isYes ? { exitCode: 0, ran: 'a' } : { exitCode: 1, ran: '' },
    )
    // What was allowed is remembered, and what was not is asked again.
    rmSync(join(project, '.repro'), { recursive: true, force: true })
    const again = await atTerminal('build', 'n\r')
    expect(again.isAsked).toBe(!isYes)
    expect(ran()).toBe(isYes ? 'a a' : '')
  })

  it('takes Ctrl-C and the end of input for no', async () => {
    write(simple())
    expect(await atTerminal('build', '\u0003')).toMatchObject({ exitCode: 130, isAsked: true })
    expect(await atTerminal('build', '\u0004')).toMatchObject({ exitCode: 1, isAsked: true })
    expect(ran()).toBe('')
  })

  it('asks nothing where nothing would run', async () => {
    write({ 'paper/index.md': '---\ntitle: T\n---\n\nText.\n' })
    expect(await atTerminal('build', 'y\r')).toMatchObject({ exitCode: 0, isAsked: false })
    write(simple())
    await startUntrusted(['run', '--record'], ownCache()).ended
    for (const folder of ['cache', '.repro', '_build'])
      rmSync(join(project, folder), { recursive: true, force: true })
    expect(await atTerminal('build', 'y\r', ownCache())).toMatchObject({ exitCode: 0, isAsked: false })
    expect(ran()).toBe('a')
  })
})

describe('consent', () => {
  it.each([['run'], ['build', '--rerun'], ['build', '--trust'], ['build', '--rerun=a']])(
    'is %j, and is remembered',
    async (...args) => {
      write(simple())
      expect(await repro(...args)).toMatchObject({ exitCode: 0 })
      rmSync(join(project, '.repro'), { recursive: true })
      expect(await repro('build')).toMatchObject({ exitCode: 0 })
      expect(ran()).toBe('a a')
    },
  )

  it('is repro verify --rerun and --kick-the-tires', async () => {
    const claim =
      '\n```yaml claim\nid: C1\nstatement: S\nscope: method\nvalue: a.local.default.value.mean\nbetween: [0, 9]\n```\n'
    write({ ...simple(), 'paper/index.md': paper(block('a'), claim) })
    await repro('verify', '--kick-the-tires')
    await repro('verify', '--rerun')
    expect(ran()).toBe('a a')
  })

  it('is repro init, for what its user writes there', async () => {
    const folder = join(project, 'own')
    mkdirSync(folder)
    await startUntrusted(['init'], {}, 'own').ended
    const few = ['build', '--trials', '2', '--boots', '1']
    const first = await startUntrusted(few, {}, 'own').ended
    expect(first.exitCode, first.err).toBe(0)
    const script = join(folder, 'experiments/sorting.ts')
    writeFileSync(script, `${readFileSync(script, 'utf8')}\nexport const another = 1\n`)
    expect((await startUntrusted(few, {}, 'own').ended).err).toContain('run sorting/local/')
  })

  it('is not repro init where a paper of somebody lies', async () => {
    write({ 'experiments/a.ts': noted('a'), 'other.md': paper(block('a')) })
    await repro('init')
    expect((await repro('build', 'other.md')).exitCode).toBe(1)
    expect(ran()).toBe('')
  })

  it('is for the code that ran: not for what was changed, in a folder that is not one’s own', async () => {
    write(simple())
    await repro('run')
    write({ 'experiments/a.ts': noted('b') })
    const { err, exitCode } = await repro('build')
    expect(exitCode).toBe(1)
    expect(err).toContain(
      '1 cell would run code that has changed since it was allowed here (experiments/a.ts):',
    )
    // Nor for other parameters of it.
    write({ ...simple(), 'paper/index.md': paper(block('a', 'parameters: {command: rm}\n')) })
    expect((await repro('build')).err).toContain('since it was allowed here (paper/index.md):')
    // But for more trials of it.
    write({ 'paper/index.md': paper(block('a').replace('trials: 1', 'trials: 2')) })
    expect((await repro('build')).err).not.toContain('would run')
    expect(ran()).toBe('a a')
  })

  it('is for the files that it read, too', async () => {
    const reading = `import { readFileSync } from 'node:fs'\nawait import('./' + readFileSync(new URL('name.txt', import.meta.url), 'utf8').trim())\n`
    write({
      ...simple(),
      'experiments/a.ts': `${reading}${noted('a')}`,
      'experiments/name.txt': 'part.mjs',
      'experiments/part.mjs': 'export {}\n',
    })
    const first = await repro('run')
    expect(first.exitCode, first.err).toBe(0)
    write({
      'experiments/part.mjs': "import { appendFileSync } from 'node:fs'\nappendFileSync('ran', 'evil ')\n",
    })
    expect((await repro('build')).err).toContain('allowed here (experiments/part.mjs)')
    expect(ran()).toBe('a')
  })

  it('is for all files that a program may open by names that it computes', async () => {
    write({
      'paper/index.md': paper(block('a').replace('a.ts', 'a.sh')),
      'experiments/a.sh': 'for f in experiments/lib/*; do . "$f"; done\necho value\necho 7\n',
      'experiments/lib/part': 'echo -n "part " >> ran\n',
      'experiments/other.csv': 'x\n1\n',
    })
    git('init', '-q')
    git('add', '.')
    git('commit', '-qm', 'theirs')
    expect(await repro('run')).toMatchObject({ exitCode: 0 })
    write({ 'experiments/other.csv': 'x\n2\n' })
    expect(await repro('build', '--rerun')).toMatchObject({ exitCode: 0 })
    const before = ran()
    write({
      'experiments/lib/part': 'echo -n "evil " >> ran\n',
      'paper/index.md': paper(block('a').replace('a.ts', 'a.sh').replace('trials: 1', 'trials: 2')),
    })
    const { err, exitCode } = await repro('build')
    expect({ exitCode, ran: ran() }, err).toEqual({ exitCode: 1, ran: before })
    expect(err).toContain('(experiments/lib/part)')
  })

  it('is for changes made here in an own folder, and not for what git brought', async () => {
    await ownFolder()
    write({ 'experiments/a.ts': noted('edited') })
    expect(await repro('build')).toMatchObject({ exitCode: 0 })
    git('commit', '-qam', 'mine')
    write({ 'experiments/a.ts': noted('committed') })
    git('commit', '-qam', 'mine, too')
    expect(await repro('build')).toMatchObject({ exitCode: 0 })
    expect(ran()).toBe('a edited committed')
    // Somebody else's commit, pulled.
    const clone = join(project, 'clone')
    execFileSync('git', ['clone', '-q', project, clone], { stdio: 'pipe' })
    writeFileSync(join(clone, 'experiments/a.ts'), noted('evil'))
    const there = ['-C', clone, '-c', 'user.name=A', '-c', 'user.email=a@b.c']
    execFileSync('git', [...there, 'commit', '-qam', 'commit: mine'], { stdio: 'pipe' })
    git('pull', '-q', clone)
    const { err, exitCode } = await repro('build')
    expect(exitCode).toBe(1)
    expect(err).toContain('code that has changed since it was allowed here (experiments/a.ts):')
    expect(ran()).not.toContain('evil')
    expect(await repro('build', '--trust')).toMatchObject({ exitCode: 0 })
    expect(ran()).toContain('evil')
    // What was allowed may be edited.
    write({ 'experiments/a.ts': noted('mine again') })
    expect(await repro('build')).toMatchObject({ exitCode: 0 })
  })

  describe('in an own folder does not cover what others wrote, however it comes', () => {
    const others = () => join(project, 'clone')
    const there = (...args: readonly string[]) =>
      execFileSync('git', ['-C', others(), '-c', 'user.name=B', '-c', 'user.email=b@b.c', ...args], {
        stdio: 'pipe',
        encoding: 'utf8',
      })
    const commit = () => git('commit', '-qam', 'mine')

    it.each<readonly [string, () => void]>([
      ['squashed', () => void git('merge', '-q', '--squash', 'FETCH_HEAD')],
      ['squashed and committed', () => [git('merge', '-q', '--squash', 'FETCH_HEAD'), commit()]],
      ['picked without a commit', () => void git('cherry-pick', '-n', 'FETCH_HEAD')],
      ['picked, and committed', () => [git('cherry-pick', '-n', 'FETCH_HEAD'), commit()]],
      ['checked out', () => void git('checkout', '-q', 'FETCH_HEAD', '--', 'experiments/a.ts')],
      [
        'pulled, and amended',
        () => [git('merge', '-q', '--ff-only', 'FETCH_HEAD'), git('commit', '-q', '--amend', '-m', 'mine')],
      ],
      [
        'mailed, and amended',
        () => {
          writeFileSync(join(project, 'patch'), there('format-patch', '-1', '--stdout'))
          git('am', '-q', 'patch')
          git('commit', '-q', '--amend', '-m', 'mine')
        },
      ],
      [
        'pulled, and edited before it was ever allowed',
        () => {
          git('merge', '-q', '--ff-only', 'FETCH_HEAD')
          write({ 'experiments/a.ts': `${noted('evil')}// a word\n` })
        },
      ],
    ])('%s', async (_, bring) => {
      await ownFolder()
      execFileSync('git', ['clone', '-q', project, others()], { stdio: 'pipe' })
      writeFileSync(join(others(), 'experiments/a.ts'), noted('evil'))
      there('commit', '-qam', 'evil')
      git('fetch', '-q', others())
      bring()
      const { err, exitCode } = await repro('build')
      expect({ exitCode, ran: ran() }, err).toEqual({ exitCode: 1, ran: 'a' })
    })

    it('in a submodule, whose own files may be edited', async () => {
      const shared = join(project, 'shared')
      mkdirSync(shared)
      const inShared = (...args: readonly string[]) =>
        execFileSync('git', ['-C', shared, '-c', 'user.name=B', '-c', 'user.email=b@b.c', ...args], {
          stdio: 'pipe',
        })
      inShared('init', '-q')
      writeFileSync(join(shared, 'a.ts'), noted('a'))
      inShared('add', '.')
      inShared('commit', '-qm', 'first')
      write({ 'paper/index.md': paper(block('a')).replace('experiments/a.ts', 'lib/a.ts') })
      git('init', '-q')
      git('-c', 'protocol.file.allow=always', 'submodule', '-q', 'add', shared, 'lib')
      git('commit', '-qam', 'mine')
      expect(await repro('build', '--trust')).toMatchObject({ exitCode: 0 })
      write({ 'lib/a.ts': noted('mine') })
      expect(await repro('build')).toMatchObject({ exitCode: 0 })
      git('-C', 'lib', 'checkout', '-q', '.')
      writeFileSync(join(shared, 'a.ts'), noted('evil'))
      inShared('commit', '-qam', 'evil')
      git('-c', 'protocol.file.allow=always', 'submodule', '-q', 'update', '--remote', 'lib')
      const { err, exitCode } = await repro('build')
      expect({ exitCode, ran: ran() }, err).toEqual({ exitCode: 1, ran: 'a mine' })
      expect(err).toContain('(lib/a.ts)')
    })

    it('but covers one’s own commits, also amended', async () => {
      await ownFolder()
      write({ 'experiments/a.ts': noted('one') })
      git('commit', '-qam', 'one')
      write({ 'experiments/a.ts': noted('two') })
      git('commit', '-qa', '--amend', '-m', 'two')
      expect(await repro('build')).toMatchObject({ exitCode: 0 })
      expect(ran()).toBe('a two')
    })
  })

  it('is for this folder: not for another, for one in its place, or for a copy', async () => {
    write(simple())
    await repro('run')
    const cache = sharedCache()
    mkdirSync(join(project, 'copy'))
    for (const name of ['paper', 'experiments'])
      cpSync(join(project, name), join(project, 'copy', name), { recursive: true })
    expect((await startUntrusted(['build'], cache, 'copy').ended).exitCode).toBe(1)
    await startUntrusted(['run'], cache, 'copy').ended
    rmSync(join(project, 'copy/.repro'), { recursive: true })
    renameSync(join(project, 'copy'), join(project, 'moved'))
    mkdirSync(join(project, 'copy'))
    for (const name of ['paper', 'experiments'])
      cpSync(join(project, name), join(project, 'copy', name), { recursive: true })
    expect((await startUntrusted(['build'], cache, 'copy').ended).exitCode).toBe(1)
    expect((await startUntrusted(['build'], cache, 'moved').ended).exitCode).toBe(1)
  })

  it('cannot be brought: neither by a repository, nor by another machine', async () => {
    write(simple())
    await startUntrusted(['run'], { REPRO_CACHE: join(project, 'theirs') }).ended
    const kept = readdirSync(join(project, 'theirs/consent'))
    expect(kept).toHaveLength(1)
    await startUntrusted(['status'], ownCache()).ended
    cpSync(join(project, 'theirs/consent'), join(project, 'cache/consent'), { recursive: true })
    rmSync(join(project, '.repro'), { recursive: true })
    expect((await startUntrusted(['build'], ownCache()).ended).exitCode).toBe(1)
    expect(ran()).toBe('a')
  })
})

describe('programs that a folder brings', () => {
  const evil = (name: string) => `#!/bin/sh\necho ${name} >>"${project}/ran"\necho 1.2.3\n`
  const program = (path: string) => {
    write({ [path]: evil(path) })
    chmodSync(join(project, path), 0o755)
  }
  const python = (rest = '') =>
    `---\ntitle: T\n---\n\n\`\`\`yaml experiment\nid: a\nscript: experiments/a.py\nenvironments: [local]\ntrials: 1\npatterns: {default: {}}\n${rest}\`\`\`\n`

  it.each([
    ['node_modules/.bin', ''],
    ['bin', ''],
    ['.', ''],
  ])('are not found in %s on PATH', async (folder) => {
    write({ 'paper/index.md': python(), 'experiments/a.py': 'print(1)\n' })
    for (const name of ['git', 'python3', 'ssh-keygen', 'sh', 'env', 'bash', 'node'])
      program(join(folder, name))
    git('init', '-q')
    const paths = [join(project, folder), folder].join(':')
    for (const command of [['build'], ['status'], ['check'], ['verify'], ['build', '-n'], ['pack']])
      await startUntrusted(command, { PATH: `${paths}:${process.env.PATH}` }).ended
    expect(ran()).toBe('')
  })

  it.each([
    ['interpreter: ../tools/python3\n', 'tools/python3'],
    ['interpreter: .venv/bin/python3\n', 'inner/.venv/bin/python3'],
    ['', 'inner/experiments/python3'],
  ])('are not asked for their version: %j', async (rest, path) => {
    mkdirSync(join(project, 'inner'))
    git('init', '-q')
    program(path)
    write({
      'inner/paper/index.md': python(rest),
      'inner/experiments/a.py': `#!${join(project, path)}\nprint(1)\n`,
      'inner/experiments/python3': '',
    })
    if (rest === '') program(path)
    for (const command of ['build', 'status', 'check']) await startUntrusted([command], {}, 'inner').ended
    expect(ran()).toBe('')
  })

  it('are not what a version manager starts, as a file of the folder says', async () => {
    const shims = join(project, '..', `shims-${process.pid}`)
    mkdirSync(shims, { recursive: true })
    try {
      // As shims of asdf and mise do for `path:` in .tool-versions.
      writeFileSync(
        join(shims, 'python3'),
        '#!/bin/sh\n[ -e ./evil ] && exec ./evil "$@"\nexec /usr/bin/python3 "$@"\n',
      )
      chmodSync(join(shims, 'python3'), 0o755)
      program('evil')
      write({
        'paper/index.md': python(),
        'experiments/a.py': 'print(1)\n',
        '.tool-versions': 'python path:.\n',
      })
      for (const command of ['build', 'status', 'check'])
        await startUntrusted([command], { PATH: `${shims}:${process.env.PATH}` }).ended
      expect(ran()).toBe('')
    } finally {
      rmSync(shims, { recursive: true })
    }
  })
})

it('`text` of a stranger in the list cannot move the cursor', async () => {
  write({
    'paper/index.md': paper(block('a')).replace('experiments/a.ts', '"experiments/a\\e[2J.ts"'),
    'experiments/a\u001b[2J.ts': noted('a'),
  })
  const { err } = await repro('build')
  expect(err).not.toContain('\u001b')
})
