/** Signatures of results/, made and checked with the real ssh-keygen. */

import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { keyOf } from '../../src/results/key.ts'
import { formatRun, parseRun } from '../../src/results/runfile.ts'
import { sshKeygen } from '../../src/results/sshkeygen.ts'
import { project, repro, start, write } from '../project.ts'

const experiment = (id: string, base: number) => `
\`\`\`ts experiment id=${id} testbed=local trials=30
export const rows = [{ us: ${base} + 10 * cell.random() }]
\`\`\`
`
const document = (base: number) => ({
  'paper/index.md': `---\ntitle: T\n---\n${experiment('fast', 100)}${experiment('slow', base)}
\`\`\`yaml claim
id: C1
statement: Fast is about as slow as slow
scope: shape
from: fast.local.default.us
to: slow.local.default.us
direction: same
tolerance: 20 %
\`\`\`
`,
})
/** Keys lie outside of the project, as the test's folder is. */
const inKeys = (name: string) => join(project, '../', `${project.split('/').at(-1)}-keys`, name)
function keygen(name: string, passphrase = '') {
  mkdirSync(inKeys(''), { recursive: true })
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', inKeys(name)])
  const [type, key] = readFileSync(`${inKeys(name)}.pub`, 'utf8').split(' ')
  return { key: inKeys(name), line: `${type} ${key}\n` }
}
afterEach(() => rmSync(inKeys(''), { recursive: true, force: true }))
function signers(...lines: readonly string[]) {
  writeFileSync(inKeys('signers'), lines.join(''))
  return inKeys('signers')
}
const read = (path: string) => readFileSync(join(project, path), 'utf8')

