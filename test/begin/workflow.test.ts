/**
 * The workflow file, read by GitHub's own parser of workflow files (https://github.com/actions/languageservices), which
 * knows their schema, contexts and functions.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { workflowFile, workflowOf } from '../../src/begin/workflow.ts'
import { invocation } from '../../src/text/program.ts'
import { source } from '../source.ts'

let parser: typeof import('@actions/workflow-parser')
let folder: string
beforeAll(async () => {
  const built = mkdtempSync(join(tmpdir(), 'repro-parser-'))
  // Bundled, as Node wants an attribute for the JSON that it imports.
  const outfile = join(built, 'parser.cjs')
  await build({
    stdin: { contents: "export * from '@actions/workflow-parser'", resolveDir: source('.') },
    ...{ outfile, bundle: true, format: 'cjs', platform: 'node' },
  })
  parser = createRequire(import.meta.url)(outfile)
  rmSync(built, { recursive: true })
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repro-workflow-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function mistakes(content: string): Promise<readonly string[]> {
  const { context, value } = parser.parseWorkflow(
    { name: 'w.yml', content },
    new parser.NoOperationTraceWriter(),
  )
  const errors = context.errors.getErrors().map(({ message }) => message)
  if (value === undefined || errors.length > 0) return errors
  const { errors: converted = [] } = await parser.convertWorkflowTemplate(context, value)
  return converted.map(({ Message }) => Message)
}

const template = readFileSync(source('templates/workflow/paper.yml'), 'utf8')

const write = (files: Readonly<Record<string, string>>) => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}
const written = (inner = '', document = 'paper/index.md') => {
  const { files, notes, folder: top } = workflowOf(join(folder, inner), document)
  return { text: files.get(workflowFile) ?? '', notes, top }
}

describe('the template of the workflow', () => {
  it.each([
    ['as it is', template],
    ['ours', readFileSync(source('.github/workflows/ci.yml'), 'utf8')],
  ])('is without mistakes: %s', async (_, text) => {
    expect(await mistakes(text)).toEqual([])
  })

  it.each([
    ['contents: read', 'contents: raed', "Unexpected value 'raed'"],
    ['timeout-minutes: 60', 'timeot-minutes: 60', "Unexpected value 'timeot-minutes'"],
    ['needs: build', 'needs: biuld', "depends on unknown job 'biuld'"],
    ['github.ref_name', 'githb.ref_name', "Unrecognized named-value: 'githb'"],
    ['steps.publish', 'step.publish', "Unrecognized named-value: 'step'"],
    ["hashFiles('**/packages.lock.json') !=", 'hashFile() !=', "Unrecognized function: 'hashFile'"],
  ])('would be told of %s -> %s', async (from, to, message) => {
    const wrong = template.replace(from, to)
    expect(wrong).not.toBe(template)
    expect((await mistakes(wrong)).join('\n')).toContain(message)
  })

  it('builds, verifies and publishes, with what documents call the command', () => {
    const { jobs } = parse(template)
    const steps: readonly { readonly run?: string; readonly uses?: string }[] = jobs.build.steps
    expect(steps.flatMap(({ run }) => run ?? [])).toEqual([
      'npm ci',
      `${invocation} build "$DOCUMENT" --ci --trust`,
      `${invocation} verify "$DOCUMENT" --ci`,
    ])
    expect(steps.at(-1)).toMatchObject({
      uses: expect.stringContaining('upload-pages-artifact'),
      with: { path: '_build' },
    })
    expect(jobs.publish.needs).toBe('build')
  })
})

describe('a new workflow', () => {
  it('is the template with this Node, for the usual document', async () => {
    const { text, top } = written()
    const major = process.versions.node.split('.')[0]
    expect(text).toBe(template.replace('node-version: 20', `node-version: ${major}`))
    expect(top).toBe(folder)
  })

  it('names another document, whatever it is called', async () => {
    const name = 'my "notes": #1\n.md'
    const { text } = written('', name)
    expect(await mistakes(text)).toEqual([])
    expect(parse(text).env).toEqual({ DOCUMENT: name })
  })

  it('lies at the top of the repository, and works in the folder of the project', async () => {
    write({ '.git/HEAD': '', 'studies/one/paper/index.md': '' })
    const { text, top } = written('studies/one')
    expect(top).toBe(folder)
    expect(await mistakes(text)).toEqual([])
    const { defaults, jobs, env } = parse(text)
    expect(defaults.run).toEqual({ 'working-directory': 'studies/one' })
    expect(env.DOCUMENT).toBe('paper/index.md')
    expect(jobs.build.steps.at(-1).with.path).toBe('studies/one/_build')
  })

  const lock = { 'package-lock.json': '{}' }
  it.each([
    ['no package.json', {}, /no package\.json has repro as a dependency yet/],
    ['another dependency', { 'package.json': '{"dependencies": {"zx": "8"}}' }, /no package\.json has repro/],
    [
      'a package outside',
      { ...lock, 'package.json': '{"dependencies": {"repro": "file:../repro-0.1.0.tgz"}}' },
      /from \.\.\/repro-0\.1\.0\.tgz, outside of the repository/,
    ],
    ['no lock', { 'package.json': '{"devDependencies": {"repro": "^1.0.0"}}' }, /needs package-lock\.json/],
  ] as const)('says what is missing: %s', (_, files, note) => {
    write(files)
    expect(written().notes).toEqual([expect.stringMatching(note)])
  })

  it.each(['^1.0.0', 'file:vendor/repro-0.1.0.tgz', 'npm:repro-paper@^1.0.0'])(
    'is ready with %s',
    (version) => {
      write({ ...lock, 'package.json': JSON.stringify({ dependencies: { repro: version } }) })
      expect(written().notes).toEqual([])
    },
  )
})
