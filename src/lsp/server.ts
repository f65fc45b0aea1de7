/**
 * The language server: tells an editor what is wrong with a document as it is typed, what can be written,
 * what a number is now, and where things are defined. It runs nothing, and writes nothing into the project
 * but what `repro check` does.
 */

import { dirname, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Root } from 'mdast'
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
import { namedFiles, wholeLine } from '../document/include.ts'
import { LimitError } from '../document/limits.ts'
import { parseFile } from '../document/markdown.ts'
import { type LiveDocument, type LiveProblem, type Look, openLive } from '../project/live.ts'
import { locate } from '../project/root.ts'
import type { Site } from '../project/site.ts'
import { openWatching, type Watching } from '../serve/watch.ts'
import { escapeRegExp } from '../text/pattern.ts'
import { type Suggestion, suggestionsAt } from './completion.ts'
import { cursorAt, placeOf, type Position } from './context.ts'
import { definitionsAt, fileAt, hoverAt, rangeOf, type Symbol, symbolsIn } from './language.ts'
import { presentLook } from './present.ts'
import { type Works, worksIn } from './works.ts'

/** Makes the site of a document in a project. */
export type SiteOf = (project: string, document: string) => Site

interface Opened {
  readonly uri: string
  /** What is open in the editor: the document, or files that it includes. */
  readonly users: Set<string>
  readonly site: Site
  readonly live: Promise<LiveDocument>
  readonly watching: Watching
  /** The last one that ended. */
  look: Look | undefined
  /** As `look`, with the text that is in the editor. */
  present: Look | undefined
  works: Works
  /** Until nothing is left to look at; `once` is the look among these that goes on, or was the last. */
  looking: Promise<void> | undefined
  once: Promise<void> | undefined
  isDirty: boolean
  /**
   * What was told last, as JSON. An edit is always answered, another change of the project only if it tells.
   */
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
      completionProvider: { triggerCharacters: [..."@.['| :#{=`"] },
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
  /** Another document that includes this one, which then is a part of it. */
  const includerOf = (uri: string): Opened | undefined =>
    [...opened.values()].find(
      ({ uri: other, site, look }) =>
        other !== uri &&
        look !== undefined &&
        namedFiles(look.opened.document.file).some((path) => uriOf(site, path) === uri),
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
      release(one)
      const whole = includerOf(one.uri) === undefined ? wholeOf(one.look) : undefined
      if (whole !== undefined) start(one.site.project, whole, one.uri)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      tell(one, [...found, { severity: 'error', message, path: one.site.document, line: 1, column: 1 }])
    }
  }
  /**
   * A look holds up all else: what an editor sends with an edit, be it more of them or a request, comes
   * first.
   */
  const lookSoon = async (one: Opened) => {
    for (let count = 0; one.isDirty && count < mostPauses; count += 1) {
      one.isDirty = false
      await pause(count === 0 ? firstMs : pauseMs)
    }
    one.isDirty = false
    await lookOnce(one)
  }
  const look = (one: Opened): Promise<void> => {
    one.isDirty = true
    one.looking ??= (async () => {
      while (one.isDirty && opened.get(one.uri) === one) {
        one.once = lookSoon(one)
        await one.once
      }
      one.looking = undefined
    })()
    return one.looking
  }
  const tell = (one: Opened, problems: readonly LiveProblem[], files = one.look?.files) => {
    if (includerOf(one.uri) !== undefined) {
      one.told = new Set()
      return
    }
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

  documents.onDidOpen(({ document }) => begin(document.uri))
  const begin = (uri: string) => {
    const path = pathOf(uri)
    if (path === undefined || !path.endsWith('.md')) return
    const includer = includerOf(uri)
    includer?.users.add(uri)
    if (includer !== undefined) return
    const { project, document: name } = locate(path, dirname(path))
    start(project, name.replaceAll('\\', '/'), uri, uri)
  }
  const lookEdited = (one: Opened) => {
    one.isEdited = true
    void look(one)
  }
  /** What a document no longer includes is a document of its own. */
  const release = (one: Opened) => {
    for (const uri of one.users) {
      if (uri === one.uri || includerOf(uri) !== undefined) continue
      one.users.delete(uri)
      const own = opened.get(uri)
      if (own === undefined) begin(uri)
      else lookEdited(own)
    }
    if (one.users.size === 0) void close(one)
  }
  /** Opens a document for a file in the editor, which is the document itself or included by it. */
  const start = (project: string, name: string, user: string, own?: string) => {
    const site = siteOf(project, name)
    const uri = own ?? uriOf(site, name)
    const known = opened.get(uri)
    known?.users.add(user)
    if (known !== undefined) return
    const watching = openWatching(project, () => void look(one))
    const one: Opened = {
      ...{ uri, users: new Set([user]), site, live: openLive(site, watching), watching, works: new Map() },
      ...{ look: undefined, present: undefined, looking: undefined, once: undefined },
      ...{ isDirty: false, told: new Set<string>(), before: '', isEdited: true },
    }
    opened.set(uri, one)
    void look(one)
  }
  documents.onDidChangeContent(() => {
    // A bibliography or an included file may be open, too.
    for (const one of opened.values()) lookEdited(one)
  })
  documents.onDidClose(({ document }) => {
    const ended = [...opened.values()].filter(({ users }) => users.delete(document.uri) && users.size === 0)
    for (const one of ended) void close(one)
    for (const one of opened.values()) {
      // What was a part of another document may be one of its own now.
      if (ended.length > 0) one.isEdited = true
      void look(one)
    }
  })

  /** The document that a file is of, as it is now; undefined if it was never looked at. */
  const present = async (uri: string) => {
    const known = opened.get(uri)
    if (known?.look === undefined) await known?.once
    const one = includerOf(uri) ?? opened.get(uri)
    if (one?.look === undefined) await one?.once
    const own = documents.get(uri)?.getText()
    if (one?.look === undefined || own === undefined) return undefined
    const { works, site } = one
    const look = presentLook(one.look, overlayOf(site), one.present)
    one.present = look
    const { file } = look.opened.document
    const path =
      one.uri === uri ? site.document : relative(site.project, pathOf(uri) ?? '').replaceAll('\\', '/')
    return {
      ...{ one, look, works, own, path },
      // Places are those of the text with all files that it includes.
      text: file.data.includes === undefined ? own : String(file),
      placed: ({ line, character }: Position): Position | undefined => {
        const whole = wholeLine(file, path, line + 1)
        return whole === undefined ? undefined : { line: whole - 1, character }
      },
    }
  }
  connection.onCompletion(async ({ textDocument, position }) => {
    const found = await present(textDocument.uri)
    if (found === undefined) return []
    const { one, look, own, works } = found
    const { document } = look.opened
    // What is written around a place is in its own file, where the block of an include is, too.
    const tree = document.file.data.includes === undefined ? document.tree : treeOf(own)
    const place = placeOf({ ...document, tree }, own, cursorAt(own, position))
    return suggestionsAt(place, look, works, one.site).map((item, index) => itemOf(item, position, index))
  })
  connection.onHover(async ({ textDocument, position }) => {
    const found = await present(textDocument.uri)
    const at = found?.placed(position)
    const hover = found && at && hoverAt(found.text, at, found.look, found.works)
    return hover ? { contents: { kind: 'markdown', value: hover.markdown } } : null
  })
  connection.onDefinition(async ({ textDocument, position }) => {
    const found = await present(textDocument.uri)
    if (found === undefined) return []
    const { one, text, look, works, own } = found
    const at = found.placed(position)
    // The block of an include is not in the whole text.
    const targets =
      at === undefined ? fileAt(cursorAt(own, position), look) : definitionsAt(text, at, look, works)
    return targets.map(({ path, range }) => ({
      uri: path === one.site.document ? one.uri : uriOf(one.site, path),
      range,
    }))
  })
  connection.onDocumentSymbol(async ({ textDocument }) => {
    const found = await present(textDocument.uri)
    return found ? symbolsIn(found.look, found.path).map(symbolOf) : []
  })
  documents.listen(connection)
  connection.listen()
  return {
    async close() {
      for (const one of opened.values()) await close(one)
    },
  }
}

/** Before a look, and then again while there is news in each. */
const [firstMs, pauseMs] = [1, 5]
const mostPauses = 20

function treeOf(text: string): Root {
  try {
    return parseFile(text, { count: 0 })
  } catch (error) {
    if (error instanceof LimitError) return { type: 'root', children: [] }
    throw error
  }
}

/** Editors may open what is no file of this machine, such as `file://host/a.md`. */
function pathOf(uri: string): string | undefined {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : undefined
  } catch {
    return undefined
  }
}

/** A document of the project that includes this one, which has no title and so is none of its own. */
function wholeOf({ opened: { document }, files }: Look): string | undefined {
  const { path = '', value } = document.file
  if (document.file.data.includes !== undefined || /^\uFEFF?(?:---\s|# )/m.test(String(value)))
    return undefined
  const named = new RegExp(String.raw`^[ \t]*file:[ \t]*['"]?${escapeRegExp(path)}['"]?[ \t]*$`, 'm')
  return files.match('**/*.md').find((other) => {
    const found = other === path ? undefined : files.text(other)
    return found !== undefined && /^(?:`{3,}|~{3,})\s*yaml\s+include\b/m.test(found) && named.test(found)
  })
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
