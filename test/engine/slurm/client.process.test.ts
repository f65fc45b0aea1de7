import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { run, slurmClient, Unknown } from '../../../src/engine/slurm/client.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repro-client-'))
  const { PATH } = process.env
  process.env.PATH = [folder, PATH].join(delimiter)
  onTestFinished(() => {
    process.env.PATH = PATH
    rmSync(folder, { recursive: true, maxRetries: 5 })
  })
})

/** A program of the cluster's own, in the place of Slurm's. */
function program(name: string, text: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
  chmodSync(join(folder, name), 0o755)
}

it('a script whose child hangs is given up as a whole', async () => {
  program('squeue', `sleep 1000 & echo $! >${folder}/child; wait`)
  const asked = run('squeue', [], { timeoutMs: 1000 })
  await expect(asked).rejects.toThrow(new Unknown('squeue did not answer (no end within 1 s)'))
  const child = readFileSync(join(folder, 'child'), 'utf8').trim()
  const state = existsSync(`/proc/${child}/stat`) ? readFileSync(`/proc/${child}/stat`, 'latin1') : ') Z'
  expect(state).toContain(') Z')
})

it('a program that prints without end is given up', async () => {
  program('squeue', 'exec yes rubbish')
  await expect(slurmClient.queue(['repro-1'])).rejects.toThrow('squeue did not answer (more than')
})

it('a job without an id is ended by its name, and told', async () => {
  program('sbatch', 'cat >/dev/null; echo Submitted batch job 7')
  program('scancel', `echo "$@" >${folder}/canceled`)
  const submitted = slurmClient.submit({ name: 'repro-1', script: '', args: [], variables: {} })
  await expect(submitted).rejects.toMatchObject({
    name: 'TestbedError',
    message: 'sbatch gives no id of a job: Submitted batch job 7',
  })
  expect(readFileSync(join(folder, 'canceled'), 'utf8')).toContain('--name=repro-1')
})
