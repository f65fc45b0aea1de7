/**
 * A report as PDF/UA-1, by way of Typst. A character that no font has is printed as its number, and told as a problem at its place:
 * an empty box would look like a result.
 */

import type { FormatProblem, Printed, Report } from '../model.ts'
import { compileLimits, openCompiler } from './compiler.ts'
import { eastAsian } from './fonts.ts'
import { sourceOf, typstSource } from './typst/document.ts'
import type { Chunk } from './typst/nodes.ts'

export async function writePdf(report: Report, limits = compileLimits): Promise<Printed> {
  using compiler = openCompiler(limits)
  const {
    chunks: given,
    files: made,
    problems: told,
  } = typstSource(report, { folder: 'files', extension: '.pdf' })
  const problems = [...told]
  let chunks = given
  let files: ReadonlyMap<string, string | Uint8Array> = made
  // Each round takes out characters; those of drawings show when those of the text are gone.
  for (let round = 0; ; round += 1) {
    const compiled = await compiler.compile(sourceOf(chunks), files, true)
    if ('pdf' in compiled) return { text: compiled.pdf, problems }
    const { mistakes, withoutGlyph } = compiled
    if (mistakes.length > 0 || withoutGlyph.length === 0 || round === 4)
      return {
        problems: [
          ...problems,
          ...mistakes.map(({ message, line, isLimit }) =>
            withLine(`cannot be printed: ${message}`, isLimit ? longest(chunks) : lineOf(chunks, line)),
          ),
        ],
      }
    for (const one of problemsOf(withoutGlyph, chunks, files)) problems.push(one)
    chunks = chunks.map((chunk) => ({ ...chunk, source: numbered(chunk.source, withoutGlyph) }))
    files = new Map(
      [...files].map(([name, content]) => [
        name,
        typeof content === 'string' ? numbered(content, withoutGlyph) : content,
      ]),
    )
  }
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
  files: ReadonlyMap<string, string | Uint8Array>,
): readonly FormatProblem[] {
  const places = Map.groupBy(characters, (one) => {
    const chunk = chunks.find(({ source }) => source.includes(one))
    if (chunk !== undefined) return chunk
    return [...files].find(([, content]) => typeof content === 'string' && content.includes(one))?.[0]
  })
  return [...places].map(([place, found]) => {
    const where = typeof place === 'string' ? ` (in ${place.split('/').at(-1)})` : ''
    const advice = found.some((one) => eastAsian.test(one))
      ? 'install the fonts Noto Serif CJK and Noto Sans CJK (package fonts-noto-cjk)'
      : 'write something else'
    const shown = found.map((one) => `${one} (${codeOf(one)})`).join(', ')
    const line = typeof place === 'object' ? place.line : undefined
    return withLine(`no font has ${shown}${where}: ${advice}`, line)
  })
}
