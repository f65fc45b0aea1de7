/** The package as users get it: packed, installed in a separate folder, with types, and run. */

import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { project, write } from '../project.ts'
import { source } from '../source.ts'
import { packed } from './packed.ts'

const paper = `---
title: Installed
---

\`\`\`ts experiment id=inline testbed=local trials=3
import { mean } from 'repro'
import { twice } from '../lib/twice.ts'
const x: number = twice(mean([1, cell.trial as number]))
export const rows = [{ x }]
\`\`\`

\`\`\`yaml experiment
id: file
script: lib/script.ts
environments: [local]
trials: 1
patterns: {default: {}}
\`\`\`

\`\`\`yaml figure
id: fig-x
spec: figures/x.vl.json
caption: Means
alt: A point for each trial
data: {rows: inline}
\`\`\`

Means \`=inline.local.default.x.mean\` and \`=file.local.default.x.mean\`.
`

const script = `import type { Cell, Result } from 'repro'
import { median } from 'repro'
export default async function (cell: Cell): Promise<Result> {
  const x: number = median([cell.trials, 41, 43])
  return { columns: [{ name: 'x', role: 'measure' }], rows: [{ x }], exclusions: [], captured: {} }
}
`

it('a package made of this checkout installs anywhere, and builds a paper there at once', async () => {
  const home = join(project, 'home')
  mkdirSync(home)
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim()
  const env = { PATH: process.env.PATH, HOME: home, npm_config_cache: cache }
  const own = join(project, 'own')
  const run = (program: string, args: readonly string[]) =>
    execFileSync(program, args, { cwd: own, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  copyFileSync(await packed(home, cache), join(project, 'repro.tgz'))
  const encoding = { x: { field: 'x', type: 'quantitative' } }
  const figure = { data: { name: 'rows' }, mark: 'point', encoding }
  write({
    'own/paper/index.md': paper,
    'own/lib/script.ts': script,
    'own/lib/twice.ts': 'export const twice = (x: number): number => 2 * x\n',
    'own/lib/wrong.ts': "import { median } from 'repro'\nexport const x: string = median([1])\n",
    'own/figures/x.vl.json': JSON.stringify(figure),
  })
  // What npm would ask its user to allow, such as a script `prepare`: building is no work of theirs.
  const installed = spawnSync(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '../repro.tgz'],
    {
      ...{ cwd: own, env, encoding: 'utf8' },
    },
  )
  expect([installed.status, installed.stderr]).toEqual([0, ''])

  const repro = (...args: readonly string[]) => run('npx', ['--no-install', 'repro', ...args])
  expect(repro('build', '--trust')).toBe('_build/index.html\n')
  const page = readFileSync(join(own, '_build/index.html'), 'utf8')
  expect(page).toMatch(/Means .*\b2\b.* and .*\b41\b/s)
  expect(page).toContain('<svg')

  // npm leaves some files out of packages.
  expect(repro('init', 'begun', '--template', 'xen')).toContain('wrote begun/.gitignore\n')
  expect(repro('check', 'begun/paper/index.md')).toBe('begun/paper/index.md: 4 blocks, 2 values, no errors\n')
  expect(repro('new', 'workflow', 'begun/paper/index.md')).toContain(
    'wrote begun/.github/workflows/paper.yml\n',
  )

  const check = (file: string) => {
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', '']
    try {
      return run(source('node_modules/.bin/tsc'), [...flags, file])
    } catch (error) {
      return (error as { readonly stdout: string }).stdout
    }
  }
  expect(check('lib/script.ts')).toBe('')
  expect(check('lib/wrong.ts')).toContain("lib/wrong.ts(2,14): error TS2322: Type 'number' is not assignable")
})
