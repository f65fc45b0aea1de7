import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { project, repro, write } from '../../project.ts'

function paper(block: string, code: string): string {
  return `---\ntitle: A paper\n---\n\n\`\`\`ts experiment id=${block} testbed=local trials=2\n${code}\n\`\`\`\n`
}

/** The rows that the last build kept of an inline experiment. */
function rowsOf(block: string): string {
  const runs = join(project, `.repro/runs/${block}/local/default`)
  return readFileSync(join(runs, readdirSync(runs).sort().at(-1) ?? '', 'rows.csv'), 'utf8')
}

it('is not there for a script without it, and does not hold its settings in the next trial where a module brings it', async () => {
  write({
    'paper/index.md': `---
title: A paper
---

\`\`\`yaml experiment
id: late
script: late.mjs
environments: [local]
trials: 3
patterns: {default: {}}
\`\`\`

\`\`\`yaml experiment
id: without
script: without.mjs
environments: [local]
trials: 2
patterns: {default: {}}
\`\`\`
`,
    // Behind a computed name, which nothing foresees.
    'late.mjs': `export default async function (cell) {
  const rows = await cell.each(async () => {
    const shell = globalThis[String.fromCharCode(36)]
    const before = [shell.prefix, shell.verbose].join()
    shell.prefix = 'exit 3; '
    shell.verbose = true
    return [{ before }]
  })
  return { columns: [{ name: 'trial', role: 'index' }, { name: 'before', role: 'factor' }], rows }
}
`,
    'without.mjs': `import { createRequire } from 'node:module'
export default async function (cell) {
  const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((file) => /\\/zx\\//.test(file)).length
  const rows = await cell.each(() => [{ loaded: loaded(), global: String(Object.hasOwn(globalThis, 'chalk')) }])
  return { columns: [{ name: 'trial', role: 'index' }, { name: 'loaded', role: 'measure' }, { name: 'global', role: 'factor' }], rows }
}
`,
  })
  const { err, exitCode } = await repro('build')
  expect(err).not.toContain('error')
  expect(exitCode).toBe(0)
  const late = rowsOf('late').trim().split('\n').slice(1)
  expect(new Set(late.map((line) => line.split(',').slice(1).join()))).toHaveProperty('size', 1)
  expect(rowsOf('without')).toContain('0,0,true')
})

it('is one for names, imports and requires, in a script of the document', async () => {
  write({
    'paper/index.md': paper(
      'one',
      `import { createRequire } from 'node:module'
const { $: imported } = await import('zx')
const required = createRequire(import.meta.url)('zx').$
const { stdout } = await $\`echo 7\`
export const rows = [{ same: Number(imported === $ && required === $), said: Number(stdout) }]`,
    ),
  })
  const { err, exitCode } = await repro('build')
  expect(err).not.toContain('error')
  expect(exitCode).toBe(0)
  expect(rowsOf('one')).toContain('1,7')
})