describe('a signature of results/', { timeout: 120_000 }, () => {
  it('says who signed to those who know the key, and only that it is consistent to others', async () => {
    write(document(105))
    const { key, line } = keygen('alice')
    expect(await repro('build', '--record', '--sign', key)).toMatchObject({ exitCode: 0 })
    expect(read('results/SHA256SUMS')).toMatch(
      /^[0-9a-f]{64} {2}claims\.json\n[0-9a-f]{64} {2}fast\/local\/default\/rows\.csv\n/,
    )
    execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: join(project, 'results') })
    const unknown = await repro('verify')
    expect(unknown.exitCode).toBe(0)
    expect(unknown.out).toMatch(
      /^results\/ is as signed by ED25519 key SHA256:\S+: consistent, but whose key that is only --signers FILE tells$/m,
    )
    const allowed = signers(`alice@example.org namespaces="repro-results" ${line}`)
    const known = await repro('verify', '--signers', allowed)
    expect(known).toMatchObject({ exitCode: 0, err: '' })
    expect(known.out).toMatch(/^results\/ is as signed by alice@example\.org, ED25519 key SHA256:/m)
    const { signature } = JSON.parse((await repro('verify', '--json', '--signers', allowed)).out)
    expect(signature).toMatchObject({ state: 'authentic', signer: 'alice@example.org' })

    // A key of somebody else, or for something else.
    const { key: other, line: others } = keygen('mallory')
    const foreign = await repro('verify', '--signers', signers(`bob@example.org ${others}`))
    expect(foreign.exitCode).toBe(1)
    expect(foreign.err).toMatch(
      /results\/ is not as signed:\n {2}results\/ is signed by a key that \S+ does not allow/,
    )
    const elsewhere = await repro('verify', '--signers', signers(`a namespaces="git" ${line}`))
    expect(elsewhere.exitCode).toBe(1)
    expect(elsewhere.err).toContain('results/ is not as signed')
    // Signers from the checkout itself vouch for nothing.
    write({ signers: `mallory ${others}` })
    await repro('run', '--record', '--sign', other)
    const inside = await repro('verify', '--signers', join(project, 'signers'))
    expect(inside.err).toContain('signers lies in the project: who changed results/ may have changed it')
  })

  it('names each file that was changed, added or removed since', async () => {
    write(document(105))
    const { key } = keygen('alice')
    await repro('build', '--record', '--sign', key)
    write({ 'results/more.txt': 'more' })
    write({
      'results/claims.json': read('results/claims.json').replace(/"date": "[\d-]+"/, '"date": "2020-01-01"'),
    })
    const { err, exitCode, out } = await repro('verify')
    expect(exitCode).toBe(1)
    expect(err).toContain(
      'results/ is not as signed:\n  results/claims.json changed since it was signed\n  results/more.txt is not signed\n',
    )
    expect(out).toMatch(/^C1 {3}reproduced/m)
    rmSync(join(project, 'results/more.txt'))
    rmSync(join(project, 'results/claims.json'))
    expect((await repro('verify')).err).toContain('results/claims.json is missing')
    // Recording without the key does not hide that.
    expect((await repro('build', '--record')).err).toContain('results/ was signed before')
    rmSync(join(project, 'results/SHA256SUMS.sig'))
    expect((await repro('verify')).err).toContain('results/SHA256SUMS.sig is missing')
    rmSync(join(project, 'results/SHA256SUMS'))
    expect(await repro('verify')).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('results/ is not signed'),
    })
    const demanded = await repro('verify', '--signers', signers('a ssh-ed25519 AAAA\n'))
    expect(demanded).toMatchObject({ exitCode: 1, err: expect.stringContaining('results/ is not signed') })
    write({ 'results/SHA256SUMS': '', 'results/SHA256SUMS.sig': 'no signature' })
    expect((await repro('verify')).err).toMatch(/SHA256SUMS\.sig is no signature of results\/SHA256SUMS: ./)
  })

  it('or a rerun catches two cells that were swapped with digests made anew, and says which', async () => {
    write(document(108))
    const { key } = keygen('alice')
    await repro('build', '--record', '--sign', key)
    const load = (id: string) =>
      parseRun((name) => read(`results/${id}/local/default/${name}`), `results/${id}`, `${id}/local/default`)
    const [fast, slow] = [load('fast'), load('slow')]
    if (fast === undefined || slow === undefined) throw new Error('no runs')
    for (const [one, { rows, columns }] of [
      [fast, slow],
      [slow, fast],
    ] as const)
      for (const [name, text] of Object.entries(
        formatRun({ ...one, rows, columns, key: keyOf(one, one.inputs) }),
      ))
        write({ [`results/${one.experiment}/local/default/${name}`]: text })

    const signed = await repro('verify')
    expect(signed.out).toMatch(/^C1 {3}reproduced/m) // digests fit, and so does the claim
    expect(signed.exitCode).toBe(3)
    expect(signed.err).toContain('results/fast/local/default/rows.csv changed since it was signed')
    expect(signed.err).toContain('results/slow/local/default/run.json changed since it was signed')
    for (const name of ['SHA256SUMS', 'SHA256SUMS.sig']) rmSync(join(project, 'results', name))
    const unsigned = await repro('verify')
    expect(unsigned.out).toMatch(
      /since +weaker evidence: other rows than recorded on \S+: fast\/local\/default; slow/,
    )
    expect(unsigned.exitCode).toBe(3)
    const { out } = await repro('verify', '--rerun')
    expect(out).toContain('the record of fast/local/default has the rows that slow/local/default gave now')
    expect(out).toMatch(/^fast\/local\/default +rows +30 of 30 rows +[+-]/m)
  })

  it('is refused before anything runs where the key cannot sign', async () => {
    write(document(105))
    const failing = async (key: string) => {
      const { exitCode, err } = await repro('build', '--record', '--sign', key)
      expect(exitCode).toBe(1)
      expect(err).not.toMatch(/^ +at /m)
      return err
    }
    expect(await failing('nowhere')).toMatch(/^error: cannot sign with \S+\/nowhere: .*No such file/m)
    write({ 'no.key': 'no key' })
    expect(await failing('no.key')).toMatch(/^error: cannot sign with \S+\/no\.key: ./m)
    const { key } = keygen('secret', 'a passphrase')
    expect(await failing(key)).toMatch(/cannot sign with .*a key with a passphrase has to be in ssh-agent/is)
    const { exitCode, err } = await repro('build', '--sign', key)
    expect(exitCode).toBe(2)
    expect(err).toContain('without --record there is nothing to sign')
  })

  it('needs ssh-keygen, which must be there, and must end', async () => {
    write(document(105))
    const { key } = keygen('alice')
    const bin = inKeys('bin')
    mkdirSync(bin)
    const run = async () => await start(['run', '--record', '--sign', key], { PATH: bin }).ended
    const { exitCode, err } = await run()
    expect(exitCode).toBe(1)
    expect(err).toContain('ssh-keygen is not installed (package openssh-client)')
    writeFileSync(
      join(bin, 'ssh-keygen'),
      `#!/bin/sh\nexec ${process.execPath} -e 'console.log(require("fs").readFileSync(0).length)'\n`,
    )
    chmodSync(join(bin, 'ssh-keygen'), 0o755)
    expect((await run()).err).toContain('cannot sign with')
    writeFileSync(
      join(bin, 'ssh-keygen'),
      `#!/bin/sh\nexec ${process.execPath} -e 'setInterval(() => {}, 1000)'\n`,
    )
    vi.stubEnv('PATH', bin)
    try {
      await expect(sshKeygen([], '', 500)).rejects.toThrow(
        'ssh-keygen did not end within 0.5 s: does it wait for',
      )
    } finally {
      vi.unstubAllEnvs()
    }
  })
})
