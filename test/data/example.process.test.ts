/** The example of docs/data.md, word by word. */

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { repro, write } from '../project.ts'
import { source } from '../source.ts'

const page = readFileSync(source('docs/data.md'), 'utf8')

/** The fence behind a marker. */
function example(name: string): string {
  const [, , text = ''] =
    new RegExp(
      String.raw`<!-- example: ${name.replace('.', '\\.')} -->\n\n(\x60{3,})\w*\n(.*?)\n\1\n`,
      's',
    ).exec(page) ?? []
  if (text === '') throw new Error(`no example ${name}`)
  return `${text}\n`
}

it(
  'gives the verdicts that the page promises, and shows what columns were taken for',
  { timeout: 600_000 },
  async () => {
    write({ 'times.csv': example('times.csv'), 'claims.md': example('claims.md') })
    const { out, exitCode } = await repro('verify', '--against', 'claims.md')
    expect(out).toContain(example('output'))
    expect(exitCode).toBe(3)
    const checked = await repro('check', 'claims.md')
    expect(checked.out).toContain(example('check'))
    expect(checked.exitCode).toBe(0)
    expect((await repro('build', 'claims.md')).exitCode).toBe(0)
  },
)
