/** The files of an archive: those of the project, the report, and what says what all of them are. */

import { lstatSync, readlinkSync, type Stats } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { FileError, placeIn, readInside, realIn } from '../files/ordinary.ts'
import { sha256 } from '../files/tracked.ts'
import { markdownText } from '../text/markdown.ts'
import { appendix } from './appendix.ts'
import { appendixPage } from './appendixpage.ts'
import { checksums, type Packed } from './archive.ts'
import { type Artifact, recordedFiles } from './artifact.ts'
import { codecheck } from './codecheck.ts'
import { crateText } from './crate.ts'
import { PackError } from './error.ts'

/** What the archive has at its root in any case, in the place of the project's own. */
export const added = ['ARTIFACT.html', 'ARTIFACT.md', 'SHA256SUMS', 'codecheck.yml', 'ro-crate-metadata.json']

/** Every file of the archive; the last ones say what the others are. */
export async function contents(
  artifact: Artifact,
  {
    project,
    archive,
    own,
  }: { readonly project: string; readonly archive: string; readonly own: string | undefined },
): Promise<readonly Packed[]> {
  const reports = [artifact.report, ...artifact.editions.map(({ report }) => report)]
  const paths = [...new Set([...artifact.paths, ...artifact.runs.flatMap(recordedFiles), ...reports])]
    .filter((path) => !added.includes(path))
    .sort()
  const text = (path: string, content: string): Packed => ({
    path,
    content: Buffer.from(content),
    kind: 'file',
  })
  const tree = appendix(artifact, archive)
  const { generator, metadata } = artifact
  const page = { title: `Artifact appendix: ${metadata.title}`, lang: 'en', generator }
  const stated = [
    ...paths.map((path) => packedFile(project, path)),
    text('ARTIFACT.md', markdownText(tree)),
    text('ARTIFACT.html', await appendixPage(tree, page)),
    text('codecheck.yml', codecheck(artifact, own)),
  ]
  const described = stated.map(({ path, content }) => ({
    path,
    content: { bytes: content.length, sha256: sha256(content) },
  }))
  const crate = text('ro-crate-metadata.json', crateText(artifact, [...described, { path: 'SHA256SUMS' }]))
  const all = [...stated, crate]
  return [...all, text('SHA256SUMS', checksums(all))]
}

/** Node reads no more of one file into memory. */
const mostBytes = 2 ** 31 - 1

/** A file as an archive holds it. Throws a PackError for names and links that hurt who unpacks it, and a FileError for what cannot be read. */
export function packedFile(project: string, path: string): Packed {
  requireSafeName(path)
  const place = join(project, path)
  const found = lstatSync(place)
  if (found.isSymbolicLink()) {
    const target = readlinkSync(place)
    if (isAbsolute(target) || leadsOut(project, path, target))
      throw new PackError(`${path} is a link that leaves the project: ${target}; put the file in its place`)
    return { path, content: Buffer.from(target), kind: 'link' }
  }
  if (!found.isFile()) throw new PackError(`${path} is ${kindOf(found)}`)
  const content = readInside(project, path, mostBytes)?.content ?? new Uint8Array()
  return { path, content, kind: (found.mode & 0o100) === 0 ? 'file' : 'program' }
}

function kindOf(found: Stats): string {
  return found.isDirectory()
    ? 'no file (a submodule?): commit its files instead, or leave it out'
    : 'a pipe, a socket or a device, which no archive holds: delete it'
}

/** By what it says, also if nothing is there, and by other links. */
function leadsOut(project: string, path: string, target: string): boolean {
  try {
    placeIn(project, join(dirname(path), target))
    realIn(project, path)
    return false
  } catch (error) {
    if (error instanceof FileError) return true
    throw error
  }
}

/** What unpacks an archive may take a backslash for a slash, and `C:` for a disk; a checksum's line ends with the line. */
function requireSafeName(path: string): void {
  // oxlint-disable-next-line no-control-regex -- these are what is refused
  if (!/[\u0000-\u001f\u007f\\]/.test(path) && !/(?:^|\/)[A-Za-z]:/.test(path)) return
  throw new PackError(
    `${JSON.stringify(path)}: no name for an archive (a control character, a backslash or a disk): rename it`,
  )
}
