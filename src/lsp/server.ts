/**
 * The language server: tells an editor what is wrong with a document as it is typed, what can be written, what a number
 * is now, and where things are defined. It runs nothing, and writes nothing into the project but what `repro check`
 * does.
 */

import { dirname, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { TextDocument } from 'vscode-languageserver-textdocument'
import {
  type CompletionItem,
  CompletionItemKind,
  type Connection,
  type Diagnostic,
  DiagnosticSeverity,
  type DocumentSymbol,
  type InitializeResult,
  SymbolKind,
  TextDocuments,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node'
import { programUrl } from '../dist.ts'
import { type LiveDocument, type LiveProblem, type Look, openLive } from '../project/live.ts'
import { locate } from '../project/root.ts'
import type { Site } from '../project/site.ts'
import { openWatching, type Watching } from '../serve/watch.ts'
import { type Suggestion, suggestionsAt } from './completion.ts'
import { cursorAt, placeOf } from './context.ts'
import { definitionsAt, hoverAt, rangeOf, type Symbol, symbolsIn } from './language.ts'
import { type Works, worksIn } from './works.ts'

/** Makes the site of a document in a project. */
export type SiteOf = (project: string, document: string) => Site

interface Opened {
  readonly uri: string
  readonly site: Site
  readonly live: Promise<LiveDocument>
  readonly watching: Watching
  look: Look | undefined
  works: Works
  looking: Promise<void> | undefined
  isDirty: boolean
  /** What was told last, as JSON. An edit is always answered, another change of the project only if it tells. */
  before: string
  isEdited: boolean
  /** Files that have diagnostics of this document. */
  told: ReadonlySet<string>
}

/** Serves until the connection ends. */
export function serveLanguage(connection: Connection, siteOf: SiteOf): { close(): Promise<void> } {
  const documents = new TextDocuments(TextDocument)
  const opened = new Map<string, Opened>()

  connection.onInitialize((): InitializeResult => ({
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      completionProvider: { triggerCharacters: ['@', '.', '[', "'", '|', ' ', ':'] },
      hoverProvider: true,
      definitionProvider: true,
      documentSymbolProvider: true,
    },
    serverInfo: { name: 'repro' },
  }))

  /** Unsaved texts of all files of a project, by path. */
  const overlayOf = ({ project }: Site): ReadonlyMap<string, string> =>
    new Map(
      documents.all().flatMap((document) => {
        const path = pathOf(document.uri)
        const inside = path === undefined ? '..' : relative(project, path)
        return inside.startsWith('..') ? [] : [[inside.replaceAll('\\', '/'), document.getText()] as const]
      }),
    )
  const lookOnce = async (one: Opened) => {
    const live = await one.live
    let found: readonly LiveProblem[] = []
    try {
      one.look = await live.look(overlayOf(one.site), {
        checked(problems, files) {
          found = problems
          tell(one, problems, files)
        },
      })
      one.watching.follow(Object.keys(one.look.files.fingerprints()))
      one.works = worksIn(one.look)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      tell(one, [...found, { severity: 'error', message, path: one.site.document, line: 1, column: 1 }])
    }
  }
  const look = (one: Opened): Promise<void> => {
    one.isDirty = true
    one.looking ??= (async () => {
      while (one.isDirty && opened.get(one.uri) === one) {
        one.isDirty = false
        await lookOnce(one)
      }
      one.looking = undefined
    })()
    return one.looking
  }
  const tell = (one: Opened, problems: readonly LiveProblem[], files = one.look?.files) => {
    const now = JSON.stringify(problems)
    if (now === one.before && !one.isEdited) return
    one.before = now
    one.isEdited = false
    const byPath = Map.groupBy(problems, ({ path }) => path)
    const paths = new Set([one.site.document, ...byPath.keys()])
    for (const path of new Set([...paths, ...one.told])) {
      const uri = path === one.site.document ? one.uri : uriOf(one.site, path)
      const text = documents.get(uri)?.getText() ?? files?.text(path) ?? ''
      const diagnostics = (byPath.get(path) ?? []).map((problem) => diagnosticOf(problem, text))
      void connection.sendDiagnostics({ uri, diagnostics })
    }
    one.told = paths
  }
  const close = async (one: Opened) => {
    opened.delete(one.uri)
    one.watching.close()
    await one.looking
    const live = await one.live
    live[Symbol.dispose]()
    for (const path of one.told)
      void connection.sendDiagnostics({
        uri: path === one.site.document ? one.uri : uriOf(one.site, path),
        diagnostics: [],
      })
  }

  documents.onDidOpen(({ document }) => {
    const path = pathOf(document.uri)
    if (path === undefined || !path.endsWith('.md')) return
    const { project, document: name } = locate(path, dirname(path))
    const site = siteOf(project, name.replaceAll('\\', '/'))
    const one: Opened = {
      ...{ uri: document.uri, site, live: openLive(site), look: undefined, works: new Map() },
      ...{ looking: undefined, isDirty: false, told: new Set<string>(), before: '', isEdited: true },
      watching: openWatching(project, () => void look(one)),
    }
    opened.set(document.uri, one)
    void look(one)
  })
  documents.onDidChangeContent(() => {
    // A bibliography or an included file may be open, too.
    for (const one of opened.values()) {
      one.isEdited = true
      void look(one)
    }
  })
  documents.onDidClose(({ document }) => {
    const one = opened.get(document.uri)
    if (one) void close(one)
    else for (const other of opened.values()) void look(other)
  })

  /** The document as it is now, looked at. */
  const settled = async (uri: string) => {
    const one = opened.get(uri)
    if (one === undefined) return undefined
    await one.looking
    const text = documents.get(uri)?.getText()
    return one.look && text !== undefined ? { ...one, look: one.look, text } : undefined
  }
  connection.onCompletion(async ({ textDocument, position }) => {
    const found = await settled(textDocument.uri)
    if (found === undefined) return []
    const { look, text, works } = found
    const place = placeOf(look.opened.document, text, cursorAt(text, position))
    return suggestionsAt(place, look, works).map((one, index) => itemOf(one, position, index))
  })
  connection.onHover(async ({ textDocument, position }) => {
    const found = await settled(textDocument.uri)
    const hover = found && hoverAt(found.text, position, found.look, found.works)
    return hover ? { contents: { kind: 'markdown', value: hover.markdown } } : null
  })
  connection.onDefinition(async ({ textDocument, position }) => {
    const found = await settled(textDocument.uri)
    if (found === undefined) return []
    return definitionsAt(found.text, position, found.look, found.works).map(({ path, range }) => ({
      uri: path === found.site.document ? found.uri : uriOf(found.site, path),
      range,
    }))
  })
  connection.onDocumentSymbol(async ({ textDocument }) => {
    const found = await settled(textDocument.uri)
    return found ? symbolsIn(found.look).map(symbolOf) : []
  })
  documents.listen(connection)
  connection.listen()
  return {
    async close() {
      for (const one of opened.values()) await close(one)
    },
  }
}

function pathOf(uri: string): string | undefined {
  return uri.startsWith('file:') ? fileURLToPath(uri) : undefined
}

function uriOf({ project }: Site, path: string): string {
  return pathToFileURL(`${project}/${path}`).href
}

function diagnosticOf({ severity, message, ruleId, ...place }: LiveProblem, text: string): Diagnostic {
  return {
    range: rangeOf(place, text),
    message,
    severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    source: 'repro',
    ...(ruleId === undefined
      ? {}
      : { code: ruleId, codeDescription: { href: `${problemsPage()}#${ruleId}` } }),
  }
}

function problemsPage(): string {
  return new URL('../docs/problems.md', programUrl('./')).href
}

const itemKinds: Readonly<Record<Suggestion['kind'], CompletionItemKind>> = {
  id: CompletionItemKind.Reference,
  work: CompletionItemKind.Reference,
  name: CompletionItemKind.Variable,
  column: CompletionItemKind.Field,
  statistic: CompletionItemKind.Function,
  function: CompletionItemKind.Function,
  key: CompletionItemKind.Property,
  value: CompletionItemKind.Value,
}

function itemOf(
  { label, kind, detail, documentation, text, replaces }: Suggestion,
  { line, character }: { readonly line: number; readonly character: number },
  index: number,
): CompletionItem {
  const start = { line, character: character - replaces.length }
  return {
    ...{ label, kind: itemKinds[kind], sortText: String(index).padStart(5, '0') },
    ...(detail === undefined ? {} : { detail }),
    ...(documentation === undefined ? {} : { documentation }),
    filterText: label.startsWith('@') ? label.slice(1) : label,
    textEdit: { range: { start, end: { line, character } }, newText: text },
  }
}

function symbolOf({ name, kind, detail, range }: Symbol): DocumentSymbol {
  return {
    ...{ name, detail, range, selectionRange: { start: range.start, end: range.start } },
    kind: kind === 'section' ? SymbolKind.String : SymbolKind.Object,
  }
}
