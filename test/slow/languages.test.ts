/** Scripts in other languages: papers that measure in them, and processes that misbehave. */

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isAlive, project, repro, start, write } from '../project.ts'
import { source } from '../source.ts'

const has = (program: string) => spawnSync(program, ['--version']).status === 0
const inline = (language: string, id: string, code: string, attributes = 'trials=1') =>
  `\n\`\`\`${language} experiment id=${id} testbed=local ${attributes}\n${code}\n\`\`\`\n`
const block = (id: string, script: string, more = 'trials: 1') =>
  `\n\`\`\`yaml experiment\nid: ${id}\nscript: ${script}\nenvironments: [local]\npatterns: {baseline: {}}\n${more}\n\`\`\`\n`
const paper = (...parts: readonly string[]) => ({ 'paper/index.md': `---\ntitle: T\n---\n${parts.join('')}` })
const rowsOf = (id: string, pattern = 'default') => {
  const folder = join(project, '.repro/runs', id, 'local', pattern)
  return readFileSync(join(folder, readdirSync(folder).sort().at(-1) ?? '', 'rows.csv'), 'utf8')
}
/** Line of the document that contains a text. */
const lineOf = (text: string) => {
  const lines = readFileSync(join(project, 'paper/index.md'), 'utf8').split('\n')
  return lines.findIndex((line) => line.includes(text)) + 1
}
/** Programs in a folder of their own, in front of PATH. */
const standIns = (programs: Readonly<Record<string, string>>) => {
  // Programs in the project are never taken from PATH, so they stand beside it.
  const beside = `${project}-bin`
  mkdirSync(beside, { recursive: true })
  onTestFinished(() => rmSync(beside, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(beside, name), text)
    chmodSync(join(beside, name), 0o755)
  }
  return { PATH: `${beside}${delimiter}${process.env.PATH ?? ''}` }
}

