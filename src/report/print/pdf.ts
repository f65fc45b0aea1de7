/** A report as PDF/UA-1, by way of Typst. */

import type { Printed, Report } from '../model.ts'
import { compileLimits, openCompiler } from './compiler.ts'
import { compileWithGlyphs } from './glyphs.ts'
import { sourceOf, typstSource } from './typst/document.ts'

export async function writePdf(report: Report, limits = compileLimits): Promise<Printed> {
  using compiler = openCompiler(limits)
  const { problems: told, ...source } = typstSource(report, { folder: 'files', extension: '.pdf' })
  const { pdf, problems } = await compileWithGlyphs(compiler, source, sourceOf)
  return { ...(pdf === undefined ? {} : { text: pdf }), problems: [...told, ...problems] }
}
