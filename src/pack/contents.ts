/** Collects the files of an archive: the project's, the report, and the metadata. */

import { lstatSync, readlinkSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { sha256 } from '../files/fingerprint.ts'
import { FileError, pathInside, readInside, realPathInside } from '../files/ordinary.ts'
import type { Files } from '../files/tracked.ts'
import { formats } from '../report/formats.ts'
import { markdownText } from '../text/markdown.ts'
import { ExplainedError } from '../text/message.ts'
import { appendix } from './appendix.ts'
import { checksums, type PackedFile } from './archive.ts'
import { type Artifact, recordedFiles } from './artifact.ts'
import { codecheck, keptCodecheck } from './codecheck.ts'
import { crateText } from './crate.ts'
import { readYaml } from './metadata.ts'

const pages = [...formats.values()].flatMap(({ extension, page }) =>
  page === undefined ? [] : [{ path: `ARTIFACT${extension}`, load: page }],
)

/** Files that the archive always has at its root; they replace the project's own. */
export const generatedFiles: readonly string[] = [
  ...pages.map(({ path }) => path),
  'ARTIFACT.md',
  'SHA256SUMS',
  'codecheck.yml',
  'ro-crate-metadata.json',
]

export async function contents(
  artifact: Artifact,
  project: string,
  archive: string,
  files: Files,
): Promise<readonly PackedFile[]> {
  const reports = [artifact.report, ...artifact.translations.map(({ report }) => report)]
  const paths = [...new Set([...artifact.paths, ...artifact.runs.flatMap(recordedFiles), ...reports])]
    .filter((path) => !generatedFiles.includes(path))
    .sort()
  const text = (path: string, content: string): PackedFile => {
    return { path, content: Buffer.from(content), kind: 'file' }
  }
  const tree = appendix(artifact, archive)
  const { generator, metadata } = artifact
  const facts = { title: `Artifact appendix: ${metadata.title}`, lang: 'en', generator }
  const stated = [
    ...paths.map((path) => packedFile(project, path)),
    text('ARTIFACT.md', markdownText(tree)),
    ...(await Promise.all(
      pages.map(async ({ path, load }) => text(path, await (await load())(tree, facts))),
    )),
    text('codecheck.yml', codecheck(artifact, readYaml(keptCodecheck, 'codecheck.yml', files))),
  ]
  const described = stated.map(({ path, content }) => ({
    path,
    content: { bytes: content.length, sha256: sha256(content) },
  }))
  const crate = text('ro-crate-metadata.json', crateText(artifact, [...described, { path: 'SHA256SUMS' }]))
  const all = [...stated, crate]
  return [...all, text('SHA256SUMS', checksums(all))]
}

/** Node's limit for reading a file into memory. */
const mostBytes = 2 ** 31 - 1

/**
 * Reads a file for the archive. Throws an ExplainedError for names and links that are unsafe to unpack, and a
 * FileError for unreadable files.
 */
export function packedFile(project: string, path: string): PackedFile {
  requireSafeName(path)
  const place = join(project, path)
  const found = lstatSync(place)
  if (found.isSymbolicLink()) {
    const target = readlinkSync(place)
    if (isAbsolute(target) || leadsOut(project, path, target))
      throw new ExplainedError(
        `${path} is a link that leaves the project: ${target}; put the file in its place`,
      )
    return { path, content: Buffer.from(target), kind: 'link' }
  }
  if (found.isDirectory())
    throw new ExplainedError(`${path} is a folder (a submodule?): commit its files instead, or leave it out`)
  if (!found.isFile())
    throw new ExplainedError(`${path} is a pipe, a socket or a device, which no archive holds: delete it`)
  const content = readInside(project, path, mostBytes)?.content ?? new Uint8Array()
  return { path, content, kind: (found.mode & 0o100) === 0 ? 'file' : 'program' }
}

/** Checks both the link's text (its target may not exist) and where it really leads. */
function leadsOut(project: string, path: string, target: string): boolean {
  try {
    pathInside(project, join(dirname(path), target))
    realPathInside(project, path)
    return false
  } catch (error) {
    if (error instanceof FileError) return true
    throw error
  }
}

/** Unpackers may take a backslash for a slash, and `C:` for a disk; a line feed would break SHA256SUMS. */
function requireSafeName(path: string): void {
  // oxlint-disable-next-line no-control-regex -- these are what is refused
  if (!/[\u0000-\u001f\u007f\\]/.test(path) && !/(?:^|\/)[A-Za-z]:/.test(path)) return
  throw new ExplainedError(
    `${JSON.stringify(path)}: no name for an archive (a control character, a backslash or a disk): rename it`,
  )
}
