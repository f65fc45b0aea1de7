/** Programs that print more than rows may be. */

import { expect, it } from 'vitest'
import { repro, write } from '../project.ts'

const paper = (script: string) => `---
title: Endless
---

\`\`\`sh experiment id=endless testbed=local trials=1 deadline=80
${script}
\`\`\`
`

it('a program that prints without end is ended at the limit of rows, not at its deadline', async () => {
  write({ 'paper/index.md': paper('echo aMs\nyes 1') })
  const { err, exitCode } = await repro('build')
  expect(err).toContain('standard output has more than 100 MB: give fewer rows')
  expect(err).not.toContain('deadline')
  expect(exitCode).toBe(1)
})

it('a program that has written its rows to the file may print as long a log as it likes', async () => {
  write({ 'paper/index.md': paper('printf "aMs\\n1\\n" >"$REPRO_ROWS"\nhead -c 110000000 /dev/zero') })
  const { err, exitCode } = await repro('build')
  expect({ exitCode }, err).toEqual({ exitCode: 0 })
  expect(err).toContain('done endless/local/default: 1 row,')
})
