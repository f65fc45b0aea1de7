/** The workflow file that builds, judges and publishes a paper on GitHub. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, resolve } from 'node:path'
import { dependencyOf, dependencyPath } from '../pack/installed.ts'
import { commandName } from '../text/program.ts'
import { type NewFiles, packagePath } from './template.ts'

/** Relative to the top of the repository, the only place where GitHub looks. */
export const workflowFile = '.github/workflows/paper.yml'

export interface Workflow {
  /** The repository's top: the nearest folder upwards with `.git`, or else the project. */
  readonly folder: string
  readonly files: NewFiles
  /** What keeps it from working yet. */
  readonly notes: readonly string[]
}

/** @param document relative to the project */
export function workflowOf(project: string, document: string): Workflow {
  const folder = repositoryOf(project) ?? project
  const inner = relative(folder, project).replaceAll('\\', '/')
  const template = readFileSync(packagePath('templates/workflow/paper.yml'), 'utf8')
  const changes: readonly (readonly [string, string])[] = [
    [
      'DOCUMENT: paper/index.md\n',
      `DOCUMENT: ${scalar(document)}\n${inner === '' ? '' : `defaults:\n  run:\n    working-directory: ${scalar(inner)}\n`}`,
    ],
    // Results depend on the major version of Node that they were measured with.
    ['node-version: 20', `node-version: ${process.versions.node.split('.')[0]}`],
    ['path: _build', `path: ${scalar(posix.join(inner, '_build'))}`],
  ]
  let text = template
  for (const [from, to] of changes) text = text.replace(from, () => to)
  return { folder, files: new Map([[workflowFile, text]]), notes: notesOn(folder, project) }
}

/** A YAML text; plain if it cannot be taken for anything else. */
function scalar(text: string): string {
  return /^[\w][\w./-]*$/.test(text) ? text : JSON.stringify(text)
}

function repositoryOf(project: string): string | undefined {
  for (let folder = resolve(project); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder
    if (folder === dirname(folder)) return undefined
  }
}

/** The folder of the nearest package.json, relative to the repository. */
function manifestFolder(top: string, project: string): string {
  for (let folder = project; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) || folder === top) return relative(top, folder)
  }
}

function notesOn(top: string, project: string): readonly string[] {
  const folder = join(top, manifestFolder(top, project))
  const manifest = join(folder, 'package.json')
  const wanted = existsSync(manifest) ? dependencyOf(readFileSync(manifest, 'utf8')) : undefined
  if (wanted === undefined)
    return [
      `The workflow runs \`npm ci\`, but no package.json has ${commandName} as a dependency yet: \`npm install\` it here, and ` +
        'commit package.json and package-lock.json.',
    ]
  const path = dependencyPath(wanted)
  const place = path === undefined ? '' : relative(top, resolve(folder, path))
  if (/^\.\.(?:\/|$)/.test(place))
    return [
      `package.json takes ${commandName} from ${path}, outside of the repository, where the workflow cannot find it: copy the ` +
        'package into the repository, install it from there, and commit it.',
    ]
  return existsSync(join(folder, 'package-lock.json'))
    ? []
    : ['The workflow runs `npm ci`, which needs package-lock.json: commit it.']
}
