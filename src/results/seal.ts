/**
 * Seals tell what this machine made from what a repository brought. What is trusted in .repro/ (manifests, what was rendered,
 * runs, finished boots and trials) carries an HMAC-SHA256 over what it is, where it lies in the project, and its bytes. The key never
 * leaves the cache folder of this machine. Without a valid seal a thing is foreign: it is not even parsed.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { cacheFolder } from '../testbed/cache.ts'

export interface Item {
  readonly kind: 'manifest' | 'rendered' | 'run' | 'boot' | 'trial'
  /** Relative to the project. */
  readonly path: string
}

export interface Seal {
  /** In hexadecimal. Undefined when this machine can keep no key. */
  sign(item: Item, content: Uint8Array | string): string | undefined
  /** Whether `signature` is this machine's for it. An item for which it is not counts as foreign. */
  verify(item: Item, content: Uint8Array | string, signature: string): boolean
  /** Content with its signature before it, as one file. */
  close(item: Item, content: Uint8Array | string): Uint8Array | undefined
  /** The content of such a file; undefined if it is foreign. */
  open(item: Item, file: Uint8Array): Uint8Array | undefined
  /** Whether it is this machine's, without counting it if it is not. */
  isOurs(item: Item, file: Uint8Array): boolean
  /** Counts an item as foreign whose content is not what was sealed. */
  refuse(item: Item): void
  /** What was not trusted, and why, for the user; undefined if there is nothing since it was last asked. */
  note(): string | undefined
}

const digits = 64
const keyBytes = 32

/** `cache` is the folder of testbed/cache.ts; a key is made in it when something is signed for the first time. */
export function openSeal(project: string, cache = cacheFolder()): Seal {
  const place = { file: join(resolve(cache), 'machine.key'), project }
  const foreign = new Set<string>()
  let problem: string | undefined
  let key: Buffer | undefined
  let told = `0 ${problem}`
  const find = (make: boolean): Buffer | undefined => {
    if (key !== undefined || problem !== undefined) return key
    try {
      key = readKey(place) ?? (make ? makeKey(place) : undefined)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      problem = `cannot use ${place.file} (${code ?? message})`
    }
    return key
  }
  const sign = (item: Item, content: Uint8Array | string): string | undefined => {
    const found = find(true)
    return found && signature(found, item, content)
  }
  const fits = (item: Item, content: Uint8Array | string, given: string): boolean => {
    const found = find(false)
    return found !== undefined && same(signature(found, item, content), given)
  }
  const verify = (item: Item, content: Uint8Array | string, given: string): boolean => {
    const good = fits(item, content, given)
    if (!good) foreign.add(item.path)
    return good
  }
  return {
    sign,
    verify,
    close(item, content) {
      const own = sign(item, content)
      return own === undefined ? undefined : Buffer.concat([Buffer.from(own), Buffer.from(content)])
    },
    open(item, file) {
      const [given, content] = parts(file)
      return verify(item, content, given) ? content : undefined
    },
    isOurs(item, file) {
      const [given, content] = parts(file)
      return fits(item, content, given)
    },
    refuse: ({ path }) => void foreign.add(path),
    note() {
      const news = `${foreign.size} ${problem}`
      if (news === told) return undefined
      told = news
      const lines = [
        ...(problem === undefined
          ? []
          : [
              `${problem}: nothing that is kept in .repro/ is trusted, now or later. Set REPRO_CACHE to a folder that you can write to.`,
            ]),
        ...(foreign.size === 0 ? [] : [foreignNote([...foreign].sort())]),
      ]
      return lines.join('\n')
    },
  }
}

function parts(file: Uint8Array): readonly [signature: string, content: Uint8Array] {
  return [Buffer.from(file.subarray(0, digits)).toString('latin1'), file.subarray(digits)]
}

const mostNamed = 3

function foreignNote(paths: readonly string[]): string {
  const named = [...paths.slice(0, mostNamed), ...(paths.length > mostNamed ? ['...'] : [])].join(', ')
  const items = `${paths.length} ${paths.length === 1 ? 'item' : 'items'} in .repro/`
  return `ignored, as not made by you on this machine or changed since: ${items} (${named}). Such things come with a project, from another user, or from an older version of repro; delete what you do not need.`
}

function signature(key: Buffer, { kind, path }: Item, content: Uint8Array | string): string {
  return createHmac('sha256', key)
    .update(`${JSON.stringify([kind, path])}\n`)
    .update(content)
    .digest('hex')
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'))
}

interface Place {
  readonly file: string
  readonly project: string
}

/** Undefined if there is none, or only a damaged one. Throws what the file system says. */
function readKey({ file, project }: Place): Buffer | undefined {
  const found = lstatSync(file, { bigint: true, throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (!found.isFile()) throw new Error('not an ordinary file')
  const bytes = readFileSync(file)
  if (bytes.length !== keyBytes) return undefined
  if (!isInside(file, project)) return bytes
  // In the project a repository could bring its own key; it cannot bring a file with this inode and time of birth.
  return createHmac('sha256', bytes).update(`${found.ino} ${found.birthtimeNs}`).digest()
}

function isInside(file: string, project: string): boolean {
  const pairs = [
    [resolve(file), resolve(project)],
    [realpathSync(file), realpathSync(project)],
  ] as const
  return pairs.some(([one, folder]) => !/^\.\.(?:\/|$)/.test(relative(folder, one)))
}

/** Appears whole and under its own name at once; of two processes that make one, both use the first. */
function makeKey(place: Place): Buffer | undefined {
  const { file } = place
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(draft, randomBytes(keyBytes), { mode: 0o600, flag: 'wx', flush: true })
    try {
      linkSync(draft, file)
    } catch {
      // Somebody was faster, or what is there is damaged, or the file system has no links.
      if (readKey(place) === undefined) renameSync(draft, file)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  return readKey(place)
}
