/** The compiler of PDF is optional: without it the build says what to do before it runs anything. */

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { compilerPackage, compilerVersion } from '../../../src/report/print/compiler.ts'
import { project, repro, write } from '../../project.ts'
import { source } from '../../source.ts'

const paper = { 'paper/index.md': '---\ntitle: T\n---\n\nText with 日本 and 🦄.\n' }

it('is named with the version that package.json pins', () => {
  const { peerDependencies } = JSON.parse(readFileSync(source('package.json'), 'utf8'))
  expect(peerDependencies).toEqual({ [compilerPackage]: compilerVersion })
})

it('is looked for beside the program, and not in the project', () => {
  write({
    ...paper,
    'node_modules/@myriaddreamin/typst-ts-node-compiler/package.json': '{"main": "index.js"}',
    'node_modules/@myriaddreamin/typst-ts-node-compiler/index.js':
      "require('fs').writeFileSync('ran.txt', '')",
  })
  const program = mkdtempSync(join(tmpdir(), 'repro-program-'))
  onTestFinished(() => rmSync(program, { recursive: true }))
  cpSync(source('dist'), join(program, 'dist'), { recursive: true })
  cpSync(source('package.json'), join(program, 'package.json'))
  const run = (format: string) =>
    spawnSync(process.execPath, [join(program, 'dist/cli.cjs'), 'build', '--to', format], {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, REPRO_CACHE: join(project, 'cache') },
    })
  for (const format of ['pdf', 'latex']) {
    const { status, stderr } = run(format)
    expect(stderr).toContain(
      `--to ${format} needs the Typst compiler (51 MB), which is not installed beside this program: npm install ${compilerPackage}@${compilerVersion}`,
    )
    expect(status).toBe(2)
  }
  expect(existsSync(join(project, 'ran.txt'))).toBe(false)
  expect(run('typst').status).toBe(0)
  expect(existsSync(join(project, '_build/index.typ'))).toBe(true)
})

it('tells of characters without a font at their place, and still prints', async () => {
  write({ 'paper/index.md': '---\ntitle: T\n---\n\nText with 🦄.\n' })
  const { out, err, exitCode } = await repro('build', '--to', 'pdf')
  expect({ out, exitCode }).toEqual({ out: '_build/index.pdf\n', exitCode: 2 })
  expect(err).toContain('paper/index.md:5:1 error pdf: no font has 🦄 (U+1F984): write something else')
  expect(readFileSync(join(project, '_build/index.pdf')).subarray(0, 5).toString()).toBe('%PDF-')
})
