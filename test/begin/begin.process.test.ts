/** `repro init` and `repro new`, as a newcomer runs them: in an empty folder without package.json. */

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { templateFiles, templates } from '../../src/begin/template.ts'
import { project, repro, start, write } from '../project.ts'

const read = (path: string) => readFileSync(join(project, path), 'utf8')
/** Everything but the cache of the tests. */
const everything = () =>
  readdirSync(project, { recursive: true, encoding: 'utf8' })
    .filter((path) => !/^(?:cache|\.repro|_build)(?:\/|$)/.test(path))
    .sort()

const next = `
Next:
  npx --no-install repro build    # runs the experiment, and writes _build/index.html
  npx --no-install repro verify   # gives the claim a verdict
Then open the page in a browser, change paper/index.md, and build again.
`

const document = `---
title: Mine
---

\`\`\`ts experiment id=nap testbed=local trials=3
export const rows = [{ value: 40 + (7 * cell.trial) % 5 }]
\`\`\`

Text \`=nap.local.default.value.mean\`.
`

const filesOf = (name: string) => templateFiles(templates.get(name) ?? expect.unreachable(name))

describe('repro init', () => {
  it('writes a paper that builds at once, with a verdict, and says what to do next', async () => {
    const { exitCode, out, err } = await repro('init')
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    const files = [
      '.gitignore',
      'experiments/sorting.ts',
      'figures/times.vl.json',
      'paper/index.md',
      'paper/references.bib',
    ]
    expect(out).toBe(`${files.map((path) => `wrote ${path}\n`).join('')}${next}`)
    expect(everything().filter((path) => path.includes('.'))).toEqual(files)

    const built = await repro('build')
    expect(built).toMatchObject({ exitCode: 0, out: '_build/index.html\n' })
    expect(built.err).not.toMatch(/warning|missing/)
    const page = read('_build/index.html')
    for (const part of ['<svg', 'Table 1', 'Figure 1', 'Tim Peters', 'reproduced', 'local'])
      expect(page).toContain(part)
    const verified = await repro('verify')
    expect(verified.exitCode).toBe(0)
    expect(verified.out).toMatch(/^C1 +(?:reproduced|not reproduced|inconclusive) /m)
    expect((await repro('build')).out).toBe('_build/index.html (nothing to do)\n')
  })

  it('needs no package.json, and minds none: npm init writes the type commonjs', async () => {
    await repro('init')
    const script = read('experiments/sorting.ts')
    write({
      'package.json': '{"type": "commonjs"}',
      // Also in JavaScript, with a helper.
      'experiments/plain.js':
        "import { x } from './helper.js'\nexport default async () => ({ columns: [{ name: 'x', role: 'measure' }], rows: [{ x }] })\n",
      'experiments/helper.js': 'export const x = 1\n',
      'd.md':
        '---\ntitle: D\n---\n\n```yaml experiment\nid: plain\nscript: experiments/plain.js\nenvironments: [local]\ntrials: 1\npatterns: {default: {}}\n```\n',
    })
    for (const document of ['paper/index.md', 'd.md']) {
      const { exitCode, err } = await repro('run', document, '--trials', '1')
      expect({ document, exitCode }, err.replaceAll('ES', '')).toEqual({ document, exitCode: 0 })
    }
    expect(read('experiments/sorting.ts')).toBe(script)
  })

  it.each([...templates.keys()])('%s: passes repro check without a warning', async (name) => {
    const { exitCode, out } = await repro('init', 'a/b', '--template', name)
    expect(exitCode).toBe(0)
    expect(out).toContain('wrote a/b/paper/index.md\n')
    expect(out).toContain('  npx --no-install repro build a/b/paper/index.md    # runs')
    expect(await repro('check', 'a/b/paper/index.md')).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/^a\/b\/paper\/index\.md: 4 blocks, \d values?, no errors\n$/),
      err: '',
    })
  })

  it('has the same script, figure and lock for xen and ssh', () => {
    for (const path of [
      'experiments/commands.ts',
      'figures/calls.vl.json',
      'paper/references.bib',
      '.gitignore',
    ]) {
      const [xen, ssh] = ['xen', 'ssh'].map((name) => filesOf(name).get(path))
      expect(xen).toBeTruthy()
      expect(ssh).toBe(xen)
    }
  })

  it('refuses a folder with files in the way, names them, and writes nothing', async () => {
    write({ 'paper/index.md': 'mine', 'figures/times.vl.json': '{}', 'README.md': 'mine' })
    mkdirSync(join(project, 'elsewhere'))
    symlinkSync('elsewhere', join(project, 'experiments'))
    const before = everything()
    const { exitCode, out, err } = await repro('init')
    expect({ exitCode, out, err }).toEqual({
      exitCode: 2,
      out: '',
      err:
        'repro: experiments, figures/times.vl.json, paper/index.md are already there, and nothing was written. ' +
        'A new folder has room: npx --no-install repro init DIR\n',
    })
    expect(everything()).toEqual(before)
    expect(read('paper/index.md')).toBe('mine')
  })

  it('leaves a .gitignore as it is, and says what it lacks', async () => {
    write({ '.gitignore': '/_build\n*.log\n', 'package.json': '{}' })
    const { exitCode, out } = await repro('init')
    expect(exitCode).toBe(0)
    expect(out).toContain('.gitignore stays as it is. It should ignore these, too: .repro/ node_modules/\n')
    expect(read('.gitignore')).toBe('/_build\n*.log\n')
  })

  it.each([
    [['init', ''], 'the folder has an empty name'],
    [['init', '--template', 'xne'], '--template: unknown name: xne (did you mean xen?)'],
    [['init', 'a', 'b'], 'unexpected argument: b (usage: repro init [DIR])'],
  ])('%j is a mistake', async (args, message) => {
    const { exitCode, err } = await repro(...args)
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining(`repro: ${message}`) })
    expect(everything()).toEqual([])
  })

  it('fails where it cannot write, with the reason', async () => {
    writeFileSync(join(project, 'file'), '')
    const { exitCode, err } = await repro('init', 'file/paper')
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: expect.stringMatching(/^error: cannot write .*file\/paper: a file is where a folder must be/),
    })
  })

  it('--workflow writes the workflow, too, or nothing', async () => {
    const { out } = await repro('init', '--workflow')
    expect(out).toContain('wrote .github/workflows/paper.yml\n')
    expect(out).toContain('The workflow runs `npm ci`, but no package.json has repro as a dependency yet')
    write({ 'other/.git/HEAD': '', 'other/.github/workflows/paper.yml': 'mine' })
    const { exitCode, err } = await repro('init', 'other', '--workflow')
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: expect.stringContaining('.github/workflows/paper.yml is already there, and nothing was written.'),
    })
    expect(existsSync(join(project, 'other/paper'))).toBe(false)
  })
})

