/** `--ci`: what GitHub's runner reads of the output, and the summary of a job. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { project, start, write } from '../project.ts'

/** As a step of a workflow runs it. */
async function step(args: readonly string[], folder = '.') {
  const variables = {
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: project,
    GITHUB_STEP_SUMMARY: join(project, 'summary.md'),
  }
  return await start(args, variables, folder).ended
}

const summary = () => readFileSync(join(project, 'summary.md'), 'utf8')

interface Command {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly text: string
}

/**
 * Reads output as the runner does (ActionCommand.cs of actions/runner): `::name key=value,...::text` at the start of a
 * line, or `##[name key=value;...]text` anywhere in it.
 */
function commandsIn(output: string): readonly Command[] {
  const plain = (text: string) =>
    text
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%')
  return output.split(/\r?\n/).flatMap((line) => {
    const [, name = '', properties = '', text = ''] =
      /^\s*::([^\s:]+)(?: ([^:]*))?::(.*)$/.exec(line) ??
      /##\[([^\s\]]+)(?: ([^\]]*))?\](.*)$/.exec(line) ??
      []
    if (name === '') return []
    const pairs = properties
      .split(/[,;]/)
      .filter(Boolean)
      .map((pair) => pair.split('='))
    return [
      {
        name,
        properties: Object.fromEntries(pairs.map(([key = '', value = '']) => [key, plain(value)])),
        text: plain(text),
      },
    ]
  })
}

const paper = (body: string) => `---\ntitle: T\n---\n\n${body}\n`
const failing = paper(`\`\`\`ts experiment id=bad testbed=local trials=1
console.log('::set-env name=PATH::/tmp')
console.log('  ::add-mask::x')
console.log('text ##[add-path]/tmp')
throw new Error('100% wrong,\\n::stop-commands::x\\n##[error]injected')
\`\`\`

Number \`=bad.local.default.x.mean\`.`)

describe('the reading of the tests', () => {
  it('finds commands as the runner does', () => {
    expect(
      commandsIn(' ::error file=a%2Cb,line=1::x%0Ay\nno ::error::\nz ##[warning]w\n').map(
        ({ name, text }) => [name, text],
      ),
    ).toEqual([
      ['error', 'x\ny'],
      ['warning', 'w'],
    ])
  })
})

