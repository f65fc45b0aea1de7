/** Opens an address in the browser of the desktop. */

import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

/** Time that a browser may take to read the file that leads to the address. */
const readMs = 60_000

/** By a file that only this user can read: arguments of a program are seen by all, and the address has a token. */
export function openBrowser(address: string, note: (text: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'repro-serve-'))
  const file = join(folder, 'open.html')
  const target = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><title>repro serve</title><meta http-equiv="refresh" content="0; url=${target}">\n`,
  )
  chmodSync(file, 0o600)
  const [command = '', ...args] = openers[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...args, pathToFileURL(file).href], { stdio: 'ignore', detached: true })
  child.on('error', () => note(`no browser could be opened (${command}): open the address by hand`))
  child.unref()
  setTimeout(() => void rm(folder, { recursive: true, force: true }), readMs).unref()
}
