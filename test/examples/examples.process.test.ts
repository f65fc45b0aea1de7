/** The papers in examples/ build from nothing, each with all that a paper has. */

import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { project, repro } from '../project.ts'
import { source } from '../source.ts'

const names = readdirSync(source('examples'), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
)

interface Verdicts {
  readonly claims: readonly { readonly id: string; readonly verdict: string }[]
}

describe.each(names)('the example %s', (name) => {
  it('builds: table, figure, values, citation and claims; and is printed', { timeout: 240_000 }, async () => {
    cpSync(source(`examples/${name}`), project, {
      recursive: true,
      filter: (path) => !/\/(?:\.repro|_build)$/.test(path),
    })
    const { out, err, exitCode } = await repro('build')
    expect({ out, exitCode }, err).toEqual({ out: '_build/index.html\n', exitCode: 0 })
    expect(err).not.toMatch(/\b(?:error|warning)\b/)
    const page = readFileSync(join(project, '_build/index.html'), 'utf8')
    const parts = ['<figure class="float" id="fig-', '<svg', 'class="claim ', 'class="value"']
    // The smallest one, which the README shows, cites nothing.
    for (const part of name === 'sorting' ? parts : [...parts, 'id="tbl-', 'href="#cite:'])
      expect(page).toContain(part)

    const { claims }: Verdicts = JSON.parse((await repro('verify', '--json')).out)
    const verdicts = claims.map(({ id, verdict }) => `${id} ${verdict}`)
    // Times of this machine, which other tests keep busy, may leave a claim open, but do not turn it around.
    if (name === 'sleep')
      expect(verdicts).toEqual([
        'C1 reproduced, from data',
        'C2 inconclusive, from data',
        'C3 inconclusive, from data',
      ])
    else for (const one of verdicts) expect(one).toMatch(/ (?:reproduced|inconclusive)$/)

    if (name !== 'sorting' && name !== 'lookups') return
    const printed = await repro('build', '--to', 'pdf,latex,typst')
    expect(printed, printed.err).toMatchObject({ exitCode: 0 })
    expect(readFileSync(join(project, '_build/index.pdf')).subarray(0, 5).toString()).toBe('%PDF-')
  })
})

it('there are a first one, an experiment in Python, a sweep in TypeScript, and claims over data of others', () => {
  expect(names.sort()).toEqual(['copies', 'lookups', 'sleep', 'sorting'])
})

it('the README shows the first one as it is', () => {
  const document = readFileSync(source('examples/sorting/paper/index.md'), 'utf8')
  expect(readFileSync(source('README.md'), 'utf8')).toContain(`\`\`\`\`markdown\n${document}\`\`\`\`\n`)
})
