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

export const reportFile = '_build/index.html'

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
  return unchanged(project, manifest.notes) && reportDigest(project) === manifest.report
}

/** SHA-256 (hex) of the report; undefined if there is none. */
export function reportDigest(project: string): string | undefined {
  try {
    return sha256(readFileSync(join(project, reportFile)))
  } catch {
    return undefined
  }
}
