/** A client of the language server: the protocol's own library, over a real process. */

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializeRequest,
  type Position,
  PublishDiagnosticsNotification,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node'
import { source } from '../source.ts'

export interface Client {
  readonly request: ReturnType<typeof createProtocolConnection>['sendRequest']
  readonly notify: ReturnType<typeof createProtocolConnection>['sendNotification']
  open(path: string): Promise<readonly Diagnostic[]>
  /** Replaces the whole text, and resolves with the diagnostics that follow. */
  change(path: string, text: string): Promise<readonly Diagnostic[]>
  /** The next diagnostics of a file. */
  told(path: string): Promise<readonly Diagnostic[]>
  at(
    path: string,
    position: Position,
  ): { readonly textDocument: { uri: string }; readonly position: Position }
  uri(path: string): string
  /** Of the server. */
  readonly pid: number | undefined
  /** Exit code of the server. */
  end(): Promise<number | null>
}

export async function openClient(project: string, variables: NodeJS.ProcessEnv = {}): Promise<Client> {
  const child = spawn(process.execPath, [source('dist/cli.cjs'), 'lsp', '--stdio'], {
    cwd: project,
    env: { ...process.env, ...variables },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  )
  const uri = (path: string) => pathToFileURL(join(project, path)).href
  const waiting = new Map<string, ((found: readonly Diagnostic[]) => void)[]>()
  connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => {
    waiting.get(uri)?.shift()?.(diagnostics)
  })
  connection.listen()
  await connection.sendRequest(InitializeRequest.type, {
    ...{ processId: process.pid, rootUri: pathToFileURL(project).href, capabilities: {} },
  })
  const next = (path: string) =>
    new Promise<readonly Diagnostic[]>((resolve) => {
      waiting.set(uri(path), [...(waiting.get(uri(path)) ?? []), resolve])
    })
  let version = 1
  return {
    request: connection.sendRequest.bind(connection),
    notify: connection.sendNotification.bind(connection),
    async open(path) {
      const told = next(path)
      await connection.sendNotification(DidOpenTextDocumentNotification.type, {
        textDocument: {
          ...{ uri: uri(path), languageId: 'markdown', version },
          text: readFileSync(join(project, path), 'utf8'),
        },
      })
      return await told
    },
    async change(path, text) {
      const told = next(path)
      version += 1
      await connection.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument: { uri: uri(path), version },
        contentChanges: [{ text }],
      })
      return await told
    },
    told: next,
    at: (path, position) => ({ textDocument: { uri: uri(path) }, position }),
    uri,
    pid: child.pid,
    async end() {
      const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
      await connection.sendRequest(ShutdownRequest.type)
      await connection.sendNotification(ExitNotification.type)
      return await ended
    },
  }
}