describe('a paper in Python', () => {
  const measure = `import json
import os
import random
import sys
import time

from lib.statistics import double

given = json.load(sys.stdin)
assert given == json.load(open(os.environ["REPRO_INPUT"]))
assert os.environ["REPRO_TRIAL"] == str(given["trial"])
assert os.environ["REPRO_SEED"] == str(given["seed"])
assert os.environ["REPRO_FOLDER"] == given["folder"]
assert json.loads(os.environ["REPRO_PARAMETERS"]) == given["parameters"]
assert os.environ["REPRO_PARAMETER_sort_size"] == str(given["parameters"]["sort"]["size"])
assert os.getcwd() == given["project"]
random.seed(given["seed"])
numbers = [random.random() for _ in range(given["parameters"]["sort"]["size"])]
for index, method in enumerate(["sorted", "reversed"]):
    started = time.perf_counter_ns()
    sorted(numbers, reverse=method == "reversed")
    row = {"index": index, "method": method, "elapsedNs": time.perf_counter_ns() - started}
    print(json.dumps({**row, "first": double(numbers[0])}))
`
  const text = `---
title: Sorting
---

\`\`\`yaml experiment
id: sorting
script: experiments/measure.py
environments: [local]
trials: 4
boots: 1
parameters: {sort: {size: 100}}
patterns:
  small: {}
  large: {sort: {size: 1000}}
\`\`\`

\`\`\`python experiment id=means testbed=local trials=1 needs=sorting
import json, sys
from lib.statistics import double
runs = json.load(sys.stdin)["needs"]["sorting"]
for run in runs:
    rows = [row for row in run["rows"] if row["method"] == "sorted"]
    print(json.dumps({"size": str(run["parameters"]["sort"]["size"]), "trials": double(len(rows))}))
\`\`\`

\`\`\`yaml table
id: tbl-sorting
kind: summary
from: sorting
caption: Times
by: [method]
measures: [elapsedNs]
\`\`\`

Sorting takes \`=sorting.local.large.sorted.elapsedNs.median | us\`, and \`=means.local.default['100'].trials.mean\`.
`

  it('measures, imports, and is stale when a helper changes', async () => {
    write({
      'paper/index.md': text,
      'experiments/measure.py': measure,
      'experiments/lib/statistics.py': 'def double(x):\n    return 2 * x\n',
      'paper/lib/statistics.py': 'def double(x):\n    return 2 * x\n',
    })
    const first = await repro('build')
    expect(first.err).not.toContain('error')
    expect(first.exitCode).toBe(0)
    expect(rowsOf('means')).toBe('trial,size,trials\n0,100,8\n0,1000,8\n')
    const rows = rowsOf('sorting', 'small').trimEnd().split('\n')
    expect(rows[0]).toBe('trial,index,method,elapsedNs,first')
    expect(rows).toHaveLength(9)
    // Trials have seeds of their own, which the next build repeats.
    const drawn = rows.slice(1).map((row) => row.split(',').at(-1))
    expect(new Set(drawn).size).toBe(4)
    const run = join(project, '.repro/runs/sorting/local/small')
    const header = JSON.parse(readFileSync(join(run, readdirSync(run)[0] ?? '', 'run.json'), 'utf8'))
    expect(header.columns).toContainEqual({ name: 'elapsedNs', role: 'measure', unit: 'ns' })
    const explained = (await repro('explain', 'sorting/local/small')).out
    expect(explained).toMatch(/^ {2}interpreter: python 3\.\d+\.\d+$/m)
    expect(explained).toContain('file experiments/lib/statistics.py: ')
    expect(existsSync(join(project, 'experiments/lib/__pycache__'))).toBe(false)

    expect((await repro('build')).err).not.toContain('run sorting')
    write({ 'experiments/lib/statistics.py': 'def double(x):\n    return 3 * x\n' })
    const status = (await repro('status')).out
    expect(status).toContain('sorting/local/small: experiments/lib/statistics.py changed')
    expect(status).toMatch(/cached +means\/local\/default|means\/local\/default: needs sorting/)
    await repro('build')
    const again = rowsOf('sorting', 'small').trimEnd().split('\n').slice(1)
    for (const [index, row] of again.entries())
      expect(Number(row.split(',').at(-1)) / 3).toBeCloseTo(Number(drawn[index]) / 2, 12)
  })

  it('keeps finished trials, and has a process for each, or one for a cell', async () => {
    const code = 'import os\nprint("pid,x")\nprint(f"{os.getpid()},{os.environ[\'REPRO_TRIAL\']}")'
    const whole =
      'import os\nprint("trial,pid")\nfor i in range(int(os.environ["REPRO_TRIALS"])): print(f"{i},{os.getpid()}")'
    write(
      paper(
        inline('python', 'one', code, 'trials=2'),
        inline('python', 'all', whole, 'trials=4 boots=2 per=cell'),
      ),
    )
    expect((await repro('build')).exitCode).toBe(0)
    const before = rowsOf('one')
    const index = join(project, 'paper/index.md')
    writeFileSync(
      index,
      readFileSync(index, 'utf8').replace('id=one testbed=local trials=2', 'id=one testbed=local trials=3'),
    )
    expect((await repro('build')).err).toContain('2 of 3 trials are kept from before')
    expect(rowsOf('one').startsWith(before)).toBe(true)
    expect(
      new Set(
        rowsOf('one')
          .split('\n')
          .slice(1, 4)
          .map((row) => row.split(',')[1]),
      ).size,
    ).toBe(3)
    const all = rowsOf('all').trimEnd().split('\n')
    expect(all[0]).toBe('trial,boot,pid')
    expect(all.slice(1).map((row) => row.split(',').slice(0, 2).join())).toEqual(['0,1', '1,1', '2,2', '3,2'])
    expect(new Set(all.slice(1).map((row) => row.split(',')[2])).size).toBe(2)
  })

  it('warms up: a process for each such trial, or as many as a process of a cell is told', async () => {
    const note = 'open("ran", "a").write(os.environ.get("REPRO_TRIAL", "all") + " ")'
    const one = `import os\n${note}\nprint("x")\nprint(1)`
    const whole = `import json, os, sys\n${note}\nprint("trial,warmup")\nprint(f"0,{json.load(sys.stdin)['warmup']}")`
    write(
      paper(
        inline('python', 'one', one, 'trials=2 warmup=3'),
        inline('python', 'all', whole, 'trials=1 warmup=3 per=cell'),
      ),
    )
    expect((await repro('build')).exitCode).toBe(0)
    expect(rowsOf('one')).toBe('trial,x\n0,1\n1,1\n')
    expect(rowsOf('all')).toBe('trial,warmup\n0,3\n')
    const ran = readFileSync(join(project, 'ran'), 'utf8').trim().split(' ')
    expect(ran.filter((trial) => trial !== 'all')).toHaveLength(5)
    expect(ran.filter((trial) => trial === 'all')).toHaveLength(1)
  })
})

