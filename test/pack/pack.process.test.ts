import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Checker, ROCrate } from 'ro-crate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, parseDocument } from 'yaml'
import { sha256 } from '../../src/files/fingerprint.ts'
import { project, repro, start, write } from '../project.ts'
import { source } from '../source.ts'
import { commit, git } from './git.ts'
import { type Contents, contents, unpack } from './zip.ts'

const study = {
  '.gitignore': 'node_modules\n.repro/\n_build/\ncache/\n',
  'package.json': '{"name": "@ada/waiting times", "version": "2.0.1", "license": "CC0-1.0"}',
  'CITATION.cff': `cff-version: 1.2.0
message: cite
title: Waiting
license: MIT
authors:
  - given-names: Ada
    family-names: Lovelace
    orcid: https://orcid.org/0000-0002-1825-0097
  - name: The Engine Works
repository-code: https://example.org/waiting
keywords: [waiting, time]
`,
  'figures/f.vl.json': '{"data": {"name": "rows"}, "mark": "point", "encoding": {"x": {"field": "value"}}}',
  'experiments/s.ts': `export default async (cell) => ({
  columns: [{ name: 'trial', role: 'index' }, { name: 'value', role: 'measure', unit: 'ms' }],
  rows: Array.from({ length: cell.trials }, (_, trial) => ({ trial, value: 10 + ((7 * trial) % 20) + cell.parameters.load })),
  captured: {},
})`,
  'tools/run me.sh': '#!/bin/sh\n',
  'paper/index.md': `---
title: How long one | waits
authors: [Ada Lovelace, The Engine Works]
date: 2026-11-02
abstract: We *wait* and see.
artifact:
  humanMinutes: {setup: 4, waiting: 1.5}
---

\`\`\`yaml experiment
id: waiting
script: experiments/s.ts
environments: [local]
boots: 1
trials: 20
parameters: {load: 0}
patterns: {idle: {}, busy: {label: a busy day, load: 40}}
\`\`\`

\`\`\`ts experiment id=counting testbed=local trials=2
export const rows = [{ count: cell.trial }]
\`\`\`

\`\`\`yaml figure
id: fig-waiting
spec: figures/f.vl.json
caption: One
alt: One
data: {rows: waiting}
\`\`\`

\`\`\`yaml claim
id: C1
statement: A busy day takes *at least* twice | as long
scope: shape
published: 3
source: Table 1
value: waiting.local.busy.value.mean / waiting.local.idle.value.mean
between: [2, null]
shows: fig-waiting
\`\`\`

\`\`\`yaml claim
id: C2
statement: It is the other way round
scope: shape
from: waiting.local.idle.value
to: waiting.local.busy.value
direction: down
\`\`\`

Mean \`=waiting.local.idle.value.mean | ms\`.
`,
}

const results = mkdtempSync(join(tmpdir(), 'repro-results-'))
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'repro-study-'))
  for (const [path, content] of Object.entries(study)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  execFileSync(process.execPath, [source('dist/cli.cjs'), 'run', '--record'], { cwd: folder, stdio: 'pipe' })
  cpSync(join(folder, 'results'), results, { recursive: true })
  rmSync(folder, { recursive: true })
})
afterAll(() => rmSync(results, { recursive: true }))

/** Creates and commits the study with recorded runs. */
function recorded(files: Readonly<Record<string, string>> = {}): void {
  write({ ...study, ...files })
  chmodSync(join(project, 'tools/run me.sh'), 0o755)
  cpSync(results, join(project, 'results'), { recursive: true })
  commit(project)
}

function text(files: Contents, path: string): string {
  return Buffer.from(files[path] ?? []).toString()
}

const archive = '_build/ada-waiting-times-2.0.1.zip'
const rows = (pattern: string) => `results/waiting/local/${pattern}/rows.csv`

