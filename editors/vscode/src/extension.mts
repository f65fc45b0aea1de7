/** Starts the language server of a project (`repro lsp`) when a Markdown document of one is opened. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type ExtensionContext, workspace } from 'vscode'
import { LanguageClient, TransportKind } from 'vscode-languageclient/node'

const clients: LanguageClient[] = []

export async function activate(context: ExtensionContext): Promise<void> {
  for (const { uri, name } of workspace.workspaceFolders ?? []) {
    const folder = uri.fsPath
    // Markdown is written everywhere; only a project has papers or experiments.
    if (!['paper', 'experiments', '.repro'].some((part) => existsSync(join(folder, part)))) continue
    const [command = 'npx', ...args] = workspace.getConfiguration('repro', uri).get<string[]>('command') ?? []
    const client = new LanguageClient(
      'repro',
      `repro (${name})`,
      { command, args: [...args, 'lsp'], transport: TransportKind.stdio, options: { cwd: folder } },
      { documentSelector: [{ scheme: 'file', language: 'markdown', pattern: `${folder}/**/*` }] },
    )
    clients.push(client)
    context.subscriptions.push(client)
    await client.start()
  }
}

export async function deactivate(): Promise<void> {
  for (const client of clients) await client.stop()
}
