// Unpacks a cpio archive (newc) from standard input, as a pretend board's busybox; rewrites paths in scripts.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const archive = readFileSync(0)
const scripts = []
for (let at = 0; ;) {
  if (archive.toString('latin1', at, at + 6) !== '070701') throw new Error(`no entry at ${at}`)
  const field = (number) =>
    Number.parseInt(archive.toString('latin1', at + 6 + 8 * number, at + 14 + 8 * number), 16)
  const [mode, bytes, name] = [field(1), field(6), field(11)]
  const path = archive.toString('utf8', at + 110, at + 110 + name - 1)
  if (path === 'TRAILER!!!') break
  const start = (at + 110 + name + 3) & ~3
  if ((mode & 0o170000) === 0o040000) mkdirSync(path, { recursive: true })
  else {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, archive.subarray(start, start + bytes), { mode: mode & 0o777 })
    if (/^(?:agent\.sh|stage-\d+)$/.test(path)) scripts.push(path)
  }
  at = (start + bytes + 3) & ~3
}
const { PRETEND_ROOT } = process.env
if (scripts.length > 0) execFileSync('sed', ['-i', '-f', `${PRETEND_ROOT}/rules.sed`, ...scripts])
for (const script of scripts.filter((path) => path === 'agent.sh'))
  if (!readFileSync(script, 'utf8').includes(`:${PRETEND_ROOT}/bin:`))
    throw new Error('no place for pretend programs')
