/** A minimal testbed and executor: shows what adding one takes, and that the engine needs no more. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import * as z from 'zod'
import type { Executor } from '../../src/engine/executor.ts'
import { endOf, writeEnd } from '../../src/engine/script/order.ts'
import { readOrder } from '../../src/engine/script/readorder.ts'
import { openFiles } from '../../src/files/tracked.ts'
import { build, planDocument } from '../../src/project/build.ts'
import { openDocument, type Site } from '../../src/project/site.ts'
import { openSeal } from '../../src/results/seal.ts'
import type { Testbed } from '../../src/testbed/testbed.ts'
import { testbeds as known } from '../../src/testbeds/testbeds.ts'

/** A board whose result is its speed. */
const toy: Testbed = {
  definition: z.strictObject({ speed: z.number() }),
  origin: ({ speed }) => (speed === 1 ? 'hardware' : 'emulated'),
  isolated: true,
  files: ['experiments/toy.txt'],
  inputs: async (environments, _, { digest }) =>
    new Map(environments.map(({ name }) => [name, [{ toy: digest('experiments/toy.txt') ?? 'missing' }]])),
  prepare: async (environments) => [`${environments.length} toys wound up`],
  isPrepared: async () => true,
  async open({ definition }, { folder }) {
    return {
      facts: { board: 'a toy' },
      async run() {
        writeFileSync(join(folder, 'speed'), String(definition.speed))
        return { folder, exitCode: 0, durationMs: 1 }
      },
    }
  },
  doctor: async () => [],
  needs: async () => ({ hardware: 'a toy.', downloadBytes: 0, unpackedBytes: 0 }),
}

/** Runs each boot in this process, one at a time. */
function inProcess(orders: string[]): Executor {
  let last = Promise.resolve()
  return {
    submit({ order }) {
      orders.push(order)
      const ended = last.then(async () => {
        const read = readOrder(order)
        await writeEnd(read, await endOf(read, () => {}, testbeds))
        return { status: 'ended', late: false }
      })
      last = ended.then(() => {})
      return { ended, cancel() {} }
    },
  }
}

const testbeds = new Map([...known, ['toy', toy] as const])

const files: Readonly<Record<string, string>> = {
  'paper.md': `---
title: Toys
---

\`\`\`yaml experiment
id: race
script: experiments/race.js
environments: [slow, fast]
trials: 4
boots: 2
patterns: {baseline: {}}
\`\`\`

The fast toy is \`=race.fast.baseline.speed.mean / race.slow.baseline.speed.mean\` times as fast.
`,
  'experiments/environments.yaml': `
slow: {label: A slow toy, testbed: toy, speed: 1}
fast: {label: A fast toy, testbed: toy, speed: 3}
`,
  'experiments/toy.txt': 'wood',
  'experiments/race.js': `
import { readFileSync } from 'node:fs'
export default async function ({ board, trials }) {
  const { folder } = await board.run({ stages: [{ files: new Map(), script: '' }], seed: 1, deadlineMs: 1000 })
  const speed = Number(readFileSync(folder + '/speed', 'utf8'))
  readFileSync(new URL('track.txt', import.meta.url))
  const columns = [{ name: 'trial', role: 'index' }, { name: 'speed', role: 'measure' }]
  return { columns, rows: Array.from({ length: trials }, (_, trial) => ({ trial, speed })), captured: board.facts }
}
`,
  'experiments/track.txt': 'oval',
}

let site: Site
const orders: string[] = []
beforeEach(() => {
  const project = mkdtempSync(join(tmpdir(), 'repro-toy-'))
  const write = ([path, text]: readonly [string, string]) => {
    mkdirSync(dirname(join(project, path)), { recursive: true })
    writeFileSync(join(project, path), text)
  }
  for (const entry of Object.entries(files)) write(entry)
  const cache = join(project, 'cache')
  orders.length = 0
  site = {
    ...{ project, cache, document: 'paper.md', generator: 'test', seal: openSeal(project, cache) },
    ...{ testbeds, executor: inProcess(orders) },
  }
})
afterEach(() => rmSync(site.project, { recursive: true }))

async function plan() {
  const read = openFiles(site.project)
  return await planDocument(site, await openDocument(site, read), read)
}

/** Builds the document; passes notes on. */
async function built(note: (text: string) => void = () => {}) {
  const opened = await openDocument(site)
  expect(opened.document.file.messages.map(String)).toEqual([])
  return await build(
    site,
    opened,
    {
      ...{ rerun: [], only: [], jobs: 2, keepGoing: false, frozen: false, record: false, to: ['html'] },
      allow: async (steps) => steps,
      signal: new AbortController().signal,
    },
    (event) => void (event.type === 'note' && note(event.text)),
  )
}

it('numbers that are not from a board do not carry its word', async () => {
  const script = `export default async ({ trials }) => {
  const columns = [{ name: 'trial', role: 'index' }, { name: 'speed', role: 'measure' }]
  return { columns, rows: Array.from({ length: trials }, (_, trial) => ({ trial, speed: 5 })) }
}`
  writeFileSync(join(site.project, 'experiments/race.js'), script)
  const { failures } = await built()
  expect(failures.map((failure) => failure.message)).toEqual([
    expect.stringContaining(
      'the script ran no job on the board of slow, so its numbers are not that hardware',
    ),
  ])
})

it.each([
  ["compile(['a.c'])", 'the testbed toy cannot compile'],
  ['guest([], new Map())', "the testbed toy cannot build a guest's initramfs"],
  ["file('kernel')", 'the testbed toy cannot give files of an environment'],
])('a script that asks for what the board cannot do is told so: %s', async (call, message) => {
  const script = `export default async ({ board }) => await board.${call}`
  writeFileSync(join(site.project, 'experiments/race.js'), script)
  const { failures, executed } = await built()
  expect(failures.map((failure) => failure.message)).toEqual([expect.stringContaining(message)])
  expect(executed).toEqual([])
})

it('a testbed and an executor that the engine has never heard of build a report', async () => {
  const notes: string[] = []
  const outcome = await built((text) => notes.push(text))
  expect(outcome.failures).toEqual([])
  expect(notes).toContain('2 toys wound up')
  expect(orders).toHaveLength(4)
  expect(outcome.executed.map(({ environment, origin, rows }) => [environment, origin, rows.length])).toEqual(
    [
      ['slow', 'hardware', 4],
      ['fast', 'emulated', 4],
    ],
  )
  const html = readFileSync(join(site.project, outcome.reports[0] ?? ''), 'utf8')
  expect(html).toMatch(/The fast toy is .*3.* times as fast/)

  const states = async () => (await plan()).map(({ cell, status }) => [cell.environment, status.type])
  expect(await states()).toEqual([
    ['slow', 'cached'],
    ['fast', 'cached'],
  ])
  writeFileSync(
    join(site.project, 'experiments/environments.yaml'),
    files['experiments/environments.yaml']?.replace('speed: 3', 'speed: 4') ?? '',
  )
  expect(await states()).toEqual([
    ['slow', 'cached'],
    ['fast', 'missing'],
  ])
  writeFileSync(join(site.project, 'experiments/track.txt'), 'round')
  expect((await plan()).map(({ status }) => 'reason' in status && status.reason)).toEqual([
    'experiments/track.txt changed since it was run here',
    'environment speed 3 -> 4, experiments/track.txt changed since it was run here',
  ])
})
