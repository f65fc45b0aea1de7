/** Files that change while an experiment runs: its rows must not stand under the key of what they were. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { project, repro, write } from '../project.ts'

const paper = (script: string, more = '') => `---
title: T
---

\`\`\`yaml experiment
id: e
script: ${script}
environments: [local]
trials: 2
boots: 1
patterns: {first: {}, second: {}}
${more}\`\`\`
`
const journals = () => {
  const folder = join(project, '.repro/journals')
  return existsSync(folder) ? readdirSync(folder) : []
}

describe('a file that changes while its experiment runs', () => {
  it.each([
    ['script in a shell', 'code/e.sh', 'echo "# $REPRO_TRIAL" >>code/e.sh\necho ms\necho 1\n'],
    [
      'script in TypeScript',
      'code/e.ts',
      `import { appendFileSync } from 'node:fs'
export default async (cell) => {
  appendFileSync('code/e.ts', 'void 0\\n')
  const rows = await cell.each(() => [{ ms: 1 }])
  return { columns: [{ name: 'trial', role: 'index' }, { name: 'ms', role: 'measure' }], rows }
}
`,
    ],
  ])('fails the cell and those behind it, and keeps no trial: %s', async (_, file, text) => {
    write({ 'paper/index.md': paper(file), [file]: text })
    const { exitCode, err, out } = await repro('build', '-k')
    const said = err + out
    expect(said).toContain(`e/local/first failed: ${file} changed since the build began: build again`)
    expect(said).toContain(`e/local/second failed: ${file} changed since the build began: build again`)
    expect(exitCode).toBe(1)
    expect(journals()).toEqual([])
    expect(existsSync(join(project, '.repro/runs/e'))).toBe(false)
  })

  it.each([
    ['with a new time', false],
    ['with the time that it had', true],
  ])('and back again fails the cell, and keeps no trial: %s', async (_, back) => {
    write({
      'paper/index.md': paper('code/e.ts').replace(', second: {}', ''),
      'code/helper.ts': 'export const ms = 1\n',
      'code/e.ts': `import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { ms } from './helper.ts'
export default async (cell) => {
  const text = readFileSync('code/helper.ts', 'utf8')
  const { atime, mtime } = statSync('code/helper.ts')
  writeFileSync('code/helper.ts', 'export const ms = 2\\n')
  const rows = await cell.each(() => [{ ms }])
  writeFileSync('code/helper.ts', text)
  if (${back}) utimesSync('code/helper.ts', atime, mtime)
  return { columns: [{ name: 'trial', role: 'index' }, { name: 'ms', role: 'measure' }], rows }
}
`,
    })
    const { exitCode, err, out } = await repro('build')
    expect(err + out).toContain('e/local/first failed: code/helper.ts was written while the cell ran')
    expect(exitCode).toBe(1)
    expect(journals()).toEqual([])
    expect(existsSync(join(project, '.repro/runs/e'))).toBe(false)
    expect(readFileSync(join(project, 'code/helper.ts'), 'utf8')).toBe('export const ms = 1\n')
  })

  it('fails the cell if it is an input', async () => {
    write({
      'paper/index.md': paper('code/e.sh', 'inputs: [data/in.txt]\n').replace(', second: {}', ''),
      'code/e.sh': 'echo x >>data/in.txt\necho ms\necho 1\n',
      'data/in.txt': '',
    })
    const { exitCode, err, out } = await repro('build')
    expect(err + out).toContain('e/local/first failed: data/in.txt changed since the build began')
    expect(exitCode).toBe(1)
    expect(readFileSync(join(project, 'data/in.txt'), 'utf8')).toBe('x\nx\n')
  })
})
