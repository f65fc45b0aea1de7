/** Finds a Debian archive: from REPRO_DEBIAN_MIRROR, else from this machine's apt configuration. */

import { access, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { TestbedError } from '../testbed/board.ts'
import { run } from './program.ts'

export interface MirrorEffects {
  /** Returns the base URLs of the archives that apt uses on this machine. */
  readonly aptSites: () => Promise<readonly string[]>
  /** Probes a URL: 'yes', 'no' (the server has no such file), or why the server is unreachable. */
  readonly probe: (url: string) => Promise<Probe>
}
export type Probe = 'yes' | 'no' | { readonly unreachable: string }

const setMirror =
  'Set REPRO_DEBIAN_MIRROR to the base URL of a Debian archive: the address whose dists/ holds the suites.'

/**
 * Returns the base URL (without a trailing slash) of the first archive that has `suite`. `setting` is the
 * value of REPRO_DEBIAN_MIRROR: base URLs (http:, https: or file:) separated by blanks. Throws a TestbedError
 * when there is no candidate, none is reachable, or none has the suite.
 */
export async function findMirror(
  suite: string,
  setting: string | undefined,
  { aptSites, probe }: MirrorEffects = effects,
): Promise<string> {
  const given = (setting ?? '').split(/\s+/).filter((url) => url !== '')
  for (const url of given) requireUrl(url)
  const candidates = given.length > 0 ? given : await aptSites()
  const source = given.length > 0 ? 'REPRO_DEBIAN_MIRROR' : "this machine's apt configuration"
  if (candidates.length === 0)
    throw new TestbedError(`no Debian mirror known: ${source} names none`, { advice: setMirror })
  const failures: string[] = []
  for (const candidate of candidates) {
    const base = candidate.replace(/\/+$/, '')
    const answer = await probe(`${base}/dists/${suite}/InRelease`)
    if (answer === 'yes') return base
    failures.push(
      answer === 'no' ? `${base} does not hold ${suite}` : `${base} is unreachable (${answer.unreachable})`,
    )
  }
  throw new TestbedError(`no Debian mirror for ${suite}: ${failures.join('; ')} (from ${source})`, {
    advice: `Check the network. ${setMirror}`,
  })
}

function requireUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined
  if (protocol === 'http:' || protocol === 'https:' || protocol === 'file:') return
  throw new TestbedError(`REPRO_DEBIAN_MIRROR is not an http:, https: or file: URL: ${url}`, {
    advice: setMirror,
  })
}

/** Returns the base URLs of `apt-get indextargets`, in its order. Throws a TestbedError without apt. */
async function aptSites(): Promise<readonly string[]> {
  const { exitCode, stdout } = await run('apt-get', ['indextargets', '--format', '$(SITE) $(COMPONENT)'], {
    timeoutMs: 30_000,
    advice: `Without apt the mirror cannot be guessed. ${setMirror}`,
  })
  if (exitCode !== 0) return []
  const sites: string[] = []
  for (const line of stdout.split('\n')) {
    const [site = '', component] = line.split(' ')
    if (component === 'main') sites.push(...(await expand(site)))
  }
  return [...new Set(sites)]
}

// Debian's cloud images use a mirror list: mirror+file:/etc/apt/mirrors/debian.list
// (apt-transport-mirror(1)).
async function expand(site: string): Promise<readonly string[]> {
  if (/^(https?|file):/.test(site)) return [site]
  if (!site.startsWith('mirror+file:')) return []
  try {
    const list = await readFile(fileURLToPath(site.slice('mirror+'.length)), 'utf8')
    return list
      .split('\n')
      .map((line) => line.split(/[\t#]/, 1)[0]?.trim() ?? '')
      .filter((url) => /^(https?|file):/.test(url))
  } catch {
    return []
  }
}

async function probe(url: string): Promise<Probe> {
  if (url.startsWith('file:')) {
    return await access(fileURLToPath(url)).then(
      () => 'yes',
      () => 'no',
    )
  }
  try {
    const { status, ok } = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(15_000) })
    if (ok) return 'yes'
    return status === 404 || status === 410 ? 'no' : { unreachable: `HTTP status ${status}` }
  } catch (error) {
    return { unreachable: networkReason(error) }
  }
}

/** Returns why fetch failed: its own message is only `fetch failed`; the reason is in the causes. */
export function networkReason(error: unknown): string {
  const { message, code, cause } = error as { message: string; code?: string; cause?: unknown }
  if (cause !== undefined) return networkReason(cause)
  return message || code || String(error)
}

const effects: MirrorEffects = { aptSites, probe }
