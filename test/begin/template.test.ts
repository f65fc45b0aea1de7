import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { templateFiles, templates, writeNew } from '../../src/begin/template.ts'
import { projectFiles } from '../../src/testbeds/xen-qemu/image.ts'
import type { Toolchain } from '../../src/toolchain/toolchain.ts'
import { source } from '../source.ts'

it('what templates take from this project is in the package', () => {
  const { files } = JSON.parse(readFileSync(source('package.json'), 'utf8')) as { files: readonly string[] }
  const taken = [...templates.values()].flatMap(({ more }) => more)
  expect(taken).not.toEqual([])
  expect(taken.filter((path) => !files.includes(path))).toEqual([])
})

it('a paper of the template xen has what an emulated board takes from its project', async () => {
  const project = mkdtempSync(join(tmpdir(), 'repro-template-'))
  onTestFinished(() => rmSync(project, { recursive: true }))
  const template = templates.get('xen')
  if (template) writeNew(project, templateFiles(template))
  const compiled: string[] = []
  const toolchain = {
    compile: async (sources: readonly string[]) => {
      compiled.push(...sources)
      return new Uint8Array()
    },
  } as unknown as Toolchain
  // Throws for a script that is not there.
  await projectFiles(toolchain, { project })
  expect(compiled.map((path) => existsSync(path))).toEqual([true])
})
