/** What a build saw of the project's files, and whether it would see the same again. */

import * as crypto from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { isAbsolute } from 'node:path'
import {
  type Content,
  type Entry,
  entriesInside,
  FileError,
  pathInside,
  readInside,
  readOrdinary,
  statusOf,
} from './ordinary.ts'
import { variableDigest } from './variable.ts'

/** An access: a file's digest and stamp, a folder's names (subfolders end in a slash), or nothing. */
export type Fingerprint =
  | { readonly type: 'file'; readonly stamp: string; readonly sha256: string }
  | { readonly type: 'folder'; readonly names: readonly string[] }
  | { readonly type: 'nothing' }
  /** The value of an environment variable; without a digest it was not set. */
  | { readonly type: 'variable'; readonly name: string; readonly digest?: string }
  /** May have changed unnoticed: the next build looks at everything. */
  | { readonly type: 'doubtful' }

/** By the path as requested: relative to the project, or absolute. */
export type Fingerprints = Readonly<Record<string, Fingerprint>>

const ofRun = /^(?:\.repro|results)\//

/** True if a build would see the same again. Files with another stamp are compared by content. */
export function unchanged(project: string, fingerprints: Fingerprints): boolean {
  try {
    const all = Object.entries(fingerprints)
    // What people edit first: of a thousand runs, none has changed.
    return [...all.filter(([path]) => !ofRun.test(path)), ...all.filter(([path]) => ofRun.test(path))].every(
      ([path, fingerprint]) => isUnchanged(project, path, fingerprint),
    )
  } catch (error) {
    if (error instanceof FileError) return false // the build will report it
    throw error
  }
}

/** As `unchanged`, of one path. */
export function isUnchanged(project: string, path: string, fingerprint: Fingerprint): boolean {
  switch (fingerprint.type) {
    case 'nothing':
      return statusOf(placeOf(project, path)) === undefined
    case 'folder':
      return entriesInside(project, path)?.map(nameOf).join('\n') === fingerprint.names.join('\n')
    case 'file':
      return stampAt(project, path) === fingerprint.stamp || digestAt(project, path) === fingerprint.sha256
    case 'variable':
      return variableDigest(fingerprint.name) === fingerprint.digest
    default:
      return false // written by another version
  }
}

function digestAt(project: string, path: string): string | undefined {
  const found = look(project, path)
  return found && sha256(found.content)
}

/** Reads a file of the project, or, by an absolute path, one of the program's own. */
export function look(project: string, path: string): Content | undefined {
  return isAbsolute(path) ? readOrdinary(path) : readInside(project, path)
}

function placeOf(project: string, path: string): string {
  return isAbsolute(path) ? path : pathInside(project, path)
}

/** As in a folder's fingerprint. */
export function nameOf({ name, type }: Entry): string {
  return type === 'folder' ? `${name}/` : name
}

/** A file changed this recently may change again within the same stamp, so it gets none (as in git). */
const racyNs = 20_000_000n
/** The same on file systems that keep times in whole seconds, or in every second one. */
const racyCoarseNs = 2_000_000_000n
const secondNs = 1_000_000_000n

/** Returns size, inode and times of a file; empty if it changed just now. */
export function stampOf({ size, ino, mtimeNs, ctimeNs }: BigIntStats): string {
  const nowNs = BigInt(Date.now()) * 1_000_000n
  const recentNs = ctimeNs % secondNs === 0n ? racyCoarseNs + racyNs : racyNs
  if (nowNs - mtimeNs < recentNs || nowNs - ctimeNs < recentNs) return ''
  return `${size} ${ino} ${mtimeNs} ${ctimeNs}`
}

/** Returns the stamp of a path; undefined if there is no file, or it changed just now. */
export function stampAt(project: string, path: string): string | undefined {
  const found = statusOf(placeOf(project, path))
  return found?.isFile() ? stampOf(found) || undefined : undefined
}

/** Returns the SHA-256 (hex) of a file's content or a text. */
export function sha256(content: Uint8Array | string): string {
  // At once takes half as long; since Node 20.12.
  return crypto.hash
    ? crypto.hash('sha256', content)
    : crypto.createHash('sha256').update(content).digest('hex')
}
