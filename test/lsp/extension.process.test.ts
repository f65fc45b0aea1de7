/** The extension for Visual Studio Code as it is in the .vsix, with the real server, and a stub of the editor. */

import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { unzipSync } from 'fflate'
import { expect, it, onTestFinished } from 'vitest'
import { project, write } from '../project.ts'
import { source } from '../source.ts'

const driver = `
const { activate, deactivate } = require('./extension.js')
const context = { subscriptions: [] }
process.stdin.on('data', () => deactivate().then(() => process.exit(0)))
activate(context).then(() => console.log(JSON.stringify({ active: context.subscriptions.length })))
`

it('starts the server in a folder with a paper, and shows what is wrong in it', async () => {
  execFileSync(process.execPath, [source('editors/vscode/build.mjs')])
  const { version, main } = JSON.parse(readFileSync(source('editors/vscode/package.json'), 'utf8'))
  const archive = unzipSync(readFileSync(source(`editors/vscode/repro-${version}.vsix`)))
  const extension = join(project, 'installed')
  mkdirSync(join(extension, 'node_modules/vscode'), { recursive: true })
  mkdirSync(join(project, 'paper'))
  copyFileSync(source('test/lsp/vscode.cjs'), join(extension, 'node_modules/vscode/index.js'))
  writeFileSync(join(extension, 'extension.js'), archive[`extension/${main.replace('./', '')}`] ?? '')
  writeFileSync(join(extension, 'driver.js'), driver)
  write({ 'index.md': '---\ntitle: A paper\n---\n\nSee @fig-nothing.\n' })

  const command = JSON.stringify([process.execPath, source('dist/cli.cjs')])
  const editor = spawn(process.execPath, [join(extension, 'driver.js')], {
    env: { ...process.env, FOLDER: project, COMMAND: command },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => editor.on('exit', resolve))
  onTestFinished(() => void editor.kill())
  const said: unknown[] = []
  for await (const line of createInterface(editor.stdout)) {
    const one = JSON.parse(line)
    said.push(one)
    if (said.length === 2) editor.stdin.write('end\n')
  }
  expect(await ended).toBe(0)
  expect(said).toContainEqual({ active: 1 })
  const messages = said.flatMap((one) => (one as { messages?: string[] }).messages ?? [])
  expect(messages).toContainEqual(expect.stringContaining('unknown figure: @fig-nothing'))
})
