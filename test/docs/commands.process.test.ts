/** The commands of README.md and docs/ that need no board, no cluster and no network, in the order in which they stand there. */

import { cpSync } from 'node:fs'
import { expect, it } from 'vitest'
import { invocation } from '../../src/text/program.ts'
import { project, repro, write } from '../project.ts'
import { source } from '../source.ts'
import { commands, type Where } from './commands.ts'

const lines = (where: Where) =>
  [...commands].flatMap(([name, how]) =>
    typeof how === 'object' && how.runs === where ? [name.replace(/^[^:]*: /, '')] : [],
  )

/** Runs each line once, though several documents have it. */
async function runAll(where: Where): Promise<void> {
  for (const line of new Set(lines(where))) {
    expect(line.startsWith(`${invocation} `), line).toBe(true)
    const { exitCode, out, err } = await repro(...line.slice(invocation.length + 1).split(' '))
    expect({ line, exitCode }, out + err).toEqual({ line, exitCode: 0 })
  }
}

it('those about the study run with its record', { timeout: 600_000 }, async () => {
  for (const part of ['paper', 'experiments', 'figures', 'results'])
    cpSync(source(part), `${project}/${part}`, { recursive: true })
  expect(lines('study').length).toBeGreaterThan(5)
  await runAll('study')
})

it('those about a new paper run in an empty folder', { timeout: 600_000 }, async () => {
  expect(lines('begun')[0]).toBe(`${invocation} init`)
  await runAll('begun')
})

it('those about published tables run with such', { timeout: 300_000 }, async () => {
  for (const name of ['latency', 'phases'])
    cpSync(source(`paper/published/${name}.csv`), `${project}/${name}.csv`)
  write({
    'results.csv': 'what,mean,sd\nfirst,10.3,1.2\nsecond,9.1,0.8\n',
    'survey.csv': 'group,n,mean,sd\na,25,5.18,1.10\nb,25,5.21,1.05\n',
  })
  await runAll('tables')
})
