/**
 * Typst's compiler in this process, by `@myriaddreamin/typst-ts-node-compiler`: an optional peer dependency, as it has 51 MB.
 * It is looked for from this program and never from a project, as nothing of a stranger's folder may run.
 */

import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { programUrl } from '../../dist.ts'

/** What to install, as package.json pins it. */
export const compilerPackage = '@myriaddreamin/typst-ts-node-compiler'
export const compilerVersion = '0.7.0'

type Library = typeof import('@myriaddreamin/typst-ts-node-compiler')

/** What a compilation says of its source. */
export interface Mistake {
  readonly message: string
  /** Line of the source from 1, if it is known. */
  readonly line?: number
}

/** A PDF, or what is wrong. */
export type Compiled =
  | { readonly pdf: Uint8Array }
  /** Characters that none of the fonts has are no mistakes yet: they can be written otherwise. */
  | { readonly mistakes: readonly Mistake[]; readonly withoutGlyph: readonly string[] }

/** `files` by path from the source. `isTagged`: PDF/UA-1, else a plain PDF such as a figure. */
export type Compile = (
  source: string,
  files: ReadonlyMap<string, string | Uint8Array>,
  isTagged: boolean,
) => Compiled

/** Whether the compiler is installed beside this program. */
export function hasCompiler(): boolean {
  return resolved() !== undefined
}

function resolved(): string | undefined {
  const { resolve } = createRequire(import.meta.url)
  try {
    return resolve(compilerPackage)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** Not a folder of any machine: a source sees the files that it is given, and no others. */
const root = process.platform === 'win32' ? 'C:\\repro-print' : '/repro-print'

/** Throws an error if the compiler is not installed. */
export function openCompiler(): Compile {
  const path = resolved()
  if (path === undefined) throw new Error(`${compilerPackage} is not installed`)
  const library = createRequire(import.meta.url)(path) as Library
  const fontBlobs = ['Regular', 'Bold'].map((style) => readFileSync(programUrl(`fonts/Arimo-${style}.ttf`)))
  return (source, files, isTagged) => {
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
  return { mistakes, withoutGlyph: [...new Set(withoutGlyph)] }
}

/** Rust escapes what is not printed: `\u{1f984}`, `\"`. */
function unescaped(text: string): string {
  return text
    .replace(/\\u\{([\da-f]+)\}/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/\\(.)/gs, '$1')
}
