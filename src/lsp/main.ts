/** The process of the language server (server.ts), on standard input and output. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  createConnection,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node'
import { programUrl } from '../dist.ts'
import { openSeal } from '../results/seal.ts'
import { cacheFolder } from '../testbed/cache.ts'
import { commandName } from '../text/program.ts'
import { serveLanguage } from './server.ts'

// What the command line keeps of a document (searches) is kept by its program, which is the same.
process.argv[1] = fileURLToPath(programUrl('cli.cjs'))

const { version } = JSON.parse(readFileSync(new URL('../package.json', programUrl('./')), 'utf8'))
const connection = createConnection(
  ProposedFeatures.all,
  new StreamMessageReader(process.stdin),
  new StreamMessageWriter(process.stdout),
)
const server = serveLanguage(connection, (project, document) => ({
  ...{ project, document, cache: cacheFolder(), seal: openSeal(project) },
  generator: `${commandName} ${version}`,
}))
// An editor that died closes its end.
process.stdin.on('end', () => void server.close().then(() => process.exit(0)))