describe('build --ci', () => {
  it('annotates failed cells and missing numbers at their lines, and no script can add a command', async () => {
    write({ 'paper/index.md': failing })
    const { exitCode, out, err } = await step(['build', '--ci'])
    expect(exitCode).toBe(1)
    const place = { file: 'paper/index.md' }
    expect(commandsIn(out + err)).toEqual([
      {
        name: 'error',
        properties: { ...place, line: '9', col: '7' },
        text: expect.stringMatching(
          /^bad\/local\/default failed: .*100% wrong,\n::stop-commands::x\n##\[error\]injected\n/s,
        ),
      },
      {
        name: 'warning',
        properties: { ...place, line: '12', col: '8' },
        text: 'missing: run bad/local/default',
      },
    ])
    // Still told to people, who see that it is text.
    expect(err).toContain('\n\\u003a:stop-commands::x\n')
    expect(err).toContain('text \\u0023#[add-path]/tmp')
    expect(summary()).toMatch(
      /^### repro build `paper\/index\.md`\n\n1 cell failed\.\n\nReport: \\_build\/index\.html\n\n1 error, 1 warning:\n\n- `paper\/index\.md:9` error: bad\/local\/default failed: /,
    )
  })

  it('annotates what stands in an include there, and a line that an error tells without a column', async () => {
    write({
      'paper/index.md': paper(
        'Text.\n\n```yaml include\nfile: paper/part.md\n```\n\n```python experiment id=bad testbed=local trials=1\nprint("x")\nraise ValueError()\n```',
      ),
      'paper/part.md':
        'Part.\n\n`=bad.local.default.x.mean` and {{ x }}.\n\n```yaml claim\nid: C1\nstatement: S\nscope: shape\nvalue: bad.local.default.x.mean\nbetween: [1, 2]\n```\n',
    })
    const places = (text: string) =>
      commandsIn(text).map(({ properties: { file, line }, name }) => `${name} ${file}:${line}`)
    const { err } = await step(['build', 'index.md', '--ci'], 'paper')
    expect(places(err)).toEqual([
      'error paper/index.md:13',
      'warning paper/part.md:3',
      'warning paper/part.md:3',
      'warning paper/part.md:5',
    ])
    expect(err).toContain('\npart.md:3:1 warning missing: run bad/local/default')
    const verified = await step(['verify', '--ci'])
    expect(places(verified.err)).toContain('error paper/part.md:5')
  })

  it('cannot be told commands without --ci, either, in a step of a workflow', async () => {
    write({ 'paper/index.md': failing })
    const { out, err } = await step(['build'])
    expect(commandsIn(out + err)).toEqual([])
  })

  it('leaves output as it is elsewhere', async () => {
    write({ 'paper/index.md': failing })
    const { err } = await start(['build'], { GITHUB_ACTIONS: '' }).ended
    expect(err).toContain('\n::stop-commands::x\n')
  })

  it('annotates errors of the document first, and escapes its texts and its name', async () => {
    write({
      'notes/a,b::c%0A.md': paper('It takes 14.8 ms, `=npa%0A::error::.x` and @fig-none.').replace(
        'title: T',
        'titel: T',
      ),
    })
    const { exitCode, out, err } = await step(['build', 'notes/a,b::c%0A.md', '--ci'])
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    const found = commandsIn(err)
    expect(found.length).toBeGreaterThan(2)
    expect(new Set(found.map(({ properties }) => properties.file))).toEqual(new Set(['notes/a,b::c%0A.md']))
    expect(found.map(({ name }) => name)).toEqual([...found.map(({ name }) => name)].sort())
    expect(found).toContainEqual({
      name: 'error',
      properties: expect.objectContaining({ title: 'unknown-reference' }),
      text: 'unknown figure: @fig-none (none defined)',
    })
    expect(summary()).toContain('### repro build `a,b::c%0A.md`')
  })

  it('annotates what the record lacks, and has nothing to tell of what is in order', async () => {
    write({
      'paper/index.md': paper(
        '```ts experiment id=a testbed=local trials=1\nexport const rows = [{ x: 1 }]\n```',
      ),
    })
    const frozen = await step(['build', '--frozen', '--ci'])
    expect(frozen.exitCode).toBe(4)
    expect(commandsIn(frozen.err)).toEqual([
      {
        name: 'error',
        properties: { file: 'paper/index.md' },
        text: 'not as recorded:\na/local/default: never run',
      },
    ])
    const built = await step(['build', '--ci'])
    expect(built).toMatchObject({ exitCode: 0, out: '_build/index.html\n' })
    expect(commandsIn(built.err)).toEqual([])
  })

  it('is refused where it would tell nothing', async () => {
    write({ 'paper/index.md': failing })
    const { exitCode, err } = await step(['build', '-n', '--ci'])
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: expect.stringContaining('--dry-run reports no problems: leave out --ci'),
    })
  })
})

it('check --ci annotates with paths from the top of the checkout, wherever it is run', async () => {
  write({ 'study/paper/index.md': paper('It is {kbd}`x`.') })
  const { exitCode, out, err } = await step(['check', '--ci', 'index.md'], 'study/paper')
  expect({ exitCode, out }).toEqual({ exitCode: 0, out: 'index.md: 0 blocks, 0 values, no errors\n' })
  expect(commandsIn(err)).toEqual([
    {
      name: 'warning',
      properties: { file: 'study/paper/index.md', line: '5', col: '7', title: 'role' },
      text: expect.stringMatching(/^the role \{kbd\}/),
    },
  ])
})

it('verify --ci annotates claims that are not reproduced, and lists all verdicts in the summary', async () => {
  const claim = (id: string, statement: string, low: number, high: number) =>
    `\`\`\`yaml claim\nid: ${id}\nstatement: ${statement}\nscope: shape\nvalue: a.local.default.x.mean / a.local.default.y.mean\nbetween: [${low}, ${high}]\n\`\`\`\n`
  write({
    'paper/index.md': paper(
      `\`\`\`ts experiment id=a testbed=local trials=8\nexport const rows = [{ x: 20 + cell.random(), y: 10 + cell.random() }]\n\`\`\`\n\n` +
        `${claim('C1', 'About | two', 1.5, 2.5)}\n${claim('C2', 'About three', 2.5, 3.5)}`,
    ),
  })
  await step(['build'])
  const { exitCode, out, err } = await step(['verify', '--ci', '--json'])
  expect(exitCode).toBe(3)
  expect(JSON.parse(out).claims).toHaveLength(2)
  expect(commandsIn(err)).toEqual([
    {
      name: 'error',
      properties: { file: 'paper/index.md', line: '17', col: '1' },
      text: expect.stringMatching(/^claim C2 is not reproduced: About three \(/),
    },
  ])
  expect(summary()).toMatch(
    /\| C1 \| reproduced \| About \\\| two \|.*\n\| C2 \| not reproduced \| About three \|/,
  )
})
