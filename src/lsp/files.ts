/** Files of a project that a document may name, for completion. */

import { entriesInside, FileError } from '../files/ordinary.ts'
import type { Look } from '../project/live.ts'

/** Of a project, which may be large. */
const mostNames = 20_000
const mostFiles = 200

/** Outputs of builds, offered only where their folder is written already. */
const outputs = ['results']
const closed = new Set(['_build', 'node_modules'])

/**
 * Returns files whose names end in one of `endings`, the shallow ones first. Enters no hidden folder and
 * follows no links, which may leave the project.
 */
export function filesEnding(
  endings: readonly string[],
  written: string,
  { project }: { readonly project: string },
): readonly string[] {
  const found: string[] = []
  const folders = ['']
  let names = 0
  for (let folder = folders.shift(); folder !== undefined && names < mostNames; folder = folders.shift()) {
    for (const { name, type } of entriesOf(project, folder)) {
      names += 1
      const path = `${folder}${name}`
      if (name.startsWith('.') || closed.has(name)) continue
      if (type === 'folder') {
        if (!outputs.includes(path) || written.startsWith(`${path}/`)) folders.push(`${path}/`)
      } else if (type === 'file' && endings.some((one) => name.toLowerCase().endsWith(one.toLowerCase())))
        found.push(path)
    }
  }
  // Editors choose among what they are given.
  const fitting = found.length > mostFiles ? found.filter((path) => path.startsWith(written)) : found
  return fitting.slice(0, mostFiles)
}

function entriesOf(project: string, folder: string): ReturnType<typeof entriesInside> & {} {
  try {
    return entriesInside(project, folder === '' ? '.' : folder) ?? []
  } catch (error) {
    if (error instanceof FileError) return []
    throw error
  }
}

/** Beginning of a file in which its first line stands. */
const headBytes = 65_536

/** The beginning of a file that a document may name; undefined if there is none. */
export function headOf(path: string, { files }: Pick<Look, 'files'>): string | undefined {
  if (files.problem(path) !== undefined) return undefined
  const bytes = files.read(path)
  return bytes && new TextDecoder().decode(bytes.subarray(0, headBytes))
}
