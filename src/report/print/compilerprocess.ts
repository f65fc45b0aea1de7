/**
 * The process of Typst's compiler: compiles one order after the other, and ends with its build (started by compiler.ts). What it
 * prints is a stranger's text, but the compiler has no command that runs anything, and sees no files but those of its order.
 */

import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { programUrl } from '../../dist.ts'
import type { CompileAnswer, Compiled, CompileOrder, Mistake } from './compiler.ts'

type Library = typeof import('@myriaddreamin/typst-ts-node-compiler')

process.on('disconnect', () => process.exit())
process.on('message', (order: CompileOrder) => {
  try {
    send({ type: 'compiled', compiled: compiled(order) })
  } catch (error) {
    send({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
})
send({ type: 'ready' })

function send(answer: CompileAnswer): void {
  process.send?.(answer)
}

/** Not a folder of any machine: a source sees the files that it is given, and no others. */
const root = process.platform === 'win32' ? 'C:\\repro-print' : '/repro-print'

function compiled({ library: path, source, files, isTagged }: CompileOrder): Compiled {
  const library = createRequire(import.meta.url)(path) as Library
  const fontBlobs = ['Regular', 'Bold'].map((style) => readFileSync(programUrl(`fonts/Arimo-${style}.ttf`)))
  const compiler = library.NodeCompiler.create({ workspace: root, fontArgs: [{ fontBlobs }] })
  for (const [name, content] of files) compiler.mapShadow(`${root}/${name}`, Buffer.from(content))
  compiler.addSource(`${root}/main.typ`, source)
  const result = compiler.compile({ mainFilePath: `${root}/main.typ` })
  const document = result.result
  if (document === null) {
    const error = result.takeDiagnostics() ?? result.takeError()
    const all: readonly Diagnostic[] = error === null ? [] : compiler.fetchDiagnostics(error)
    // Where a mistake was met, but not what it is.
    const found = all.filter(({ message }) => !message.startsWith('while calling'))
    return {
      mistakes: found.map(({ message, range }) => ({
        message,
        ...(range == null ? {} : { line: range.start.line + 1 }),
      })),
      withoutGlyph: [],
    }
  }
  try {
    // A fixed time, so that the same report is the same bytes.
    const options = isTagged ? { pdfStandard: 'ua-1' } : { pdfTags: false }
    return { pdf: compiler.pdf(document, { ...options, creationTimestamp: 0 }) }
  } catch (error) {
    return refusal(String((error as Error).message))
  } finally {
    compiler.evictCache(0)
  }
}

interface Diagnostic {
  readonly message: string
  readonly range?: { readonly start: { readonly line: number } } | null
}

/** Reads Rust's print of the mistakes of an export, which have no places. */
function refusal(text: string): Compiled {
  const messages = [...text.matchAll(/message: "((?:[^"\\]|\\.)*)"/g)].map(([, message = '']) =>
    message.replace(/\\(["\\])/g, '$1'),
  )
  const withoutGlyph: string[] = []
  const mistakes: Mistake[] = []
  for (const message of messages.length === 0 ? [text] : messages) {
    const [, shown] = /the text `"(.*)"` could not be displayed/s.exec(message) ?? []
    if (shown === undefined) mistakes.push({ message })
    else withoutGlyph.push(unescaped(shown))
  }
  // A glyph of several may have no text of its own.
  const shown = [...new Set(withoutGlyph)].filter((one) => one !== '')
  if (mistakes.length + shown.length === 0) mistakes.push({ message: messages[0] ?? text })
  return { mistakes, withoutGlyph: shown }
}

/** Rust escapes what is not printed: `\u{1f984}`, `\"`. */
function unescaped(text: string): string {
  return text
    .replace(/\\u\{([\da-f]+)\}/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/\\(.)/gs, '$1')
}
