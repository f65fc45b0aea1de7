/**
 * The manifest of a document's report: files that its build read, and inputs of each table and figure. If
 * nothing changed, a build exits before it loads the rest of the program.
 */

import { type Fingerprints, sha256, unchanged } from '../files/fingerprint.ts'
import { contentOf, entriesInside } from '../files/ordinary.ts'
import { defaultFormat, formats } from '../report/formats.ts'
import type { Inputs } from '../results/run.ts'
import type { Item, Seal } from '../results/seal.ts'
import { remembered } from '../text/memory.ts'

/** The report's files in one format. */
export interface WrittenReport {
  /** SHA-256 (hex) by path, relative to the project. */
  readonly files: Readonly<Record<string, string>>
  /** Inputs of the whole report when it was written. */
  readonly page: Inputs
}

export interface Manifest {
  /** Whether the report matches the document and lacks nothing; otherwise the next build runs in full. */
  readonly complete: boolean
  readonly fingerprints: Fingerprints
  /** By format: every one that was ever written, even if not by the last build. */
  readonly reports: Readonly<Record<string, WrittenReport>>
  /** Of the last build, by id; `page` is the whole report. */
  readonly steps: Readonly<Record<string, Inputs>>
  /** Digests of inputs of judgements that are none of its steps: a claim is judged by its records as well. */
  readonly judged?: readonly string[]
}

/**
 * Returns the path of a document's report: paper/index.md -> _build/index.html, paper/index.ja.md ->
 * _build/index.ja.html. Reports share a folder so that they can link to each other; outside of paper/, the
 * name includes the path. Names never collide.
 */
export function reportFile(document: string, format = defaultFormat): string {
  return `${reportsFolder}/${nameIn(format, reportName(document))}${formats.get(format)?.extension}`
}

function nameIn(format: string, name: string): string {
  return formats.get(format)?.fileName?.(name) ?? name
}

export const reportsFolder = '_build'

/** File name of a report without its extension; links from reports in the same folder start with it. */
export function reportName(document: string): string {
  const name = document.startsWith('paper/') ? flat(document.slice('paper/'.length)) : `+${flat(document)}`
  return name.endsWith('.md') ? name.slice(0, -'.md'.length) : `${name}%`
}

/** Folder beside a report for its files; `index.md` could be another report's file. */
export function filesFolder(document: string, format = defaultFormat): string {
  const name = reportName(document)
  const isLikeReport = [...formats.values()].some(({ extension }) => name.endsWith(extension))
  return nameIn(format, isLikeReport ? `${name}%files` : name)
}

/** Flattens a path to one name; escapes its %, + and what ends the path of an address. */
export function flat(path: string): string {
  return path.replace(/[%+#?]/g, (sign) => encodeURIComponent(sign)).replaceAll('/', '+')
}

const manifests = '.repro/manifests'

export function manifestFile(document: string): string {
  return `${manifests}/${flat(document)}.json`
}

export interface Place {
  readonly project: string
  /** Relative to the project. */
  readonly document: string
  readonly seal: Seal
}

/** Reads the manifest of this document's last build; undefined if this machine has made none. */
export function readManifest({ project, document, seal }: Place): Manifest | undefined {
  return read(manifestFile(document), project, seal)
}

export function everyManifest({ project, seal }: Omit<Place, 'document'>): readonly Manifest[] {
  const names = entriesInside(project, manifests) ?? []
  return names.flatMap(({ name }) => read(`${manifests}/${name}`, project, seal) ?? [])
}

/** Formats and seals a manifest; undefined if this machine has no seal. */
export function formatManifest(manifest: Manifest, { document, seal }: Place): Uint8Array | undefined {
  return seal.close(item(manifestFile(document)), JSON.stringify(manifest))
}

function read(path: string, project: string, seal: Seal): Manifest | undefined {
  const file = contentOf(project, path)
  const text = file && seal.open(item(path), file)
  if (text === undefined) return undefined
  const manifest = parse(new TextDecoder().decode(text))
  // Earlier versions had other fields.
  return 'fingerprints' in manifest ? manifest : undefined
}

/** A build asks three times. */
const parse = remembered((text): Manifest => JSON.parse(text), 4)

function item(path: string): Item {
  return { kind: 'manifest', path }
}

/** Whether the report exists in this format and a build would not change it. */
export function isUpToDate(place: Place, format = defaultFormat, manifest = readManifest(place)): boolean {
  if (!manifest?.complete) return false
  const report = manifest.reports[format]
  if (report === undefined || !isSame(report.page, manifest.steps.page)) return false
  return unchanged(place.project, manifest.fingerprints) && changedFile(place.project, report) === undefined
}

function isSame(a: Inputs, b: Inputs = {}): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

/** Describes the first file of a report that is missing or changed since it was written; else undefined. */
export function changedFile(project: string, { files }: WrittenReport): string | undefined {
  for (const [path, digest] of Object.entries(files)) {
    const content = contentOf(project, path)
    if (content === undefined) return `${path} is missing`
    if (sha256(content) !== digest) return `${path} changed since it was written`
  }
  return undefined
}
