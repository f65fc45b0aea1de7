/**
 * The manifest of a document's report: what the build that wrote it looked at, and what went into each table and figure. A build
 * that would see the same again has nothing to do, and says so before anything else of this program is loaded.
 */

import { entriesInside, FileError, readInside } from '../files/ordinary.ts'
import { type Notes, sha256, unchanged } from '../files/tracked.ts'
import type { Inputs } from '../results/run.ts'
import type { Item, Seal } from '../results/seal.ts'

export interface Manifest {
  /** Whether the report is as the document has it, and nothing is missing: only then is there nothing to do. */
  readonly complete: boolean
  readonly notes: Notes
  /** SHA-256 (hex) of the report. */
  readonly report: string
  /** By id; the whole report stands under `page`. */
  readonly steps: Readonly<Record<string, Inputs>>
}

/**
 * Where the report of a document lies: paper/index.md has _build/index.html, paper/index.ja.md has _build/index.ja.html. All lie in one
 * folder, so that they can link to each other; one from outside of paper/ keeps its path in its name. No two documents share one.
 */
export function reportFile(document: string): string {
  const name = document.startsWith('paper/') ? flat(document.slice('paper/'.length)) : `+${flat(document)}`
  return `_build/${name.endsWith('.md') ? name.slice(0, -'.md'.length) : `${name}%`}.html`
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
  return text && (JSON.parse(new TextDecoder().decode(text)) as Manifest)
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

/** Whether the report is there and a build would write the same again. */
export function isUpToDate(place: Place): boolean {
  const { project, document } = place
  const manifest = readManifest(place)
  if (!manifest?.complete) return false
  return unchanged(project, manifest.notes) && reportDigest(project, document) === manifest.report
}

/** SHA-256 (hex) of the document's report; undefined if there is none. */
export function reportDigest(project: string, document: string): string | undefined {
  const report = contentOf(project, reportFile(document))
  return report && sha256(report)
}
