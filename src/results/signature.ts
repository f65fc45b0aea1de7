/**
 * The signature of results/, if it has one: results/SHA256SUMS lists the digests of all other files there,
 * and SHA256SUMS.sig is its detached SSH signature. Digests show that a file was edited; the signature shows
 * who recorded the files.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, relative } from 'node:path'
import { remove } from '../files/change.ts'
import { writeAtomically } from '../files/drafts.ts'
import { contentOf, digestOf, entriesInside } from '../files/ordinary.ts'
import { ExplainedError, indentedList } from '../text/message.ts'
import { sshKeygen } from './sshkeygen.ts'

const folder = 'results'
const sums = 'SHA256SUMS'
const signature = `${sums}.sig`
const scratch = '.scratch'
/** Keeps a signature made for anything else from counting here, and this one elsewhere. */
const namespace = 'repro-results'

/** What a signature says. Without allowed signers, the key is known, but not whose it is. */
export type SignatureCheck =
  | { readonly state: 'unsigned' }
  | { readonly state: 'consistent'; readonly key: string }
  | { readonly state: 'authentic'; readonly key: string; readonly signer: string }
  | { readonly state: 'broken'; readonly problems: readonly string[] }

/** Path in results/ -> SHA-256 (hex). Throws an ExplainedError for anything but files and folders. */
function digestsIn(project: string): ReadonlyMap<string, string> {
  const paths = (path: string): readonly string[] =>
    (entriesInside(project, join(folder, path)) ?? []).flatMap(({ name, type }) => {
      const inner = path === '' ? name : `${path}/${name}`
      if ([sums, signature, scratch].includes(inner)) return []
      if (type === 'folder') return paths(inner)
      // The list has a line for each file.
      if (type !== 'file' || /[\n\r\\]/.test(inner))
        throw new ExplainedError(
          `${folder}/${JSON.stringify(inner).slice(1, -1)} is no ordinary file of a plain name: delete it to sign ${folder}/`,
        )
      return [inner]
    })
  return new Map(
    paths('').map((path) => [path, digestOf(join(project, folder, path))?.sha256 ?? 'gone'] as const),
  )
}

/** Sorted by path, as `sha256sum -c` reads it in results/. */
function formatSums(digests: ReadonlyMap<string, string>): string {
  const lines = [...digests]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, sha256]) => `${sha256}  ${path}\n`)
  return lines.join('')
}

/** Throws an ExplainedError if nothing can be signed with a key, before there is anything to sign. */
export async function requireSigningKey(key: string): Promise<void> {
  await signed('', key)
}

async function signed(text: string, key: string): Promise<string> {
  const { isDone, out, complaint } = await sshKeygen(['-Y', 'sign', '-q', '-n', namespace, '-f', key], text)
  if (isDone && out.startsWith('-----BEGIN SSH SIGNATURE-----')) return out
  const advice = /passphrase|incorrect|agent/.test(complaint)
    ? '. A key with a passphrase has to be in ssh-agent (ssh-add KEY); then name its public file (KEY.pub)'
    : ''
  throw new ExplainedError(`cannot sign with ${key}: ${complaint}${advice}`)
}

/** Signs results/ as it is, with a private key, or with the public one of a key in ssh-agent. */
export async function signResults(project: string, key: string): Promise<void> {
  const text = formatSums(digestsIn(project))
  const made = await signed(text, key)
  // In this order, an interrupted build leaves a list without a signature, which is told.
  await remove(project, `${folder}/${signature}`)
  await writeAtomically(project, `${folder}/${sums}`, text)
  await writeAtomically(project, `${folder}/${signature}`, made)
}

/** Whether results/ has a list of digests or a signature, whatever they are worth. */
export function isSigned(project: string): boolean {
  return (entriesInside(project, folder) ?? []).some(({ name }) => name === sums || name === signature)
}

/**
 * Checks the signature of results/ and every file there; `signers` is a file of allowed signers, as in
 * ssh-keygen(1). Throws an ExplainedError if that cannot be read, or ssh-keygen cannot run.
 */
