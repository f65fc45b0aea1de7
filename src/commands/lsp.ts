/** `repro lsp`: the language server, in a process of its own, which loads what only it needs. */

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { programUrl } from '../dist.ts'
import { roomForGarbage } from '../files/confined.ts'
import { command } from './command.ts'
import { flag } from './options.ts'
import { exitCodes } from './terminal/terminal.ts'

export const lsp = command({
  usage: 'lsp',
  summary: 'speak the Language Server Protocol with an editor, on standard input and output',
  description: [
    'Problems while typing, completion, values under the cursor, definitions. For editors to start, not for people. It runs no cells.',
  ],
  options: { stdio: flag('as editors ask for it; there is no other way') },
  docs: 'docs/serving.md',
  examples: [['lsp --stdio', 'what an editor starts']],
  async action({ signal }) {
    const program = fileURLToPath(programUrl('lsp.js'))
    const child = spawn(process.execPath, [...roomForGarbage, program], { stdio: 'inherit' })
    signal.addEventListener('abort', () => child.kill('SIGTERM'))
    return await new Promise<number>((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code) => resolve(code ?? (signal.aborted ? exitCodes.interrupted : exitCodes.failed)))
    })
  },
})
