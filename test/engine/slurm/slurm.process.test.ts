/** The command line over programs that stand in for Slurm's: sbatch starts the tasks here and now. */

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { ownCache, project, start, write } from '../../project.ts'

const programs: Readonly<Record<string, string>> = {
  sbatch: `#!/bin/sh
[ "$1" = --version ] && exit 0
for arg; do
  case "$arg" in
    --array=*) last=\${arg#--array=0-} ;;
    --job-name=*) name=\${arg#--job-name=} ;;
    --output=*) output=\${arg#--output=} ;;
    --chdir=*) cd "\${arg#--chdir=}" ;;
  esac
done
cat >"$FAKE/script"
echo "$name" >"$FAKE/name"
eval "$BREAK"
i=0
while [ $i -le $last ]; do
  export SLURM_ARRAY_TASK_ID=$i SLURM_JOB_ID=10$i SLURMD_NODENAME=n1
  sh "$FAKE/script" >"\${output%\\%a.log}$i.log" 2>&1 &
  echo $! >"$FAKE/task-$i"
  i=$((i + 1))
done
echo 7
`,
  squeue: `#!/bin/sh
for task in "$FAKE"/task-*; do
  kill -0 "$(cat "$task")" 2>/dev/null && echo "$(cat "$FAKE/name")|7|\${task##*-}|R|n1|None"
done
exit 0
`,
  scancel: `#!/bin/sh
kill $(cat "$FAKE"/task-*) 2>/dev/null
exit 0
`,
  scontrol: `#!/bin/sh
exit 1
`,
}

const paper = `---
title: Queue
---

\`\`\`yaml experiment
id: dice
script: experiments/dice.js
environments: [local]
trials: 3
boots: 1
patterns: {one: {}, two: {}}
parameters: {ms: 0}
env: [GREETING]
\`\`\`
`
const script = `
import { setTimeout } from 'node:timers/promises'
export default async function (cell) {
  cell.log('says ' + process.env.GREETING + ' on ' + process.env.SLURMD_NODENAME)
  const rows = await cell.each(async ({ random }) => (await setTimeout(cell.parameters.ms), [{ value: random() }]))
  return { columns: [{ name: 'trial', role: 'index' }, { name: 'value', role: 'measure' }], rows }
}
`

beforeEach(() => {
  const fake = join(project, '.fake')
  write({ 'paper/index.md': paper, 'experiments/dice.js': script })
  mkdirSync(join(fake, 'bin'), { recursive: true })
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(fake, 'bin', name), text)
    chmodSync(join(fake, 'bin', name), 0o755)
  }
})

const variables = () => ({
  PATH: [join(project, '.fake/bin'), process.env.PATH].join(delimiter),
  FAKE: join(project, '.fake'),
  BREAK: '',
  GREETING: 'hello',
  REPRO_SLURM_POLL: '0.2',
})
const build = (args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) =>
  start(['build', '--executor', 'slurm', ...args], { ...variables(), ...more })

function runOf(pattern: string): {
  readonly rows: string
  readonly provenance: Readonly<Record<string, string>>
} {
  const folder = join(project, '.repro/runs/dice/local', pattern)
  const id = readdirSync(folder).sort().at(-1) ?? ''
  const { provenance } = JSON.parse(readFileSync(join(folder, id, 'run.json'), 'utf8'))
  return { rows: readFileSync(join(folder, id, 'rows.csv'), 'utf8'), provenance }
}

it('a build over a queue gives the rows of one without', async () => {
  const { exitCode, err } = await build().ended
  expect(err).toContain('submitted 2 boots to Slurm as job 7')
  expect(err).toContain('dice/local/one: says hello on n1')
  expect(exitCode).toBe(0)
  const [one, two] = [runOf('one'), runOf('two')]
  expect(one.provenance['host node']).toBe('n1')
  expect(one.provenance['host runtime']).toBe(`Node ${process.version}`)
  expect((await start(['build', '--rerun'], variables()).ended).exitCode).toBe(0)
  expect(runOf('one').provenance['host node']).toBeUndefined()
  expect([runOf('one').rows, runOf('two').rows]).toEqual([one.rows, two.rows])
})

it('the build that comes after a killed one takes up its tasks', async () => {
  write({ 'paper/index.md': paper.replace('ms: 0', 'ms: 500') })
  const first = build()
  let told = ''
  first.child.stderr.on('data', (piece) => {
    told += piece
    if (told.includes('submitted')) first.child.kill('SIGKILL')
  })
  expect((await first.ended).exitCode).toBe(null)
  const { exitCode, err } = await build().ended
  expect(exitCode).toBe(0)
  expect(err).not.toContain('submitted')
  expect(err).toContain('done dice/local/two: 3 rows')
})

it('an interrupted build ends its tasks', async () => {
  write({ 'paper/index.md': paper.replace('ms: 0', 'ms: 60000') })
  const { child, ended } = build()
  let told = ''
  child.stderr.on('data', (piece) => {
    if (!told.includes('says') && `${told}${piece}`.includes('says')) child.kill('SIGINT')
    told += piece
  })
  expect((await ended).exitCode).toBe(130)
  expect(existsSync(join(project, '.repro/slurm/results'))).toBe(false)
  expect(existsSync(join(project, '.repro/runs'))).toBe(false)
})

it('a node that does not see the cache folder is told of', async () => {
  const { exitCode, err } = await build([], { ...ownCache(), BREAK: 'mv "$REPRO_CACHE" "$FAKE/hidden"' })
    .ended
  expect(exitCode).toBe(5)
  expect(err).toContain(`n1 does not see the cache folder ${join(project, 'cache')}`)
})

it('a node that has no Node says so', async () => {
  const sed = `sed -i "s|'${process.execPath}'|'/nosuch'|g" "$FAKE/script"`
  const { exitCode, err } = await build([], { BREAK: sed }).ended
  expect(exitCode).toBe(5)
  expect(err).toContain('its task ended without a result (job 7_0)')
  expect(err).toContain(`: no Node at ${process.execPath}`)
  expect(err).toContain('Each node needs the folder of the project')
})

it('without sbatch nothing is run', async () => {
  const { exitCode, err } = await build([], { PATH: join(project, '.fake') }).ended
  expect(exitCode).toBe(5)
  expect(err).toContain('program not found: sbatch')
  expect(err).toContain('login node')
  expect(err).not.toContain('failed')
})

it.each([
  [['build', '--executor', 'slrum'], '--executor: unknown name: slrum (did you mean slurm?)'],
  [['build', '--executor', 'slurm', '--frozen'], '--frozen'],
  [['verify', '--executor', 'slurm'], 'without --rerun or --kick-the-tires nothing runs'],
])('%j is refused', async (args, message) => {
  const { exitCode, err } = await start(args).ended
  expect(exitCode).toBe(2)
  expect(err).toContain(message)
})