export async function checkSignature(project: string, signers: string | undefined): Promise<SignatureCheck> {
  if (!isSigned(project))
    return signers === undefined
      ? { state: 'unsigned' }
      : { state: 'broken', problems: [`${folder}/ is not signed: it has no ${sums} and ${signature}`] }
  const [list, sig] = [sums, signature].map((name) => contentOf(project, `${folder}/${name}`))
  if (list === undefined || sig === undefined)
    return {
      state: 'broken',
      problems: [`${folder}/${list === undefined ? sums : signature} is missing, or no ordinary file`],
    }
  const temporary = await mkdtemp(join(tmpdir(), 'repro-signature-'))
  try {
    const file = join(temporary, signature)
    await writeFile(file, sig)
    const by = await signerOf(list, file, signers)
    if (typeof by === 'string') return { state: 'broken', problems: [by] }
    const problems = deviations(new TextDecoder().decode(list), digestsIn(project))
    return problems.length > 0 ? { state: 'broken', problems } : by
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Returns who signed, or what is wrong with the signature. */
async function signerOf(
  list: Uint8Array,
  file: string,
  signers: string | undefined,
): Promise<string | Extract<SignatureCheck, { readonly key: string }>> {
  const from = ['-n', namespace, '-s', file]
  const any = await sshKeygen(['-Y', 'check-novalidate', ...from], list)
  const key = / with (\S+ key \S+)/.exec(any.out)?.[1]
  if (!any.isDone || key === undefined)
    return `${folder}/${signature} is no signature of ${folder}/${sums}: ${any.complaint}`
  if (signers === undefined) return { state: 'consistent', key }
  const found = await sshKeygen(['-Y', 'find-principals', '-f', signers, '-s', file], '')
  const [signer] = found.out.split(/[\n,]/).map((one) => one.trim())
  if (!found.isDone || signer === undefined || signer === '')
    return `${folder}/ is signed by a key that ${signers} does not allow: ${key} (${found.complaint})`
  const verified = await sshKeygen(['-Y', 'verify', '-f', signers, '-I', signer, ...from], list)
  return verified.isDone
    ? { state: 'authentic', key, signer }
    : `${signers} does not allow the signature of ${signer} for ${namespace}: ${key} (${verified.complaint})`
}

/** One line for each file that is not as signed. */
function deviations(list: string, digests: ReadonlyMap<string, string>): readonly string[] {
  const stated = new Map(
    list.split('\n').flatMap((line) => {
      const [, sha256, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? []
      return sha256 !== undefined && path !== undefined ? [[path, sha256] as const] : []
    }),
  )
  const paths = [...new Set([...stated.keys(), ...digests.keys()])].sort()
  return paths.flatMap((path) => {
    const [then, now] = [stated.get(path), digests.get(path)]
    if (then === now) return []
    if (then === undefined) return [`${folder}/${path} is not signed`]
    return [`${folder}/${path} ${now === undefined ? 'is missing' : 'changed since it was signed'}`]
  })
}

/** Warning if allowed signers come from the project that they vouch for. */
export function signersWarning(project: string, signers: string): string | undefined {
  const path = relative(project, signers)
  if (path.startsWith('..') || isAbsolute(path)) return undefined
  return `${path} lies in the project: who changed ${folder}/ may have changed it; use one that you got elsewhere`
}

/** One line, or a list for a broken signature. */
export function signatureText(check: SignatureCheck): string {
  switch (check.state) {
    case 'unsigned':
      return `${folder}/ is not signed (repro build --record --sign KEYFILE)`
    case 'consistent':
      return `${folder}/ is as signed by ${check.key}: consistent, but whose key that is only --signers FILE tells`
    case 'authentic':
      return `${folder}/ is as signed by ${check.signer}, ${check.key}`
    case 'broken':
      return `${folder}/ is not as signed:\n${indentedList(check.problems)}`
  }
}