it('the example of docs/languages.md runs, from its file and from the document', async () => {
  const guide = readFileSync(source('docs/languages.md'), 'utf8')
  const part = (pattern: RegExp) => pattern.exec(guide)?.[1] ?? expect.unreachable(String(pattern))
  write({
    'experiments/sorting.py': part(/^```python\n([^]*?)^```$/m),
    ...paper(part(/^````markdown\n(```yaml[^]*?)^````$/m), part(/^````markdown\n(```python[^]*?)^````$/m)),
  })
  const { err, exitCode } = await repro('build', '--trials', '2')
  expect(err).not.toMatch(/error|warning/)
  expect(exitCode).toBe(0)
  expect(rowsOf('sorting', 'large')).toMatch(
    /^trial,boot,order,elapsedNs\n0,1,random,\d+\n0,1,sorted,\d+\n1,2,random,/,
  )
  expect(rowsOf('naps')).toMatch(/^trial,elapsedNs\n0,\d+\n1,\d+\n$/)
  const page = readFileSync(join(project, '_build/index.html'), 'utf8')
  expect(page).toMatch(/Sorting anew takes .*ms/s)
})

const failing: readonly (readonly [what: string, language: string, code: string, message: string])[] = [
  [
    'an exception in a function',
    'python',
    'def f(x):\n    return 1 / x #here0\n\nf(0)',
    'paper/index.md:LINE: python VERSION ended with exit code 1',
  ],
  [
    'an exception in a helper, which is the innermost place',
    'python',
    'import helper #here1\nhelper.fail()',
    'paper/helper.py:2: python VERSION ended with exit code 1',
  ],
  [
    'exit in bash',
    'bash',
    'true\nfalse #here2\necho x',
    'paper/index.md:LINE: bash VERSION ended with exit code 1',
  ],
  [
    'exit in sh',
    'sh',
    '\nnosuchcommand #here3\necho x',
    'paper/index.md:LINE: sh VERSION ended with exit code 127',
  ],
  ['die in Perl', 'perl', '\n\ndie "no" #here4', 'paper/index.md:LINE: perl VERSION ended with exit code'],
  ['a signal', 'bash', 'kill -SEGV $$ #here5', 'bash VERSION was ended by SIGSEGV'],
  ['no rows', 'python', 'pass #here6', 'the script gave no rows: print CSV or a JSON object a line'],
  [
    'NaN',
    'python',
    'import json #here7\nprint(json.dumps({"x": 1}))\nprint(json.dumps({"x": float("nan")}))',
    `standard output, line 2: '{"x": NaN}' is no JSON, which has no NaN and no Infinity; standard output is for rows`,
  ],
  [
    'a message among rows',
    'bash',
    'echo x,y #here8\necho 1,2\necho working',
    'standard output, line 3: 1 field, but the head has 2; standard output is for rows',
  ],
  [
    'a wrong row in the file',
    'bash',
    'echo hello #here9\necho \'{"x": 1}\' >"$REPRO_ROWS"\necho x >>"$REPRO_ROWS"',
    "the file of REPRO_ROWS, line 2: 'x' is no JSON",
  ],
  ['another trial', 'bash', 'echo trial,x; echo 7,1 #here10', 'trial 0: the script gave a row of trial 7'],
  [
    'a boolean',
    'bash',
    'echo \'{"x": true}\' #here11',
    'trial 0, row 0: x is true; a value is a finite number',
  ],
  ...(has('Rscript')
    ? ([
        [
          'an error in R',
          'r',
          'f <- function(x) {\n  stop("boom") #here12\n}\nf(1)',
          'paper/index.md:LINE:3: R VERSION ended with exit code 1',
        ],
        [
          'an error at the top in R',
          'r',
          'x <- 1\ny <- log("a") #here13',
          'paper/index.md:LINE:1: R VERSION ended',
        ],
        [
          'a syntax error in R',
          'r',
          'x <- 1\ny <- (2 + } #here14',
          'paper/index.md:LINE:11: R VERSION ended',
        ],
      ] as const)
    : []),
]