describe('repro new', () => {
  it('adds an experiment, a figure, a table and a claim that pass the check and build', async () => {
    write({ 'notes.md': '---\ntitle: Mine\n---\n\nText.\n' })
    const added = [
      await repro('new', 'experiment', 'speed', 'notes.md'),
      await repro('new', 'figure', 'speed', 'notes.md'),
      await repro('new', 'table', 'tbl-speed', 'notes.md'),
      await repro('new', 'claim', 'C1', 'notes.md'),
    ]
    for (const { exitCode, err } of added) expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(added[0]?.out).toBe(
      'wrote experiments/speed.ts\nadded experiment speed to notes.md:7\n\n' +
        'Next: write into experiments/speed.ts what it measures, and into the block its parameters and patterns.\n' +
        'Then: npx --no-install repro build notes.md\n',
    )
    expect(JSON.parse(read('figures/speed.vl.json')).encoding.x).toMatchObject({
      field: 'time',
      title: 'time (µs)',
    })
    expect(await repro('check', 'notes.md')).toEqual({
      exitCode: 0,
      out: 'notes.md: 4 blocks, 0 values, no errors\n',
      err: '',
    })
    const built = await repro('build', 'notes.md')
    expect(built, built.err).toMatchObject({ exitCode: 0, out: '_build/+notes.html\n' })
    expect(read('_build/+notes.html')).toContain('<svg')
    expect((await repro('verify', 'notes.md')).out).toMatch(
      /^C1 +(?:reproduced|not reproduced|inconclusive) /m,
    )
    expect(
      read('notes.md').startsWith('---\ntitle: Mine\n---\n\nText.\n\n```yaml experiment\nid: speed\n'),
    ).toBe(true)
  })

  it('shows what the runs measure, or else the script', async () => {
    write({ 'paper/index.md': document })
    const first = await repro('new', 'figure', 'a')
    expect(first.out).toContain(
      'There is no run of nap yet: if it does not measure value, put a name that it has into figures/a.vl.json.',
    )
    expect(JSON.parse(read('figures/a.vl.json')).encoding.x.field).toBe('value')
    await repro('build')
    const second = await repro('new', 'claim', 'C1', '--from', 'nap')
    expect(second.out).not.toContain('There is no run')
    // One pattern: its spread.
    expect(read('paper/index.md')).toContain(
      'value: nap.local.default.value.p95 / nap.local.default.value.median\nbetween: [1, 2]\n',
    )
    const { exitCode, err } = await repro('build')
    expect(exitCode, err).toBe(0)
  })

  it('takes a name with a hyphen, which a claim must quote', async () => {
    write({ 'notes.md': '# Mine\n' })
    for (const [type, name] of [
      ['experiment', 'my-speed'],
      ['figure', 'my-speed'],
      ['table', 'my-speed'],
      ['claim', 'my-claim'],
    ] as const)
      expect(await repro('new', type, name, 'notes.md')).toMatchObject({ exitCode: 0, err: '' })
    expect(read('notes.md')).toContain(`from: "['my-speed'].local.small.time"\n`)
    expect(await repro('check', 'notes.md')).toMatchObject({ exitCode: 0, err: '' })
  })

  it.each([
    ['naps.py', 'timeMs'],
    ['naps.sh', 'elapsedNs'],
  ])('writes a script in another language: %s', async (name, measure) => {
    write({ 'notes.md': '# Mine\n' })
    const { exitCode, out } = await repro('new', 'experiment', name, 'notes.md')
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringContaining(`wrote experiments/${name}\nadded experiment naps to notes.md:`),
    })
    expect(read('notes.md')).toContain(`id: naps\nscript: experiments/${name}\n`)
    // Without a run they show what the script prints.
    for (const type of ['figure', 'table', 'claim'])
      expect(await repro('new', type, 'naps-one', 'notes.md')).toMatchObject({ exitCode: 0 })
    expect(read('notes.md')).toContain(`measures: [${measure}]`)
    expect(await repro('build', 'notes.md')).toMatchObject({ exitCode: 0 })
    write({ 'notes.md': `${read('notes.md')}\nIt took \`=naps.local.small.${measure}.mean\`.\n` })
    expect(await repro('check', 'notes.md')).toMatchObject({ exitCode: 0, err: '' })
  })

  it('writes one in R, and takes no other extension', async () => {
    write({ 'notes.md': '# Mine\n' })
    expect((await repro('new', 'experiment', 'naps.jl', 'notes.md')).err).toContain(
      'naps.jl cannot be the name of an experiment: scripts to begin with are NAME.ts, NAME.py, NAME.R and NAME.sh; write one in another language by hand, and its block (docs/languages.md)',
    )
    // Where there is no R, its block has an error.
    expect(await repro('new', 'experiment', 'naps.R', 'notes.md')).toMatchObject({ exitCode: 0 })
    expect(read('experiments/naps.R')).toContain('cat("timeMs,largest\\n")')
  })

  it('keeps who may read the document, and the link that leads to it', async () => {
    write({ 'texts/d.md': document })
    mkdirSync(join(project, 'paper'))
    symlinkSync('../texts/d.md', join(project, 'paper/index.md'))
    chmodSync(join(project, 'texts/d.md'), 0o600)
    expect((await repro('new', 'table', 'x')).exitCode).toBe(0)
    expect(read('texts/d.md')).toContain('id: tbl-x')
    expect(statSync(join(project, 'texts/d.md')).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(project, 'paper'), { withFileTypes: true })[0]?.isSymbolicLink()).toBe(true)
  })

  it.each([
    [['experiment', 'nap'], 'experiment nap is already in paper/index.md:5: take another name'],
    [
      ['experiment', 'other'],
      'experiments/other.ts is already there, and nothing was written. Take another name.',
    ],
    [
      ['experiment', 'My Test'],
      'My Test cannot be the name of an experiment: use letters, digits, hyphens and underscores',
    ],
    [
      ['experiment', 'published'],
      'published cannot be the name of an experiment: this name stands for published tables',
    ],
    [['table', 'x', '--from', 'npa'], '--from: no experiment of this name: npa (did you mean nap?)'],
    [['figure'], 'which figure? Give it a name'],
    [['figure', ''], 'the name is empty'],
    [['figre', 'x'], 'unknown command: new figre (did you mean figure?)'],
    [['claim', 'C1', 'none.md'], 'no document none.md'],
  ])('%j is refused, and changes nothing', async (args, message) => {
    write({ 'paper/index.md': document, 'experiments/other.ts': '// mine' })
    const before = everything()
    const { exitCode, out, err } = await repro('new', ...args)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toContain(`repro: ${message}`)
    expect(everything()).toEqual(before)
    expect(read('paper/index.md')).toBe(document)
  })

  it('refuses a document with errors, and says which', async () => {
    const wrong = document.replace('nap.local', 'npa.local')
    write({ 'paper/index.md': wrong })
    const { exitCode, err } = await repro('new', 'experiment', 'more')
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: expect.stringMatching(/^paper\/index\.md:9:\d+ error unknown experiment: npa/),
    })
    expect(read('paper/index.md')).toBe(wrong)
    expect(existsSync(join(project, 'experiments'))).toBe(false)
  })

  it('refuses a table where no experiment is, and a translation', async () => {
    write({
      'paper/index.md': `${document.replace('title: Mine', 'title: Mine\ntranslations: [paper/index.ja.md]')}`,
      'paper/index.ja.md':
        '---\ntitle: Mein\nlang: ja\ntranslationOf: paper/index.md\n---\n\n```yaml experiment\nid: nap\n```\n\nText `=nap.local.default.value.mean`.\n',
      'empty.md': '---\ntitle: Empty\n---\n',
    })
    expect((await repro('new', 'table', 'x', 'empty.md')).err).toBe(
      'repro: empty.md has no experiment that a table could show: add one first (npx --no-install repro new experiment NAME empty.md)\n',
    )
    const { exitCode, err } = await repro('new', 'table', 'x', 'paper/index.ja.md')
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: expect.stringContaining(
        'paper/index.ja.md is a translation: its blocks come from paper/index.md; add the table there',
      ),
    })
  })

  it('workflow: once', async () => {
    write({ 'paper/index.md': document })
    expect((await repro('new', 'workflow')).out).toMatch(
      /^wrote \.github\/workflows\/paper\.yml\n[^]*Next: commit it and push/,
    )
    expect(await repro('new', 'workflow')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('.github/workflows/paper.yml is already there'),
    })
  })
})

