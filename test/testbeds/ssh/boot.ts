/** A process that opens a board and runs one job: boot.ts FOLDER NAME ACCESS SCRIPT. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openPretend } from './opened.ts'
import { jobOf } from './runner.ts'

const [folder = '', name = '', access = '', script = ''] = process.argv.slice(2)
mkdirSync(join(folder, name), { recursive: true })
const board = await openPretend(folder, name, JSON.parse(access), console.log)
try {
  const { exitCode } = await board.run(jobOf(script))
  console.log(`exit code ${exitCode}`)
} finally {
  await board.close?.()
}
process.exit() // as a lease is for the life of its process
