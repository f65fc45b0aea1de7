/**
 * Of the module `vscode`, which only the editor has, what a language client asks for: a folder, an open document, and
 * a place for diagnostics. Anything else is a class, or a function that registers nothing.
 */

const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

const folder = process.env.FOLDER
const registered = { dispose() {} }
class Uri {
  constructor(path) {
    Object.assign(this, { scheme: 'file', authority: '', path, fsPath: path, query: '', fragment: '' })
  }
  static file(path) {
    return new Uri(path)
  }
  static parse(text) {
    return new Uri(decodeURIComponent(new URL(text).pathname))
  }
  toString() {
    return pathToFileURL(this.path).href
  }
}
class EventEmitter {
  constructor() {
    const listeners = new Set()
    this.event = (listener) => {
      listeners.add(listener)
      return registered
    }
    this.fire = (value) => {
      for (const listener of listeners) listener(value)
    }
    this.dispose = () => listeners.clear()
  }
}
class CancellationTokenSource {
  token = { isCancellationRequested: false, onCancellationRequested: () => registered }
  cancel() {}
  dispose() {}
}
class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity })
  }
}
const path = join(folder, 'index.md')
const document = {
  ...{
    uri: Uri.file(path),
    fileName: path,
    languageId: 'markdown',
    version: 1,
    isClosed: false,
    isDirty: false,
  },
  getText: () => readFileSync(path, 'utf8'),
}

/** A class with all names on it, for enumerations, that can be called. */
const anything = (own = {}) => {
  const target = Object.assign(class {}, own)
  return new Proxy(target, {
    get: (_, name) => {
      if (name in target) return target[name]
      return /^(?:on[A-Z]|register|create)/.test(String(name)) ? () => registered : undefined
    },
  })
}
const enumeration = new Proxy({}, { get: (_, name) => (name === 'then' ? undefined : String(name)) })

const own = {
  version: '1.100.0',
  Uri,
  EventEmitter,
  CancellationTokenSource,
  Diagnostic,
  DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
  env: anything({ appName: 'a stub', language: 'en' }),
  workspace: anything({
    workspaceFolders: [{ uri: Uri.file(folder), name: 'folder', index: 0 }],
    textDocuments: [document],
    notebookDocuments: [],
    isTrusted: true,
    getConfiguration: () => ({
      get: (name) => (name === 'command' ? JSON.parse(process.env.COMMAND) : undefined),
    }),
    getWorkspaceFolder: () => ({ uri: Uri.file(folder), name: 'folder', index: 0 }),
  }),
  window: anything({
    createOutputChannel: () =>
      anything({
        append() {},
        appendLine() {},
        info() {},
        debug() {},
        error() {},
        warn() {},
        trace() {},
        show() {},
        dispose() {},
      }),
    visibleTextEditors: [],
    tabGroups: anything({ all: [] }),
    showErrorMessage: async (text) => console.log(JSON.stringify({ shown: text })),
  }),
  languages: anything({
    match: () => 10,
    createDiagnosticCollection: () => ({
      set: (uri, found) =>
        console.log(
          JSON.stringify({ uri: String(uri), messages: (found ?? []).map(({ message }) => message) }),
        ),
      delete() {},
      clear() {},
      dispose() {},
    }),
  }),
  commands: anything(),
}

const classes =
  'CallHierarchyIncomingCall CallHierarchyItem CallHierarchyOutgoingCall CancellationError CodeAction CodeLens Color ColorInformation ColorPresentation CompletionItem CompletionList DiagnosticRelatedInformation Disposable DocumentHighlight DocumentLink DocumentSymbol FoldingRange Hover InlayHint InlayHintLabelPart InlineCompletionItem InlineCompletionList InlineValueEvaluatableExpression InlineValueText InlineValueVariableLookup LinkedEditingRanges Location MarkdownString ParameterInformation Position Range RelativePattern SelectionRange SemanticTokens SemanticTokensEdit SemanticTokensEdits SignatureHelp SignatureInformation SnippetString SnippetTextEdit SymbolInformation TabInputCustom TabInputNotebook TabInputText TabInputTextDiff TextEdit TypeHierarchyItem WorkspaceEdit'
const enumerations =
  'CodeActionKind CodeActionTriggerKind CompletionItemKind CompletionItemTag CompletionTriggerKind DiagnosticTag DocumentHighlightKind FileType FoldingRangeKind InlineCompletionTriggerKind LogLevel NotebookCellKind ProgressLocation SignatureHelpTriggerKind SymbolKind SymbolTag TextDocumentSaveReason'
for (const name of classes.split(' ')) own[name] ??= class {}
for (const name of enumerations.split(' ')) own[name] ??= enumeration
module.exports = own
