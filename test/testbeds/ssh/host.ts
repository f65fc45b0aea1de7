/** A process that runs a job on a pretend board, and is killed by a test: host.ts HOST ROOT BOOT SCRIPT. */

import { jobOf, open } from './runner.ts'

const [host = '', root = '', boot = '', script = ''] = process.argv.slice(2)
const { run } = await open({ host, root }, { boot })
const { exitCode } = await run(jobOf(script))
console.log(exitCode)
