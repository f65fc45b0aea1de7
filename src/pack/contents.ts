/** The files of an archive: those of the project, the report, and what says what all of them are. */

import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { sha256 } from '../results/files.ts'
import { appendix } from './appendix.ts'
import { appendixPage } from './appendixpage.ts'
import { checksums, type Packed } from './archive.ts'
import { type Artifact, recordedFiles } from './artifact.ts'
import { codecheck } from './codecheck.ts'
import { crateText } from './crate.ts'
import { PackError } from './error.ts'
import { markdownText } from './markdown.ts'

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
    ...paths.map((path) => read(project, path)),
    text('ARTIFACT.md', markdownText(tree)),
    text('ARTIFACT.html', await appendixPage(tree, page)),
    text('codecheck.yml', codecheck(artifact, own)),
  ]
  const described = stated.map(({ path, content }) => ({
    path,
    content: { bytes: content.length, sha256: sha256(content) },
  }))
  const crate = text(
    'ro-crate-metadata.json',
    await crateText(artifact, [...described, { path: 'SHA256SUMS' }]),
  )
  const all = [...stated, crate]
  return [...all, text('SHA256SUMS', checksums(all))]
}

function read(project: string, path: string): Packed {
  const place = join(project, path)
  const found = lstatSync(place)
  if (found.isSymbolicLink()) {
    const target = readlinkSync(place)
    if (relative(project, resolve(place, '..', target)).startsWith('..'))
      throw new PackError(`${path} is a link that leaves the project: ${target}; put the file in its place`)
    return { path, content: Buffer.from(target), kind: 'link' }
  }
  if (!found.isFile())
    throw new PackError(`${path} is no file (a submodule?): commit its files instead, or leave it out`)
  return { path, content: readFileSync(place), kind: (found.mode & 0o100) === 0 ? 'file' : 'program' }
}