describe('a document anywhere', () => {
  const lone = (value: number) => document.replace('40 +', `${value} +`)
  const run = async (folder: string, ...args: readonly string[]) => await start(args, {}, folder).ended

  it('is built into the folder of its project, from wherever the command is run', async () => {
    write({
      'here/x': '',
      'there/notes/draft.md': lone(40),
      'study/paper/x': '',
      'study/notes/n.md': lone(60),
    })
    expect(await run('here', 'build', '../there/notes/draft.md')).toMatchObject({
      exitCode: 0,
      out: '../there/notes/_build/+draft.html\n',
    })
    expect((await run('there/notes', 'build', 'draft.md')).out).toBe('_build/+draft.html (nothing to do)\n')
    expect((await run('there', 'build', 'notes/draft.md')).out).toBe(
      'notes/_build/+draft.html (nothing to do)\n',
    )
    expect(await run('study/notes', 'build', 'n.md')).toMatchObject({
      exitCode: 0,
      out: '../_build/+notes+n.html\n',
    })
    write({
      'there/notes/draft.md': `${lone(40)}\nAlso \`=nap.local.default.valeu.mean\`, \`=npa.local.default.value.n\`.\n`,
    })
    expect(await run('here', 'check', '../there/notes/draft.md')).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/^\.\.\/there\/notes\/draft\.md:11:\d+ error unknown experiment: npa/m),
    })
  })

  it('is taken by every command', async () => {
    const claim =
      '\n```yaml claim\nid: C1\nstatement: It is about forty\nscope: shape\nvalue: nap.local.default.value.max / nap.local.default.value.min\nbetween: [1, 2]\n```\n'
    write({ 'a/d.md': `${lone(40)}${claim}`, 'b/x': '' })
    const outputs = new Map<string, string>()
    for (const [command, ...more] of [
      ['build', '--record'],
      ['run'],
      ['check'],
      ['status', '--frozen'],
      ['verify'],
      ['clean', '-n'],
    ] as const) {
      const { exitCode, out, err } = await run('b', command, '../a/d.md', ...more)
      expect({ command, exitCode }, err).toEqual({ command, exitCode: 0 })
      outputs.set(command, out)
    }
    expect(outputs.get('status')).toContain('recorded nap/local/default\n')
    expect(outputs.get('clean')).toBe('nothing but recorded runs is older than 30 days\n')
    expect((await run('b', 'explain', 'nap/local/default', '../a/d.md')).out).toMatch(
      /^nap\/local\/default is recorded\n/,
    )
    expect((await run('b', 'diff', 'recorded', 'latest', '../a/d.md')).out).toBe(
      '1 of 1 cell has the same rows\n',
    )
    expect(
      (
        await run(
          'b',
          'accept',
          'nap/local/default',
          '--document',
          '../a/d.md',
          '--author',
          'A',
          '--reason',
          'r',
        )
      ).out,
    ).toBe('not edited: nap/local/default\n')
    const packed = await run('b', 'pack', '../a/d.md', '-o', 'd.zip')
    expect(packed, packed.err).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^d\.zip\n/) })
    expect(existsSync(join(project, 'b/.repro'))).toBe(false)
    expect(existsSync(join(project, 'b/_build'))).toBe(false)
  })

  it('does not disturb another one of its project, even with an experiment of the same name', async () => {
    write({ 'paper/index.md': lone(40), 'paper/b.md': lone(50) })
    const page = (name: string) => read(`_build/${name}.html`)
    await repro('build', '--record')
    const first = page('index')
    expect((await repro('build', 'paper/b.md')).exitCode).toBe(0)
    expect(page('index')).toBe(first)
    expect(page('b')).toContain('52')
    // Each has its own runs, and nothing runs again.
    for (const [name, ...args] of [['index'], ['b', 'paper/b.md']] as const) {
      const before = page(name)
      expect((await repro('build', ...args)).err).not.toContain('run nap')
      expect(page(name)).toBe(before)
    }
    const { exitCode, err } = await repro('build', 'paper/b.md', '--record')
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: expect.stringContaining(
        'results/nap/local/default is the record of paper/index.md, which has an experiment of the same name',
      ),
    })
    expect((await repro('status', '--frozen')).exitCode).toBe(0)
  })

  it('that is missing is said, with what is there', async () => {
    write({ 'draft.md': document, 'README.md': '# Read me' })
    expect((await repro('build')).err).toBe(
      `repro: no document paper/index.md in ${project}. Name one: draft.md. \`npx --no-install repro init\` writes a paper to begin with\n` +
        'Try `repro help build`.\n',
    )
    expect((await repro('build', 'drfat.md')).err).toContain(
      'repro: no document drfat.md (did you mean draft.md?)\n',
    )
  })
})
