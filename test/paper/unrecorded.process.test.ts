import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { project, repro } from '../project.ts'
import { source } from '../source.ts'

it('the study has no errors where nothing is recorded: it can be run from the beginning', async () => {
  const files = execFileSync('git', ['-C', source('.'), 'ls-files', '-z', 'paper', 'experiments', 'figures'])
  for (const path of files.toString().split('\0').filter(Boolean))
    cpSync(source(path), join(project, path), { recursive: true })
  const { out, err, exitCode } = await repro('check')
  expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 })
  expect(out).toContain('no errors')
})
