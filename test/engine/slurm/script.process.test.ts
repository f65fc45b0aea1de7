import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { jobArguments, jobScript } from '../../../src/engine/slurm/script.ts'

function folder(name: string): string {
  const parent = mkdtempSync(join(tmpdir(), 'repro-job-'))
  onTestFinished(() => rmSync(parent, { recursive: true }))
  mkdirSync(join(parent, name))
  return join(parent, name)
}

const run = (script: string) => spawnSync('sh', ['-c', script], { encoding: 'utf8' })

test.each(['project', `it's a "project" of $HOME \`id\` \\`])(
  'the job starts its task in the folder %s',
  (name) => {
    const project = folder(name)
    const { stdout, status } = run(jobScript(project, 'array').replace(/^exec /m, 'printf "%s\\n" '))
    expect(status).toBe(0)
    const lines = stdout.split('\n')
    expect(lines[0]).toBe(process.execPath)
    expect(lines.slice(3, 5)).toEqual([project, 'array'])
  },
)

test.each([
  ['no folder', (text: string) => text.replaceAll(/'[^']*repro-job[^']*'/g, "'/nosuch'")],
  ['no Node', (text: string) => text.replaceAll(`'${process.execPath}'`, "'/nosuch'")],
  ['no file', (text: string) => text.replaceAll(/'[^']*task\.js'/g, "'/nosuch'")],
])('a node that lacks something says so: %s', (message, break_) => {
  const { stderr, status } = run(break_(jobScript(folder('project'), 'array')))
  expect(status).toBe(127)
  expect(stderr).toContain(`: ${message}`)
})

test('the task prints into a file of its array, also below a folder with a per cent sign', () => {
  const resources = { alone: false, deadlineMs: 60_000 }
  expect(jobArguments('/100%', 'a', 3, resources, [])).toContain(
    '--output=/100%%/.repro/slurm/arrays/a/%a.log',
  )
})

test('a boot that must be alone asks for a node, a board for its resource, and the user has the last word', () => {
  const args = jobArguments('/p', 'a', 3, { alone: true, gres: 'pi4xen:1', deadlineMs: 601_000 }, [
    '--time=5',
  ])
  expect(args).toEqual(expect.arrayContaining(['--array=0-2', '--exclusive', '--gres=pi4xen:1', '--time=14']))
  expect(args.at(-1)).toBe('--time=5')
})

test('the shell understands the script', () => {
  const file = join(folder('shell'), 'job.sh')
  writeFileSync(file, jobScript('/p', 'a'))
  expect(() => execFileSync('sh', ['-n', file])).not.toThrow()
})
