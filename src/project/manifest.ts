/**
 * The manifest of a document's report: what the build that wrote it looked at, and what went into each table and figure. A build
 * that would see the same again has nothing to do, and says so before anything else of this program is loaded.
 */

import { entriesInside, FileError, readInside } from '../files/ordinary.ts'
import { type Notes, sha256, unchanged } from '../files/tracked.ts'
import { defaultFormat, formats } from '../report/formats.ts'
import type { Inputs } from '../results/run.ts'
import type { Item, Seal } from '../results/seal.ts'

export interface Manifest {
  /** Whether the report is as the document has it, and nothing is missing: only then is there nothing to do. */
  readonly complete: boolean
  readonly notes: Notes
  /** By format: SHA-256 (hex) of the report's files by path. All were made from the same steps. */
  readonly reports: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** By id; the whole report stands under `page`. */
  readonly steps: Readonly<Record<string, Inputs>>
}

/**
 * The path of a document's report: paper/index.md has _build/index.html, paper/index.ja.md has _build/index.ja.html. All lie in one
 * folder, so that they can link to each other; one from outside of paper/ keeps its path in its name. No two documents share one.
 */
export function reportFile(document: string, format = defaultFormat): string {
  return `${reportsFolder}/${reportName(document)}${formats.get(format)?.extension}`
}

export const reportsFolder = '_build'

/** The name of a report's file without its extension; the address of a report in the same folder starts with it. */
export function reportName(document: string): string {
  const name = document.startsWith('paper/') ? flat(document.slice('paper/'.length)) : `+${flat(document)}`
  return name.endsWith('.md') ? name.slice(0, -'.md'.length) : `${name}%`
}

/** The folder beside a report for what it needs; `index.md` could be another report's file. */
export function filesFolder(document: string): string {
  const name = reportName(document)
  const isLikeReport = [...formats.values()].some(({ extension }) => name.endsWith(extension))
  return isLikeReport ? `${name}%files` : name
}

/** A path as one name; % and + of the path itself are escaped. */
function flat(path: string): string {
  return path.replaceAll('%', '%25').replaceAll('+', '%2B').replaceAll('/', '+')
}

const manifests = '.repro/manifests'

/** Where the manifest of a document lies, relative to the project. */
export function manifestFile(document: string): string {
  return `${manifests}/${flat(document)}.json`
}

/** What a manifest is read in. */
export interface Place {
  /** Absolute path. */
  readonly project: string
  /** The document, relative to the project. */
  readonly document: string
  readonly seal: Seal
}

/** The manifest of the last build of this document; undefined if there is none that was made here. */
export function readManifest({ project, document, seal }: Place): Manifest | undefined {
  return read(manifestFile(document), project, seal)
}

/** Of all documents that were built here. */
export function everyManifest({ project, seal }: Omit<Place, 'document'>): readonly Manifest[] {
  const names = entriesInside(project, manifests) ?? []
  return names.flatMap(({ name }) => read(`${manifests}/${name}`, project, seal) ?? [])
}

/** As a file's content; undefined if this machine can keep none. */
export function formatManifest(manifest: Manifest, { document, seal }: Place): Uint8Array | undefined {
  return seal.close(item(manifestFile(document)), JSON.stringify(manifest))
}

function read(path: string, project: string, seal: Seal): Manifest | undefined {
  const file = contentOf(project, path)
  const text = file && seal.open(item(path), file)
  if (text === undefined) return undefined
  const manifest: Manifest = JSON.parse(new TextDecoder().decode(text))
  // An earlier version of this program knew one format only.
  return 'reports' in manifest ? manifest : undefined
}

function item(path: string): Item {
  return { kind: 'manifest', path }
}

/** Content of what this program once wrote; undefined if it is not there, or cannot be what was written. */
export function contentOf(project: string, path: string): Uint8Array | undefined {
  try {
    return readInside(project, path)?.content
  } catch (error) {
    if (error instanceof FileError) return undefined
    throw error
  }
}

/** Whether the report is there in a format, and a build would write the same again. */
export function isUpToDate(place: Place, format = defaultFormat): boolean {
  const manifest = readManifest(place)
  if (!manifest?.complete) return false
  return unchanged(place.project, manifest.notes) && isWritten(place.project, manifest.reports[format])
}

/** Whether the files of a report are as they were written; `files` are the manifest's. */
export function isWritten(project: string, files: Manifest['reports'][string] | undefined): boolean {
  if (files === undefined) return false
  return Object.entries(files).every(([path, digest]) => {
    const content = contentOf(project, path)
    return content !== undefined && sha256(content) === digest
  })
}