describe('repro pack', () => {
  it('packs the commit, the runs and the report, and twice the same bytes', async () => {
    recorded()
    const { exitCode, out, err } = await repro('pack')
    expect(exitCode, err).toBe(0)
    const bytes = readFileSync(join(project, archive))
    const files = contents(join(project, archive))
    expect(Object.keys(files).sort()).toEqual(
      [
        ...Object.keys(study),
        ...['waiting/local/idle', 'waiting/local/busy', 'counting/local/default'].flatMap((name) => [
          `results/${name}/rows.csv`,
          `results/${name}/run.json`,
        ]),
        'results/claims.json',
        ...['ARTIFACT.html', 'ARTIFACT.md', 'SHA256SUMS', 'codecheck.yml', 'ro-crate-metadata.json'],
        '_build/index.html',
      ].sort(),
    )
    expect(out).toBe(
      `${archive}\nsha256 ${sha256(bytes)}, ${Object.keys(files).length} files, ${Math.ceil(bytes.length / 1000)} kB\n`,
    )
    expect(err).toBe('human minutes not stated for counting (front matter: artifact.humanMinutes)\n')

    execFileSync('touch', [join(project, 'paper/index.md')])
    mkdirSync(join(project, 'again'))
    const again = await start(['pack', 'paper/index.md', '-o', 'again/x.zip'], { TZ: 'Asia/Tokyo' }).ended
    expect(again.out).toContain(sha256(bytes))
    // A pack written into the project is not a change of it.
    expect((await repro('pack', '-o', 'again/x.zip')).exitCode).toBe(0)
  })

  it('tells nobody to run a bare npx, which would ask a registry', async () => {
    recorded()
    expect((await repro('pack')).exitCode).toBe(0)
    const files = contents(join(project, archive))
    const bare = Object.keys(files).filter((path) => /npx (?!--no-install repro)/.test(text(files, path)))
    expect(bare).toEqual([])
    expect(text(files, 'ARTIFACT.md')).toContain('npx --no-install repro verify')
  })

  it('packs the reports of all translations, so that their links lead somewhere', async () => {
    const front = study['paper/index.md'].replace('authors:', 'translations: [paper/index.ja.md]\nauthors:')
    recorded({
      'paper/index.md': front,
      'paper/index.ja.md': '---\ntitle: 待つ\nlang: ja\ntranslationOf: paper/index.md\n---\n\n待つ。\n',
    })
    const { exitCode, err } = await repro('pack')
    expect(exitCode, err).toBe(0)
    const files = contents(join(project, archive))
    expect(text(files, '_build/index.html')).toContain('href="index.ja.html"')
    expect(text(files, '_build/index.ja.html')).toContain('<html lang="ja">')
    expect(text(files, 'codecheck.yml')).toContain('npx --no-install repro build paper/index.ja.md')
    expect(text(files, 'ARTIFACT.md')).toContain('`_build/index.ja.html`')
    const graph: readonly { readonly '@id': string }[] = JSON.parse(text(files, 'ro-crate-metadata.json'))[
      '@graph'
    ]
    const entities = new Map(graph.map((one) => [one['@id'], one]))
    expect(entities.get('#report/ja')).toMatchObject({
      description: 'npx --no-install repro build --frozen paper/index.ja.md',
      result: [{ '@id': '_build/index.ja.html' }],
    })
    expect(entities.get('./')).toMatchObject({
      mentions: expect.arrayContaining([{ '@id': '#report' }, { '@id': '#report/ja' }]),
    })
  })

  it('refuses to pack a translation that has mistakes', async () => {
    const front = study['paper/index.md'].replace('authors:', 'translations: [paper/index.ja.md]\nauthors:')
    recorded({
      'paper/index.md': front,
      'paper/index.ja.md':
        '---\ntitle: 待つ\nlang: ja\ntranslationOf: paper/index.md\n---\n\n`=waiting.local.idel.value.mean`\n',
    })
    const { exitCode, err } = await repro('pack')
    expect(exitCode).toBe(2)
    expect(err).toContain('paper/index.ja.md:7:')
  })

  it('has checksums of everything', async () => {
    recorded()
    await repro('pack')
    const files = contents(join(project, archive))
    const sums = text(files, 'SHA256SUMS').trimEnd().split('\n')
    expect(sums).toHaveLength(Object.keys(files).length - 1)
    for (const line of sums) {
      const [digest = '', path = ''] = line.split('  ')
      expect(sha256(files[path] ?? ''), path).toBe(digest)
    }
  })

  it('has an RO-Crate whose entities are there, with an action for each run', async () => {
    recorded()
    await repro('pack')
    const files = contents(join(project, archive))
    const json = JSON.parse(text(files, 'ro-crate-metadata.json'))
    const crate = new ROCrate(json, { array: true, link: true })
    const checker = new Checker(crate)
    // The checker's context check needs a network.
    for (const item of [
      checker.hasRootDataset(),
      checker.hasRootDatasetWithProperID(),
      checker.hasName(),
      checker.hasDescription(),
      checker.hasAuthor(),
      checker.hasLicense(),
      checker.hasDatePublished(),
    ])
      expect(item.status, item.name).toBe(true)
    expect(json['@context']).toEqual([
      'https://w3id.org/ro/crate/1.1/context',
      'https://w3id.org/ro/terms/workflow-run/context',
    ])

    interface Entity {
      readonly '@id': string
      readonly '@type': string | readonly string[]
      readonly [key: string]: unknown
    }
    const entities = new Map((json['@graph'] as readonly Entity[]).map((one) => [one['@id'], one]))
    expect(entities.size).toBe(json['@graph'].length)
    const dangling = new Set<string>()
    const follow = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      const id = (value as { '@id'?: unknown })['@id']
      if (typeof id === 'string' && !entities.has(id)) dangling.add(id)
      for (const one of Object.values(value)) follow(one)
    }
    follow(json['@graph'])
    expect([...dangling]).toEqual(['https://w3id.org/ro/crate/1.1'])

    const listed = [...entities.values()].filter((one) => [one['@type']].flat().includes('File'))
    expect(listed.map((one) => decodeURIComponent(one['@id'])).sort()).toEqual(
      Object.keys(files)
        .filter((path) => path !== 'ro-crate-metadata.json')
        .sort(),
    )
    for (const one of listed) {
      const content = files[decodeURIComponent(one['@id'])]
      if (one['@id'] === 'SHA256SUMS') continue
      expect(one).toMatchObject({ contentSize: String(content?.length), sha256: sha256(content ?? '') })
    }
    expect(entities.get('./')).toMatchObject({
      datePublished: '2026-11-02',
      version: '2.0.1',
      license: { '@id': 'https://spdx.org/licenses/MIT' },
      author: [{ '@id': 'https://orcid.org/0000-0002-1825-0097' }, { '@id': '#creator-2' }],
      conformsTo: { '@id': 'https://w3id.org/ro/wfrun/process/0.5' },
      description: expect.stringContaining(git(project, 'rev-parse', 'HEAD').trim()),
    })
    expect(entities.get('#creator-2')).toMatchObject({ '@type': 'Organization', name: 'The Engine Works' })

    const run = JSON.parse(text(files, 'results/waiting/local/busy/run.json'))
    const started = Date.parse(run.provenance.date)
    expect(entities.get('#run/waiting/local/busy')).toMatchObject({
      '@type': 'CreateAction',
      name: 'E1: waiting/local/busy',
      description: expect.stringMatching(/^20 trials of "a busy day", local, seed 1; .*; key [0-9a-f]{64}$/),
      startTime: run.provenance.date,
      endTime: new Date(started + run.provenance['duration (s)'] * 1000).toISOString(),
      instrument: { '@id': 'experiments/s.ts' },
      object: [{ '@id': 'paper/index.md' }],
      result: [{ '@id': rows('busy') }, { '@id': 'results/waiting/local/busy/run.json' }],
    })
    expect(entities.get('#run/counting/local/default')).toMatchObject({
      instrument: { '@id': 'paper/index.md' },
    })
    expect(entities.get('#report')).toMatchObject({ result: [{ '@id': '_build/index.html' }] })
  })

  it('has a codecheck.yml with what is to be recreated, and keeps what a codechecker wrote', async () => {
    recorded({
      'codecheck.yml':
        '---\ncodechecker:\n  - name: Charles\nmanifest:\n  - file: old.csv\npaper:\n  reference: Under review\n',
    })
    await repro('pack')
    const files = contents(join(project, archive))
    const written = text(files, 'codecheck.yml')
    expect(written).toMatch(/^%YAML 1\.1\n---\n/)
    expect(parseDocument(written).errors).toEqual([])
    expect(parse(written)).toEqual({
      version: 'https://codecheck.org.uk/spec/config/1.0/',
      repository: 'https://example.org/waiting',
      codechecker: [{ name: 'Charles' }],
      paper: {
        title: 'How long one | waits',
        authors: [{ name: 'Ada Lovelace', ORCID: '0000-0002-1825-0097' }, { name: 'The Engine Works' }],
        reference: 'Under review',
      },
      manifest: [
        {
          file: '_build/index.html',
          comment: 'The report, with all tables and figures: npx --no-install repro build',
        },
        {
          file: rows('idle'),
          comment: 'E1: 20 trials, local: npx --no-install repro build --rerun=waiting/local/idle --record',
        },
        {
          file: rows('busy'),
          comment: 'E1: 20 trials, local: npx --no-install repro build --rerun=waiting/local/busy --record',
        },
        {
          file: 'results/counting/local/default/rows.csv',
          comment:
            'E2: 2 trials, local: npx --no-install repro build --rerun=counting/local/default --record',
        },
      ],
    })
  })

  it('says that a file of the project made way for its own', async () => {
    recorded({ 'ARTIFACT.md': 'my own', SHA256SUMS: 'old' })
    const { err } = await repro('pack')
    expect(err).toContain('ARTIFACT.md of the project is replaced by the one made here\n')
    const files = contents(join(project, archive))
    expect(text(files, 'ARTIFACT.md')).toMatch(/^# Artifact appendix/)
    const names = text(files, 'SHA256SUMS')
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(66))
    expect(names.toSorted()).toEqual(
      Object.keys(files)
        .filter((path) => path !== 'SHA256SUMS')
        .sort(),
    )
  })

  it('has an appendix that ties claims to experiments and figures, with measured and stated minutes only', async () => {
    recorded()
    await repro('pack')
    const files = contents(join(project, archive))
    const appendix = text(files, 'ARTIFACT.md')
    const line = (start: string) => appendix.split('\n').find((one) => one.startsWith(start))
    expect(line('| **E1**')).toMatch(
      /`waiting`, `experiments\/s\.ts` \| 2, 20 trials each \| C1 C2 \| Figure 1 \| 1\.5 min \| \d+ s \| 0 kB \| `--rerun=waiting` \|$/,
    )
    expect(line('| **E2**')).toContain('| `counting` | 1, 2 trials each | – | – | not stated |')
    expect(line('| [C1]')).toMatch(
      /A busy day takes \\\*at least\\\* twice \\\| as long: `2 <= waiting\.local\.busy\.value\.mean \/ waiting\.local\.…` \| \*\*reproduced\*\*: 3\.05 .*\(published: 3 \(Table 1\)\) \| E1, Figure 1 \| \d+ s \|$/,
    )
    expect(line('| [C2]')).toContain(
      '`waiting.local.busy.value below waiting.local.idle.v…` | **not reproduced**: +40.0 ',
    )
    expect(appendix).toContain('exit code 3, because the recorded runs do not reproduce C2.')
    expect(appendix).toContain('Human minutes: 4.')
    expect(appendix).toContain('E1, E2: the script runs on your computer, with your rights.')
    expect(appendix).toContain('unzip -q ada-waiting-times-2.0.1.zip -d ada-waiting-times-2.0.1 ')
    expect(appendix).toContain(`commit ${git(project, 'rev-parse', 'HEAD').slice(0, 12)} · license: MIT`)
    expect(appendix).toContain('**Available:** this archive has no DOI yet.')
    expect(appendix).toMatch(
      /`npx --no-install repro verify --rerun` runs all cells again \(\d+ s of computing\)/,
    )
    expect(appendix).not.toMatch(/undefined|NaN|&#x|Debian/)

    const page = text(files, 'ARTIFACT.html')
    expect(page).toContain('twice | as long')
    expect(page).toContain('We <em>wait</em> and see.')
    expect(page).not.toMatch(/src=|<link|<script/)
    expect(page.match(/href="[^#"]*#([^"]+)"/g)).toEqual(
      ['C1', 'C2'].map((id) => `href="_build/index.html#${id}"`),
    )
    for (const id of ['C1', 'C2']) expect(text(files, '_build/index.html')).toContain(`id="${id}"`)
  })

  it('leaves out and names what looks like a secret, and lists its files when told to', async () => {
    write({
      ...study,
      '.env': 'TOKEN=1',
      'tools/id_rsa': 'key',
      'tools/ID_RSA.pub': '',
      'tools/id_rsa.pub': '',
    })
    chmodSync(join(project, 'tools/run me.sh'), 0o755)
    cpSync(results, join(project, 'results'), { recursive: true })
    const { exitCode, out, err } = await repro('pack', '--list')
    expect(exitCode, err).toBe(0)
    expect(err).toContain(
      'left out, as they look like secrets (commit those that are none):\n  .env\n  tools/id_rsa\n',
    )
    expect(err).toContain(
      'names that differ in case only, and are the same file on some systems:\n  tools/ID_RSA.pub\n  tools/id_rsa.pub\n',
    )
    const paths = Object.keys(contents(join(project, archive)))
    expect(paths).not.toContain('.env')
    expect(
      out
        .split('\n')
        .slice(1, -2)
        .map((line) => line.trim())
        .sort(),
    ).toEqual(paths.sort())
  })

  it('gives a project that builds, verifies and packs where there is no git', async () => {
    recorded()
    await repro('pack')
    const files = contents(join(project, archive))
    const folder = join(project, 'cache/unpacked')
    unpack(join(project, archive), folder)
    const there = (...args: readonly string[]) => {
      try {
        const options = { cwd: folder, encoding: 'utf8', stdio: 'pipe' } as const
        return {
          exitCode: 0,
          out: execFileSync(process.execPath, [source('dist/cli.cjs'), ...args], options),
        }
      } catch (error) {
        const { status, stdout } = error as { readonly status: number; readonly stdout: string }
        return { exitCode: status, out: stdout }
      }
    }
    expect(there('build', '--frozen')).toEqual({ exitCode: 0, out: '_build/index.html\n' })
    expect(readFileSync(join(folder, '_build/index.html'))).toEqual(
      Buffer.from(files['_build/index.html'] ?? []),
    )
    // A claim is refuted, as in the project.
    const verified = there('verify')
    expect(verified).toMatchObject({
      exitCode: 3,
      out: expect.stringContaining('2 claims: 1 reproduced, 1 not'),
    })
    expect(verified).toEqual(await repro('verify').then(({ exitCode, out }) => ({ exitCode, out })))
    expect(there('pack', '-o', '../again.zip').exitCode).toBe(0)
    const again = contents(join(folder, '../again.zip'))
    expect(Object.keys(again)).toEqual(Object.keys(files))
    expect(text(again, 'codecheck.yml')).toBe(text(files, 'codecheck.yml'))
    expect(text(again, 'ARTIFACT.md')).not.toContain('commit ')
  })

  it('keeps the executable bit and links inside of the project', async () => {
    write(study)
    symlinkSync('../paper/index.md', join(project, 'tools/paper'))
    recorded()
    await repro('pack')
    const folder = join(project, 'cache/unpacked')
    unpack(join(project, archive), folder)
    expect(lstatSync(join(folder, 'tools/run me.sh')).mode & 0o777).toBe(0o755)
    expect(lstatSync(join(folder, 'paper/index.md')).mode & 0o777).toBe(0o644)
    expect(readlinkSync(join(folder, 'tools/paper'))).toBe('../paper/index.md')
  })
})

