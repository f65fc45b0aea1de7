import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { cellChanges } from '../../src/engine/cachestatus.ts'
import { openFiles } from '../../src/files/tracked.ts'
import { planWithDamaged } from '../../src/project/build.ts'
import { openDocument } from '../../src/project/site.ts'
import { keyOf } from '../../src/results/key.ts'
import { bootsOf } from '../../src/results/run.ts'
import { openSeal } from '../../src/results/seal.ts'

const site = {
  project: resolve(import.meta.dirname, '../..'),
  cache: '/nowhere',
  seal: openSeal('/nowhere', '/nowhere'),
  generator: 'repro',
}

const at = { ...site, document: 'paper/index.md' }
const paper = await openDocument(at)
const { document: english } = paper
const { document: japanese } = await openDocument({ ...site, document: 'paper/index.ja.md' })

it.each([english, japanese])('$file.path has no mistake', ({ file }) => {
  expect(file.messages.map(String)).toEqual([])
})

it('the translations of the paper have the same blocks, values and citations', () => {
  expect(japanese.blocks.map(({ id }) => id)).toEqual(english.blocks.map(({ id }) => id))
  const values = (document: typeof english) => new Set(document.values.map(({ source }) => source))
  expect(values(japanese)).toEqual(values(english))
  const keys = (document: typeof english) =>
    new Set(document.citations.flatMap(({ items }) => items.map(({ key }) => key)))
  expect(keys(japanese)).toEqual(keys(english))
})

it('a recorded run has the key that it had before there were boots, unless it has several', async () => {
  const steps = await planWithDamaged(at, paper, openFiles(site.project))
  const recorded = steps.flatMap((step) => (step.record ? [{ ...step, run: step.record.run }] : []))
  expect(recorded.length).toBeGreaterThan(0)
  for (const { cell, expected: inputs, status, run } of recorded) {
    const { boots } = cell.block
    expect('boots' in inputs).toBe(boots > 1)
    expect('boots' in run.inputs).toBe(bootsOf(run) > 1)
    const changes = cellChanges(run.inputs, inputs)
    expect(changes.some(({ input }) => input === 'boots')).toBe(boots !== bootsOf(run))
    if (run.key === keyOf(run, run.inputs)) expect(status.type === 'recorded').toBe(changes.length === 0)
  }
})

it('a change of a program that pause-resume never uses leaves all its runs recorded', async () => {
  const changed = 'experiments/board/switchover.c'
  const files = openFiles(site.project)
  const steps = await planWithDamaged(at, paper, {
    ...files,
    text: (path) => (path === changed ? `${files.text(path)}int unused;\n` : files.text(path)),
    digest: (path) => (path === changed ? 'f'.repeat(64) : files.digest(path)),
  })
  const switchover = steps.filter(({ cell }) => cell.experiment === 'switchover')
  const others = steps.filter((step) => !switchover.includes(step))
  expect(others.length).toBeGreaterThan(70)
  expect(new Set(others.map(({ status }) => status.type))).toEqual(new Set(['recorded']))
  expect(new Set(switchover.map(({ status }) => 'reason' in status && status.reason))).toEqual(
    new Set([`${changed} changed`]),
  )
})