it('scripts that fail say why, with a place', async () => {
  write({
    ...paper(
      ...failing.map(([, language, code], index) =>
        inline(language, `e${index}`, code, 'trials=1 parallel=true'),
      ),
    ),
    'paper/helper.py': 'def fail():\n    raise ValueError("inner")\n',
  })
  const { exitCode, err } = await repro('run', '-k')
  const plain = err
    .replace(/\b(python|bash|perl|R) \d+(?:\.\d+)+/g, '$1 VERSION')
    .replace(/\bsh [0-9a-f]{12}/g, 'sh VERSION')
  for (const [index, [what, , , message]] of failing.entries()) {
    const expected = message.replace('LINE', String(lineOf(`#here${index}`)))
    expect.soft(plain, what).toContain(`error: e${index}/local/default failed: ${expected}`)
  }
  expect(err).toContain(`  |   File "paper/index.md", line ${lineOf('#here0')}, in f`)
  expect(err).toContain('ZeroDivisionError')
  expect(err).not.toMatch(/^ +at /m)
  expect(exitCode).toBe(1)
})

it('a process that does not end, and all that it started, is killed at the deadline and at Ctrl-C', async () => {
  const code = 'sleep 1000 &\necho $! >pids\necho $$ >>pids\necho waiting >&2\nwait'
  write(paper(inline('bash', 'late', code, 'trials=1 deadline=10')))
  const { err, exitCode } = await repro('run')
  expect(err).toContain('the script did not end within 10 s')
  expect(err).toContain('  | waiting')
  expect(exitCode).toBe(1)
  const pids = () => readFileSync(join(project, 'pids'), 'utf8').trim().split('\n').map(Number)
  await expect.poll(() => pids().map(isAlive), { timeout: 10_000 }).toEqual([false, false])

  write({ ...paper(inline('bash', 'late', code, 'trials=1')), pids: '' })
  const { child, ended } = start(['run'])
  while (pids().length < 2) await new Promise((resolve) => setTimeout(resolve, 100))
  child.kill('SIGINT')
  await ended
  await expect.poll(() => pids().map(isAlive), { timeout: 10_000 }).toEqual([false, false])
})

it('runs shells, Perl, and any executable file, and interpreters that the first line names', async () => {
  const environments = standIns({
    julia:
      '#!/bin/sh\nif [ "$1" = --version ]; then echo julia version 1.2.3; exit; fi\necho x; echo "$*" | wc -w',
    awkish: '#!/bin/sh\necho word; echo $1',
  })
  write({
    ...paper(
      block('shell', 'scripts/a.sh'),
      block('perl', 'scripts/a.pl'),
      block('own', 'scripts/own'),
      block('odd', 'scripts/odd'),
      block('julia', 'scripts/a.jl'),
      ...(has('Rscript') ? [inline('r', 'r', 'cat("x\\n1\\n")')] : []),
    ),
    'scripts/a.sh': '#!/bin/bash -e\nx=(1 2)\necho x; echo ${x[1]}',
    'scripts/a.pl': 'print "x\\n3\\n";',
    'scripts/own': '#!/usr/bin/env -S python3 -B\nprint("x")\nprint(4)',
    'scripts/odd': '#!/usr/bin/env -S awkish yes\n',
    'scripts/a.jl': '',
  })
  const { err, exitCode } = await start(['build', '-k'], environments).ended
  expect(err).not.toContain('error')
  expect(exitCode).toBe(0)
  expect(rowsOf('shell', 'baseline')).toBe('trial,x\n0,2\n')
  expect(rowsOf('perl', 'baseline')).toBe('trial,x\n0,3\n')
  expect(rowsOf('own', 'baseline')).toBe('trial,x\n0,4\n')
  expect(rowsOf('odd', 'baseline')).toBe('trial,word\n0,yes\n')
  // Two options and the script.
  expect(rowsOf('julia', 'baseline')).toBe('trial,x\n0,3\n')
  const explained = async (cell: string) => (await start(['explain', cell], environments).ended).out
  expect(await explained('julia/local/baseline')).toContain('interpreter: julia 1.2.3')
  expect(await explained('odd/local/baseline')).toMatch(/interpreter: awkish [0-9a-f]{12}/)
  expect(await explained('own/local/baseline')).toMatch(/interpreter: python 3\./)
  // Another version of the interpreter makes its cells stale, also though it is a script.
  standIns({
    julia: '#!/bin/sh\nif [ "$1" = --version ]; then echo julia version 1.2.4; exit; fi\necho x; echo 9',
  })
  expect((await start(['status'], environments).ended).out).toContain(
    'julia/local/baseline: interpreter julia 1.2.3 -> julia 1.2.4',
  )
  expect((await start(['build'], environments).ended).err).toContain('run julia/local/baseline')
})

