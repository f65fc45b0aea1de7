/** Papers that `repro init` begins: that on an emulated board, and that over ssh, on the double. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { csvParse } from 'd3-dsv'
import { expect, onTestFinished, test } from 'vitest'
import { doubleOf } from '../double/study.ts'
import { start } from '../slow/project.ts'

const double = doubleOf({ cpus: 1 })

/** Begins a paper in an empty folder; returns the folder. */
async function begun(template: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `repro-${template}-`))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  expect(await run(folder, ['init', '--template', template])).toMatchObject({ exitCode: 0 })
  return folder
}

async function run(folder: string, args: readonly string[]) {
  const { child, ended } = start(folder, args, { REPRO_SSH_CONFIG: double().sshConfig, NO_COLOR: '1' })
  child.stdin.end()
  return await ended
}

async function expectReport(folder: string, environment: string): Promise<void> {
  const document = join(folder, 'paper/index.md')
  const text = (await readFile(document, 'utf8')).replace('trials: 5', 'trials: 2')
  // No board here is hardware.
  await writeFile(document, text.replaceAll(', on hardware', ', emulated'))
  const { exitCode, err } = await run(folder, ['build', '--record'])
  expect(exitCode, err).toBe(0)
  for (const pattern of ['process', 'list']) {
    const path = join(folder, 'results/commands', environment, pattern, 'rows.csv')
    const rows = csvParse(await readFile(path, 'utf8'))
    expect(rows).toHaveLength(2)
    expect(rows.every(({ call }) => Number(call) > 0)).toBe(true)
  }
  const page = await readFile(join(folder, '_build/index.html'), 'utf8')
  expect(page).toContain('id="fig-calls"')
  expect(page).not.toContain('class="missing"')
  // Its claim is tested; two trials may not decide it.
  expect((await run(folder, ['verify'])).out).toMatch(/^C1 +(?:reproduced|inconclusive)/m)
}

test('the paper of the template xen is built on an emulated board', async () => {
  await expectReport(await begun('xen'), 'xen-4.17')
})

test('the paper of the template ssh is built over ssh', async () => {
  const folder = await begun('ssh')
  const path = join(folder, 'experiments/environments.yaml')
  const { host, powerCommand, serialCommand } = double()
  const entry = (await readFile(path, 'utf8'))
    .replace('host: board ', `host: ${host} `)
    // The double is no hardware, and says so.
    .replace('machine: hardware', 'machine: emulated')
    .replace(/# power: .*/, `power: {cycle: ${powerCommand}}`)
    .replace(/# serial: .*/, `serial: ${serialCommand}\n  requirements: {memoryMb: 64, diskMb: 64}`)
  await writeFile(path, entry)
  await expectReport(folder, 'board')
})
