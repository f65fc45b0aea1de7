/**
 * Seals distinguish what this machine made from what a repository brought. Everything trusted in .repro/
 * (manifests, rendered parts, runs, finished boots and trials) carries an HMAC-SHA256 over its kind, its path
 * in the project, and its bytes. The key never leaves this machine's cache folder. Anything without a valid
 * seal is foreign and not even parsed.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { linkSync, lstatSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { makeFolders } from '../files/folders.ts'
import { cacheFolder } from '../testbed/cache.ts'

export interface Item {
  readonly kind:
    | 'manifest'
    | 'rendered'
    | 'run'
    | 'boot'
    | 'trial'
    | 'task'
    | 'search'
    | 'rehearsal'
    | 'texts'
    | 'kept'
  /** Relative to the project; of what is kept, to the cache folder. */
  readonly path: string
}

export interface Seal {
  /** Returns the signature in hexadecimal; undefined when this machine cannot keep a key. */
  sign(item: Item, content: Uint8Array | string): string | undefined
  /** Checks this machine's signature; an item that fails counts as foreign. */
  verify(item: Item, content: Uint8Array | string, signature: string): boolean
  /** Prepends the signature to the content, as one file. */
  close(item: Item, content: Uint8Array | string): Uint8Array | undefined
  /** Returns the content of such a file; undefined if it is foreign. */
  open(item: Item, file: Uint8Array): Uint8Array | undefined
  /** Like `verify`, but without counting the item as foreign. */
  isOurs(item: Item, file: Uint8Array): boolean
  /** Counts an item whose content is not what was sealed as foreign. */
  refuse(item: Item): void
  /** Returns a message on what was not trusted since the last call, and why; undefined if nothing. */
  note(): string | undefined
}

const digits = 64
const keyBytes = 32

/** Opens the seal. `cache` is the folder of testbed/cache.ts, where the first signature creates a key. */
export function openSeal(project: string, cache = cacheFolder()): Seal {
  const place = { file: join(resolve(cache), 'machine.key'), project }
  const foreign = new Set<string>()
  let problem: string | undefined
  let key: Buffer | undefined
  let reported = `0 ${problem}`
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
  const matches = (item: Item, content: Uint8Array | string, signed: string): boolean => {
    const found = find(false)
    return found !== undefined && same(signature(found, item, content), signed)
  }
  const verify = (item: Item, content: Uint8Array | string, signed: string): boolean => {
    const good = matches(item, content, signed)
    if (!good) foreign.add(item.path)
    return good
  }
  return {
    sign,
    verify,
    close(item, content) {
      const signed = sign(item, content)
      return signed === undefined ? undefined : Buffer.concat([Buffer.from(signed), Buffer.from(content)])
    },
    open(item, file) {
      const [signed, content] = parts(file)
      return verify(item, content, signed) ? content : undefined
    },
    isOurs(item, file) {
      const [signed, content] = parts(file)
      return matches(item, content, signed)
    },
    refuse: ({ path }) => void foreign.add(path),
    note() {
      const news = `${foreign.size} ${problem}`
      if (news === reported) return undefined
      reported = news
      const advice =
        'nothing that is kept in .repro/ is trusted, now or later. ' +
        'Set REPRO_CACHE to a folder that you can write to.'
      const problems = problem === undefined ? [] : [`${problem}: ${advice}`]
      return [...problems, ...(foreign.size === 0 ? [] : [foreignNote([...foreign].sort())])].join('\n')
    },
  }
}

function parts(file: Uint8Array): readonly [signature: string, content: Uint8Array] {
  return [Buffer.from(file.subarray(0, digits)).toString('latin1'), file.subarray(digits)]
}

const mostNamed = 3

function foreignNote(paths: readonly string[]): string {
  const named = [...paths.slice(0, mostNamed), ...(paths.length > mostNamed ? ['...'] : [])].join(', ')
  const [files, verb] = paths.length === 1 ? ['1 file', 'was'] : [`${paths.length} files`, 'were']
  return (
    `ignored ${files} under .repro/ that ${verb} not sealed on this machine: ${named}. ` +
    'They came with the repository, from another user, or from an older version of repro; delete them, ' +
    'and the next build replaces what it needs.'
  )
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

/** Reads the key; undefined if it is absent or damaged. Throws errors of the file system. */
function readKey({ file, project }: Place): Buffer | undefined {
  const found = lstatSync(file, { bigint: true, throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (!found.isFile()) throw new Error('not an ordinary file')
  const bytes = readFileSync(file)
  if (bytes.length !== keyBytes) return undefined
  if (!isInside(file, project)) return bytes
  // If the cache is in the project, a repository could bring a key, but not its inode and birth time.
  return createHmac('sha256', bytes).update(`${found.ino} ${found.birthtimeNs}`).digest()
}

function isInside(file: string, project: string): boolean {
  const pairs = [
    [resolve(file), resolve(project)],
    [realpathSync(file), realpathSync(project)],
  ] as const
  return pairs.some(([one, folder]) => !/^\.\.(?:\/|$)/.test(relative(folder, one)))
}

/** Creates the key atomically; two processes that do so both use the first. */
function makeKey(place: Place): Buffer | undefined {
  const { file } = place
  makeFolders(dirname(file))
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(draft, randomBytes(keyBytes), { mode: 0o600, flag: 'wx', flush: true })
    try {
      linkSync(draft, file)
    } catch {
      // Another process was faster, the existing key is damaged, or the file system has no hard links.
      if (readKey(place) === undefined) renameSync(draft, file)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  return readKey(place)
}
