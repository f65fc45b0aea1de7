import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { csvParse } from 'd3-dsv'
import { expect, test } from 'vitest'
import { digests, makeProject, repro } from './project.ts'

const paper = `---
title: Switch
---

\`\`\`yaml experiment
id: switchover
script: experiments/switchover.ts
environments: [xen-4.17]
trials: 3
deadline: 500
parameters:
  domu: {vcpus: 1, memoryMb: 300, storage: file, cpuLoad: 0, netLoadMbps: 0, loop: sleep}
  dom0: {vcpus: 4, cpuLoad: 0, netLoadMbps: 200}
  xl: {tool: resident, by: name, nice: 0, policy: other}
  xenstored: {nice: 0, policy: other}
  xen: {scheduler: credit2, network: true}
patterns:
  net: {}
\`\`\`
`

test('a redundant pair with disks and network load reruns bit for bit, and its phases add up', async () => {
  const projects = await Promise.all(
    [1, 2].map(() => makeProject(['experiments'], { 'paper/index.md': paper })),
  )
  const found: Record<string, string>[] = []
  for (const project of projects) {
    const { err, exitCode } = await repro(project, 'run', '--record')
    expect({ err, exitCode }).toMatchObject({ exitCode: 0 })
    found.push(await digests(project))
  }
  const [first = {}, second] = found
  expect(Object.keys(first)).toHaveLength(7 + 1) // trace, four stamp files, environment, console; rows
  expect(second).toEqual(first)

  const folder = join(projects[0] ?? '', 'results/switchover/xen-4.17/net')
  const rows = csvParse(await readFile(join(folder, 'rows.csv'), 'utf8'))
  expect(rows.map(({ to }) => to)).toEqual(['standby', 'active', 'standby'])
  for (const row of rows) {
    expect(row.excluded).toBe('')
    const ticks = (name: string) => Number(row[name])
    const phases = ['decision-to-pause', 'pause-to-unpause', 'unpause-to-run', 'run-to-service'].map(ticks)
    expect(phases.every((phase) => phase > 0)).toBe(true)
    expect(phases.reduce((sum, phase) => sum + phase, 0)).toBe(ticks('switch'))
    // The active's last stamp precedes its pause by Xen.
    expect(ticks('gap')).toBeGreaterThan(ticks('switch') - ticks('decision-to-pause'))
  }
  const { captured } = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))
  expect(captured.network).toMatch(/sent [1-9]\d* Mbps/)
  expect(captured.storage).toMatch(/file .*xvda ext4/)
})
