/** Keys and the configuration of ssh for the double, and ssh for a test's own use. */

import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../src/toolchain/program.ts'

export interface Keys {
  /** File of the private key that the double lets in. */
  readonly identity: string
  /** Its public key, a line of authorized_keys. */
  readonly authorized: string
  /** The double's own key, in dropbear's format. */
  readonly hostKey: Uint8Array
  /** A file that vouches for it. */
  readonly knownHosts: string
}

/** The name of the double in its configuration of ssh. */
export const hostName = 'double'

/** Makes the keys in `folder`, or reads those that are there: a board's own key outlives its boots. */
export async function keysIn(folder: string): Promise<Keys> {
  const identity = join(folder, 'id_ed25519')
  const hostKey = join(folder, 'host-key')
  const knownHosts = join(folder, 'known_hosts')
  if (!existsSync(identity))
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', identity])
  if (!existsSync(hostKey)) {
    const { d: seed = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
    const [secret, known] = [Buffer.from(seed, 'base64url'), Buffer.from(x, 'base64url')]
    const type = Buffer.from('ssh-ed25519')
    const line = `${hostName} ssh-ed25519 ${Buffer.concat([text(type), text(known)]).toString('base64')}\n`
    await writeFile(knownHosts, line)
    await writeFile(hostKey, Buffer.concat([text(type), text(Buffer.concat([secret, known]))]), {
      mode: 0o600,
    })
  }
  const authorized = await readFile(`${identity}.pub`, 'utf8')
  return { identity, authorized, hostKey: await readFile(hostKey), knownHosts }
}

/** A string as ssh sends it, behind its length (RFC 4251, section 5). */
function text(content: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length)
  return Buffer.concat([length, content])
}

/** Returns a configuration for `ssh -F FILE double`. It sets no timeout: whoever calls ssh does. */
export function sshConfig({ identity, knownHosts }: Keys, port: number): string {
  const options = {
    HostName: '127.0.0.1',
    Port: port,
    User: 'root',
    IdentityFile: `"${identity}"`,
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    HostKeyAlias: hostName,
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: `"${knownHosts}"`,
    GlobalKnownHostsFile: '/dev/null',
  }
  const lines = Object.entries(options).map(([name, value]) => `    ${name} ${value}\n`)
  return `Host ${hostName}\n${lines.join('')}`
}

export interface Answer {
  readonly stdout: string
  readonly stderr: string
  /** Of the script; ssh's own, 255, if the connection failed; null if the deadline passed. */
  readonly exitCode: number | null
}

/**
 * Runs a shell script over ssh, with `options` for ssh itself. Never waits longer than `deadlineMs` of the host's
 * clock.
 */
export async function ssh(
  config: string,
  script: string,
  { options = [], deadlineMs }: { readonly options?: readonly string[]; readonly deadlineMs: number },
): Promise<Answer> {
  const args = ['-F', config, '-o', 'BatchMode=yes', ...options, hostName, 'sh -s']
  const child = spawn('ssh', args, { timeout: deadlineMs, killSignal: 'SIGKILL' })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (stdout += piece))
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (stderr += piece))
  child.stdin.on('error', () => {}) // ssh may end before it read the script
  child.stdin.end(script)
  const exitCode = await new Promise<number | null>((done, fail) =>
    child.once('error', fail).once('close', done),
  )
  return { stdout, stderr, exitCode }
}
