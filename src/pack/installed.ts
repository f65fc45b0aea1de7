/** How an archive's readers get this program: by the package.json of the project. */

import { posix } from 'node:path'
import { commandName } from '../text/program.ts'

/** Returns where a package.json takes this program from; undefined if it does not. */
export function dependencyOf(manifest: string): string | undefined {
  try {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(manifest)
    const found = dependencies[commandName] ?? devDependencies[commandName]
    return typeof found === 'string' ? found : undefined
  } catch {
    return undefined
  }
}

/** Returns the path of a dependency that is a file, as package.json writes it. */
export function dependencyPath(wanted: string): string | undefined {
  return /^file:(.*)$/.exec(wanted)?.[1] ?? /^\.{0,2}\/.*$/.exec(wanted)?.[0]
}

/** Says why `npm ci` would not install this program from an archive with these paths. */
export function installNotes(manifest: string | undefined, paths: readonly string[]): readonly string[] {
  if (manifest === undefined)
    return [
      `no package.json: the archive does not say how to install ${commandName} (npm install PACKAGE in this folder makes one)`,
    ]
  const wanted = dependencyOf(manifest)
  if (wanted === undefined) return []
  const path = dependencyPath(wanted)
  if (path !== undefined && !paths.some((one) => isAt(one, posix.normalize(path))))
    return [
      `package.json takes ${commandName} from ${path}, which is not in the archive, so \`npm ci\` fails elsewhere: copy the package into the project, npm install it from there, and commit it`,
    ]
  return paths.includes('package-lock.json')
    ? []
    : ['no package-lock.json: the archive does not say which versions `npm ci` installs']
}

/** A package is a file, or a folder with files. */
function isAt(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place.replace(/\/$/, '')}/`)
}
