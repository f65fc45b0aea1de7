/**
 * Compiles what may have characters that no font has: each is printed as its number, and told as a problem at its place, as an
 * empty box would look like a result.
 */

import type { FormatProblem } from '../model.ts'
import type { Compiler, Mistake } from './compiler.ts'
import { eastAsian } from './fonts.ts'
import { string } from './source.ts'

/** A part of the text, and the line of the document that it is from. */
export interface Chunk {
  readonly source: string
  readonly line?: number
}

type Files = ReadonlyMap<string, string | Uint8Array>

export interface WithGlyphs {
  /** Undefined if it cannot be printed. */
  readonly pdf?: Uint8Array
  readonly problems: readonly FormatProblem[]
  /** With numbers in place of characters. */
  readonly chunks: readonly Chunk[]
  readonly files: Files
}

/** @param sourceOf puts chunks together, with a line between them */
export async function compileWithGlyphs(
  compiler: Compiler,
  given: { readonly chunks: readonly Chunk[]; readonly files: Files },
  sourceOf: (chunks: readonly Chunk[]) => string,
): Promise<WithGlyphs> {
  const problems: FormatProblem[] = []
  let { chunks, files } = given
  // Each round takes out characters; those of drawings show when those of the text are gone.
  for (let round = 0; ; round += 1) {
    const compiled = await compiler.compile(sourceOf(chunks), files, true)
    if ('pdf' in compiled) return { pdf: compiled.pdf, problems, chunks, files }
    const { withoutGlyph } = compiled
    // Of drawings, what is set as one sign of several characters has no text in a PDF that says each; which, is not told.
    const marks = compiled.mistakes.some(isWithoutText) ? marksIn(files) : []
    const mistakes =
      marks.length === 0 ? compiled.mistakes : compiled.mistakes.filter((one) => !isWithoutText(one))
    if (mistakes.length > 0 || withoutGlyph.length + marks.length === 0 || round === 4) {
      for (const { message, line, isLimit } of mistakes)
        problems.push(
          withLine(`cannot be printed: ${message}`, isLimit ? longest(chunks) : lineOf(chunks, line)),
        )
      return { problems, chunks, files }
    }
    for (const one of problemsOf(withoutGlyph, chunks, files)) problems.push(one)
    for (const one of problemsOf(marks, chunks, files, true)) problems.push(one)
    chunks = chunks.map((chunk) => ({ ...chunk, source: numbered(chunk.source, withoutGlyph) }))
    files = new Map(
      [...files].map(([name, content]) => [
        name,
        typeof content === 'string' ? numbered(content, [...withoutGlyph, ...marks]) : content,
      ]),
    )
  }
}

function isWithoutText({ message }: Mistake): boolean {
  return message.includes('text with missing codepoints')
}

/** Returns the marks in drawings that stand over, under or between other characters. */
function marksIn(files: Files): readonly string[] {
  const texts = [...files.values()].filter((content) => typeof content === 'string')
  return [...new Set(texts.flatMap((text) => text.match(/[\p{M}\u200d]/gu) ?? []))]
}

function withLine(message: string, line: number | undefined): FormatProblem {
  return { message, ...(line === undefined ? {} : { line }) }
}

/** Returns the document's line of a line of the source. */
function lineOf(chunks: readonly Chunk[], line: number | undefined): number | undefined {
  if (line === undefined) return undefined
  let end = 0
  for (const chunk of chunks) {
    end += chunk.source.split('\n').length + 1
    if (line < end) return chunk.line
  }
  return undefined
}

/** Returns the document's line of its longest part. */
function longest(chunks: readonly Chunk[]): number | undefined {
  const placed = chunks.filter(({ line }) => line !== undefined)
  return placed.reduce<Chunk | undefined>(
    (most, one) => (most === undefined || one.source.length > most.source.length ? one : most),
    undefined,
  )?.line
}

function codeOf(text: string): string {
  return [...text]
    .map((character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
    .join(' ')
}

function numbered(text: string, characters: readonly string[]): string {
  // Means nothing to Typst or XML.
  return characters.reduce((rest, one) => rest.replaceAll(one, `‹${codeOf(one)}›`), text)
}

/** A problem for each place, with all its characters. */
function problemsOf(
  characters: readonly string[],
  chunks: readonly Chunk[],
  files: Files,
  isInDrawings = false,
): readonly FormatProblem[] {
  const places = Map.groupBy(characters, (one) => {
    const chunk = isInDrawings ? undefined : chunks.find(({ source }) => source.includes(one))
    if (chunk !== undefined) return chunk
    return [...files].find(([, content]) => typeof content === 'string' && content.includes(one))?.[0]
  })
  return [...places].map(([place, found]) => {
    const where = typeof place === 'string' ? ` (in ${place.split('/').at(-1)})` : ''
    const advice = found.some((one) => eastAsian.test(one))
      ? 'install the fonts Noto Serif CJK and Noto Sans CJK (package fonts-noto-cjk)'
      : 'write something else'
    const shown = found.map((one) => `${/^\p{M}/u.test(one) ? '◌' : ''}${one} (${codeOf(one)})`).join(', ')
    const chunk =
      typeof place === 'string' ? chunks.find(({ source }) => source.includes(string(place))) : place
    return withLine(`no font has ${shown}${where}: ${advice}`, chunk?.line)
  })
}
