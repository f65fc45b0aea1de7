/**
 * Finds installed programs on PATH, and none that a project brings: tools such as npm and direnv put folders of projects
 * there.
 */

import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'

/** Returns the absolute path of a program; `absent` is told of files that would come before it. */
export function findInstalled(
  name: string,
  project: string,
  absent: (file: string) => void = () => {},
): string | undefined {
  for (const folder of installedFolders(project)) {
    const file = join(folder, name)
    // A link in such a folder may lead into the project.
    if (isExecutable(file) && !homesOf(project).some((home) => isInside(home, realPathOf(file)))) return file
    absent(file)
  }
  return undefined
}

const systemFolders = ['/usr', '/bin', '/sbin', '/opt', '/nix', '/snap']

/** Whether a program that is named by its path is an installed one, which may be asked for its version. */
export function isInstalled(file: string, project: string): boolean {
  const [path, real] = [resolve(file), realPathOf(file)]
  // Neither a program of the project, nor a link of its to an installed one, which may read settings beside the link.
  if (homesOf(project).some((home) => isInside(home, path) || isInside(home, real))) return false
  return [...systemFolders, ...installedFolders(project)].some((folder) => isInside(realPathOf(folder), real))
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? folder : `${folder}/`)
}

export function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** PATH without the folders of the project, for programs that start others. */
export function installedPath(project: string): string {
  return installedFolders(project).join(delimiter)
}

function installedFolders(project: string): readonly string[] {
  const homes = homesOf(project)
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(
      (folder) =>
        isAbsolute(folder) &&
        !/\/node_modules\/\.bin\/?$/.test(folder) &&
        !homes.some((home) => isInside(home, folder) || isInside(home, realPathOf(folder))),
    )
}

/** The project, and the repository that it is a part of: what a stranger may have written. */
function homesOf(project: string): readonly string[] {
  const path = resolve(project)
  const known = homes.get(path)
  if (known) return known
  const found = [path, repositoryOf(path)].flatMap((one) => (one === undefined ? [] : [one, realPathOf(one)]))
  homes.set(path, found)
  return found
}

const homes = new Map<string, readonly string[]>()

function repositoryOf(project: string): string | undefined {
  for (let folder = project; folder !== dirname(folder); folder = dirname(folder)) {
    // Some keep their home folder in git; programs of theirs lie there.
    if (folder === homedir()) return undefined
    if (existsSync(join(folder, '.git'))) return folder
  }
  return undefined
}
