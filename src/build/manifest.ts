/**
 * The manifest of a document's report: what the build that wrote it looked at, and what went into each table and figure. A build
 * that would see the same again has nothing to do, and says so before anything else of this program is loaded.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Notes, sha256, unchanged } from '../results/files.ts'
import type { Inputs } from '../results/run.ts'

export interface Manifest {
  readonly schema: 1
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
 * folder, so that they can link to each other; one from outside of paper/ keeps its path in its name.
 */
export function reportFile(document: string): string {
  const name = document.startsWith('paper/') ? document.slice('paper/'.length) : `+${document}`
  return `_build/${name.replaceAll('/', '+').replace(/\.md$/, '')}.html`
}

const manifests = '.repro/manifests'

/** Where the manifest of a document lies, relative to the project. */
export function manifestFile(document: string): string {
  return `${manifests}/${document.replaceAll('/', '+')}.json`
}

/** The manifest of the last build of this document; undefined if there is none that can be read. */
export function readManifest(project: string, document: string): Manifest | undefined {
  return read(join(project, manifestFile(document)))
}

/** Of all documents that were built here. */
export function everyManifest(project: string): readonly Manifest[] {
  const folder = join(project, manifests)
  return readdirSync(folder).flatMap((name) => read(join(folder, name)) ?? [])
}

function read(path: string): Manifest | undefined {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Manifest
    return found.schema === 1 ? found : undefined
  } catch {
    return undefined
  }
}

/** Whether the report is there and a build would write the same again. */
export function isUpToDate(project: string, document: string): boolean {
  const manifest = readManifest(project, document)
  if (!manifest?.complete) return false
  return unchanged(project, manifest.notes) && reportDigest(project, document) === manifest.report
}

/** SHA-256 (hex) of the document's report; undefined if there is none. */
export function reportDigest(project: string, document: string): string | undefined {
  try {
    return sha256(readFileSync(join(project, reportFile(document))))
  } catch {
    return undefined
  }
}
