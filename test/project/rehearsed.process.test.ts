/** What `repro check` does not rehearse again, and that nothing is missed for it. */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { project, repro, write } from '../project.ts'

const file = () => join(project, '.repro/rehearsals/paper+index.md.json')
const kept = () => readFileSync(file(), 'utf8')

const paper = (text: string, measure = 'seconds') => `---
title: T
---

\`\`\`yaml data
id: ed
file: data/ed.csv
unit: subject
\`\`\`

\`\`\`yaml table
id: tbl-a
kind: summary
from: ed
measures: [${measure}]
caption: T
\`\`\`

\`\`\`yaml figure
id: fig-a
spec: figures/a.vl.json
caption: F
alt: f
data: {rows: ed}
\`\`\`

${text}
`
const rows = (head: string) => `${head}\n1,plain,10.2\n2,plain,11.3\n1,modal,8.1\n2,modal,8.4\n`
const specification = (field: string) =>
  JSON.stringify({
    data: { name: 'rows' },
    mark: 'point',
    encoding: { x: { field, type: 'quantitative' }, y: { field: 'subject', type: 'nominal' } },
  })
const value = '`=ed.plain.seconds.mean | s`'

it('keeps what was right, and looks again at whatever changed', async () => {
  write({
    'data/ed.csv': rows('subject,editor,seconds'),
    'figures/a.vl.json': specification('seconds'),
    'paper/index.md': paper(`It takes ${value}.`),
  })
  expect((await repro('check')).err).toBe('')
  const first = kept()
  // Words between blocks change nothing of it: it is not even written again.
  write({ 'paper/index.md': paper(`One takes ${value}, of all.`) })
  expect((await repro('check')).err).toBe('')
  expect(kept()).toBe(first)
  // A value, a block, a file of data, and one of a figure do.
  write({ 'paper/index.md': paper(`One takes ${value}, of all, and \`=ed.plain.seconds.mean / 0\`.`) })
  expect((await repro('check')).err).toContain('27:55 error division by zero [value]')
  expect((await repro('check')).err).toContain('division by zero')
  write({ 'paper/index.md': paper(`One takes ${value}.`, 'secnds') })
  expect((await repro('check')).err).toContain('15:12 error unknown measure: secnds')
  write({ 'paper/index.md': paper(`One takes ${value}.`) })
  expect((await repro('check')).err).toBe('')
  write({ 'figures/a.vl.json': specification('secnds') })
  expect((await repro('check')).err).toContain('the data has no field secnds')
  write({ 'figures/a.vl.json': specification('seconds') })
  expect((await repro('check')).err).toBe('')
  write({ 'data/ed.csv': rows('subject,editor,minutes') })
  expect((await repro('check')).err).toContain('27:22 error unknown')
  write({ 'data/ed.csv': rows('subject,editor,seconds') })
  expect((await repro('check')).err).toBe('')
})

it('believes only what this machine wrote', async () => {
  write({
    'data/ed.csv': rows('subject,editor,seconds'),
    'figures/a.vl.json': specification('seconds'),
    'paper/index.md': paper(`It takes ${value}.`),
  })
  expect((await repro('check')).err).toBe('')
  const right = kept()
  write({ 'paper/index.md': paper('It takes `=1/0`.') })
  expect((await repro('check')).err).toContain('division by zero')
  const wrong = kept()
  expect(wrong).not.toBe(right)
  writeFileSync(file(), `${right}x`)
  expect((await repro('check')).err).toContain('division by zero')
  rmSync(join(project, '.repro'), { recursive: true })
  expect((await repro('check')).err).toContain('division by zero')
  expect(existsSync(file())).toBe(true)
})
