/** Files and datasets of a script in another language, from its process to the run and a figure. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { project, repro, write } from '../project.ts'

const script = `#!/bin/sh
test -z "$(ls "$REPRO_FILES" "$REPRO_DATASETS" | grep -v :)" || exit 9
echo "trial $REPRO_TRIAL" > "$REPRO_FILES/power.log"
printf 'event,atNs\\nstart,1\\nstop,%s\\n' "$((REPRO_TRIAL + 5))" > "$REPRO_DATASETS/events.csv"
printf 'watts\\n3\\n'
`
const figure = JSON.stringify({
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  data: { name: 'events' },
  mark: 'point',
  encoding: { x: { field: 'atNs', type: 'quantitative' }, y: { field: 'event', type: 'nominal' } },
})
const paper = `---
title: T
---

\`\`\`yaml experiment
id: e
script: experiments/power.sh
environments: [local]
trials: 2
warmup: 1
parameters: {}
patterns: {p: {}}
\`\`\`

\`\`\`yaml figure
id: fig-events
spec: figures/events.vl.json
caption: Events
alt: Two points for each trial.
data: {events: {from: e, dataset: events}}
\`\`\`
`

it('a script of a shell leaves files and datasets', { timeout: 180_000 }, async () => {
  write({ 'experiments/power.sh': script, 'figures/events.vl.json': figure, 'paper/index.md': paper })
  const { err, exitCode } = await repro('build', '--record')
  expect([exitCode, err]).toEqual([0, expect.not.stringContaining('error')])
  const folder = join(project, 'results/e/local/p')
  expect(readFileSync(join(folder, 'events.csv'), 'utf8')).toBe(
    'trial,event,atNs\n0,start,1\n0,stop,5\n1,start,1\n1,stop,6\n',
  )
  const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))
  expect(Object.keys(run.files)).toEqual(['trial-0-power.log', 'trial-1-power.log'])
  const runs = join(project, '.repro/runs/e/local/p')
  const kept = readdirSync(runs).flatMap((one) =>
    readFileSync(join(runs, one, 'raw/trial-1-power.log'), 'utf8'),
  )
  expect(kept).toEqual(['trial 1\n'])
  expect(readFileSync(join(project, '_build/index.html'), 'utf8')).toMatch(
    /<figure[^>]* id="fig-events".*<svg/s,
  )
})
