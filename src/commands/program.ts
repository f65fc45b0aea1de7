/** All of the command line but its start (cli.ts): bundled into one file, which is compiled once and kept (compiled.ts). */

export { dispatch } from './dispatch.ts'
export { errorReport } from './terminal/messages.ts'
export { hasRecalled } from '../text/memory.ts'