it('shows recorded runs where their interpreter is missing, and says so when they must run', async () => {
  const environments = standIns({
    julia: '#!/bin/sh\nif [ "$1" = --version ]; then echo julia version 1.2.3; exit; fi\necho x; echo 9',
  })
  write({ ...paper(block('julia', 'a.jl')), 'a.jl': '' })
  const missing = await repro('build')
  expect(missing.err).toContain(
    'paper/index.md:7:9 error no interpreter julia on PATH: install Julia (julialang.org/install)',
  )
  expect(missing.exitCode).toBe(2)
  expect((await start(['build', '--record'], environments).ended).exitCode).toBe(0)
  const shown = await repro('build', '--frozen')
  expect(shown.err).toContain('warning no interpreter julia on PATH')
  expect(shown.exitCode).toBe(0)
  write({ 'a.jl': 'other' })
  const failed = await repro('build')
  expect(failed.err).toContain(
    'julia/local/baseline failed: paper/index.md:5:1: no interpreter julia on PATH',
  )
  expect(failed.exitCode).toBe(1)
})

it('takes an interpreter of the project only where the block asks, and does not run it to look', async () => {
  const fake =
    '#!/bin/sh\ntouch was-run\nif [ "$1" = --version ]; then echo Python 3.1.1; exit; fi\necho x; echo 5'
  write({
    ...paper(inline('python', 'own', 'pass', 'trials=1 interpreter=.venv/bin/python')),
    '.venv/pyvenv.cfg': 'home = /usr/bin\nversion = 3.9.1\n',
    '.venv/bin/python': fake,
    '.venv/lib/python3.9/site-packages/readme': '',
    'node_modules/.bin/python3': fake,
  })
  chmodSync(join(project, '.venv/bin/python'), 0o755)
  chmodSync(join(project, 'node_modules/.bin/python3'), 0o755)
  symlinkSync('python', join(project, '.venv/bin/python3'))
  const path = { PATH: `${project}/node_modules/.bin${delimiter}${process.env.PATH ?? ''}` }
  for (const args of [['check'], ['status'], ['build', '-n'], ['explain', 'own/local/default']]) {
    const { out } = await start(args, path).ended
    if (args[0] === 'explain') expect(out).toContain('interpreter: python 3.9.1')
  }
  expect(existsSync(join(project, 'was-run'))).toBe(false)
  expect((await start(['build'], path).ended).exitCode).toBe(0)
  expect(rowsOf('own')).toBe('trial,x\n0,5\n')
  expect(existsSync(join(project, 'was-run'))).toBe(true)
})

it('every way to zx is the one that this program brings', async () => {
  const same = `const rows = (other: unknown) => [{ same: Number(other === $) }]`
  write({
    ...paper(
      block('file', 'scripts/a.ts'),
      block('required', 'scripts/b.cts'),
      inline(
        'ts',
        'inline',
        "import { $ as own } from 'zx'\nexport const rows = [{ same: Number(own === $) }]",
      ),
    ),
    'scripts/a.ts': `import { $ as own } from 'zx'
import type { Cell, Result } from 'repro'
${same}
export default async function (cell: Cell): Promise<Result> {
  const found = await cell.each(async () => [...rows(own), { same: Number((await $\`echo 1\`).stdout) }])
  return { columns: [{ name: 'trial', role: 'index' }, { name: 'same', role: 'measure' }], rows: found.slice(0, 1), exclusions: [], captured: {} }
}
`,
    'scripts/b.cts': `const { $: own } = require('zx')
module.exports = async (cell: any) => ({
  columns: [{ name: 'trial', role: 'index' }, { name: 'same', role: 'measure' }],
  rows: await cell.each(() => [{ same: Number(own === $) }]),
})
`,
  })
  const { err, exitCode } = await repro('build')
  expect(err).not.toContain('error')
  expect(exitCode).toBe(0)
  for (const [id, pattern] of [
    ['file', 'baseline'],
    ['required', 'baseline'],
    ['inline', 'default'],
  ] as const)
    expect(rowsOf(id, pattern)).toBe('trial,same\n0,1\n')
})