describe('repro pack refuses', () => {
  it('files that are not as committed, unless told to take them, which the archive then says', async () => {
    recorded()
    write({
      'codecheck.yml': 'summary: fine\n',
      'README.md': 'new',
      'CITATION.cff': `${study['CITATION.cff']}# more\n`,
    })
    const { exitCode, err } = await repro('pack')
    expect(exitCode).toBe(1)
    expect(err).toContain(
      '3 files are not as committed:\n  CITATION.cff\n  README.md\n  codecheck.yml\nCommit them, or pack them',
    )
    expect(existsSync(join(project, archive))).toBe(false)

    const taken = await repro('pack', '--allow-dirty')
    expect(taken).toMatchObject({
      exitCode: 0,
      err: expect.stringContaining('files differ from the commit, which'),
    })
    const files = contents(join(project, archive.replace('.zip', '-dirty.zip')))
    expect(text(files, 'README.md')).toBe('new')
    expect(text(files, 'ARTIFACT.md')).toContain(
      '**Not as committed:** `CITATION.cff`, `README.md`, `codecheck.yml`.',
    )
    expect(text(files, 'ro-crate-metadata.json')).toContain(
      'Not as committed: CITATION.cff, README.md, codecheck.yml.',
    )
  })

  it('runs that are not recorded, or no longer what the document asks for, with exit code 4', async () => {
    write({ ...study, 'tools/run me.sh': '' })
    commit(project)
    const never = await repro('pack')
    expect(never.exitCode).toBe(4)
    expect(never.err).toContain('waiting/local/idle: never run')
    await repro('run')
    expect((await repro('pack')).err).toContain(
      'waiting/local/idle: run here, but not recorded (repro run --record)',
    )
    await repro('run', '--record')
    write({ 'paper/index.md': study['paper/index.md'].replace('trials: 20', 'trials: 30') })
    const stale = await repro('pack', '--allow-dirty')
    expect(stale).toMatchObject({
      exitCode: 4,
      err: expect.stringContaining('waiting/local/idle: trials 20 -> 30'),
    })
    expect(existsSync(join(project, archive))).toBe(false)
  })

  it('a document with errors', async () => {
    write({ ...study, 'paper/index.md': study['paper/index.md'].replace('trials: 20', 'trails: 20') })
    const { exitCode, err } = await repro('pack')
    expect(exitCode).toBe(2)
    expect(err).toContain('unknown key: trails (did you mean trials?)')
  })

  it('a paper that needs files which git ignores', async () => {
    recorded({ '.gitignore': `${study['.gitignore']}figures/\n` })
    const { exitCode, err } = await repro('pack')
    expect(exitCode).toBe(1)
    expect(err).toContain(
      'files that git ignores or that look like secrets, so the archive would lack them:\n  figures/f.vl.json\n',
    )
  })

  it('a link that leaves the project', async () => {
    write(study)
    symlinkSync('../../elsewhere', join(project, 'tools/away'))
    recorded()
    const { exitCode, err } = await repro('pack')
    expect(exitCode).toBe(1)
    expect(err).toContain('tools/away is a link that leaves the project: ../../elsewhere')
  })

  it('an output that is a file of the project, which it would replace', async () => {
    recorded()
    const { exitCode, err } = await repro('pack', '-o', 'paper/index.md')
    expect(err).toContain(
      '-o paper/index.md is a file of the project: name another one, such as paper/index.md.zip',
    )
    expect(exitCode).toBe(1)
    expect(readFileSync(join(project, 'paper/index.md'), 'utf8')).toBe(study['paper/index.md'])
  })

  it('a submodule, whose files it does not have', async () => {
    write({ 'other/x.md': 'x' })
    commit(join(project, 'other'))
    recorded()
    const { exitCode, err } = await repro('pack')
    expect(exitCode).toBe(1)
    expect(err).toContain('other is a folder (a submodule?): commit its files instead, or leave it out')
  })

  it('a place where it cannot write, and leaves nothing there', async () => {
    recorded()
    const { exitCode, err } = await repro('pack', '-o', 'tools')
    expect(exitCode).toBe(1)
    expect(err).toMatch(/cannot write .*tools: it is a folder; name a file with -o/)
    expect(err).not.toMatch(/^ +at /m)
    expect(readdirSync(project).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('metadata that cannot be read', async () => {
    recorded({ 'CITATION.cff': 'authors: nobody\n' })
    const { exitCode, err } = await repro('pack')
    expect(exitCode).toBe(1)
    expect(err).toMatch(/^error: CITATION\.cff: authors: .*expected array/m)
  })

  it('what is no project, and unknown options', async () => {
    expect(await repro('pack')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('no document paper/index.md'),
    })
    expect(await repro('pack', '--alow-dirty')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('unknown option: --alow-dirty (did you mean --allow-dirty?)'),
    })
  })
})
