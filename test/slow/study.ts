/** The study's reports in both languages, for tests that only look at them, or build on: built once in a run of the tests. */

import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { exclusively } from '../../src/files/exclusive.ts'
import { runFolder } from '../build.ts'
import { fillProject, repro } from './project.ts'

export const editions = ['paper/index.md', 'paper/index.ja.md'] as const

export interface Study {
  /** Its folder, in which nothing may be changed. */
  readonly project: string
  /** Documents -> their pages. */
  readonly pages: ReadonlyMap<string, string>
}

/** Returns the study with its reports, which the first test file that asks for it builds. */
export async function builtStudy(): Promise<Study> {
  const folder = runFolder()
  const [project, list] = [join(folder, 'study'), join(folder, 'study.json')]
  await exclusively(join(folder, 'study.lock'), { what: 'study' }, async () => {
    if (existsSync(list)) return
    await mkdir(project)
    await fillProject(project, ['experiments', 'figures', 'paper', 'results', 'CITATION.cff', 'package.json'])
    const pages: (readonly [string, string])[] = []
    for (const document of editions) {
      const { out, err, exitCode } = await repro(project, 'build', document)
      expect(exitCode, err).toBe(0)
      expect(err).not.toMatch(/^run /m)
      pages.push([document, join(project, out.trim())])
    }
    await writeFile(list, JSON.stringify(pages))
  })
  return { project, pages: new Map(JSON.parse(await readFile(list, 'utf8')) as [string, string][]) }
}
