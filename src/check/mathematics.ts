/** Checks formulas: TeX that can be typeset, at the place of what cannot, and labels that can be read. */

import type { InlineMath, Math } from 'mdast-util-math'
import type { Document } from '../document/document.ts'
import { descend } from '../document/markdown.ts'
import { idInLabel, isClosedMath, locateInMath } from '../document/mathematics.ts'
import { sourceText, startOf } from '../document/place.ts'
import { fail, warn } from '../document/problem.ts'
import type { TexFormula, Typesetter } from '../text/tex.ts'

/** Formulas of the text, the abstract and the captions. */
export function formulasOf({
  tree,
  abstract,
  captions,
}: Pick<Document, 'tree' | 'abstract' | 'captions'>): readonly (Math | InlineMath)[] {
  return [...(abstract ? [abstract] : []), tree, ...captions.values()].flatMap((root) =>
    [...descend(root)].flatMap(({ node }) =>
      node.type === 'math' || node.type === 'inlineMath' ? [node] : [],
    ),
  )
}

/** A formula as it is typeset. */
export function texOf(node: Math | InlineMath): TexFormula {
  const isDisplay = node.type === 'math' || node.data?.isDisplay === true
  return { tex: node.value, isDisplay }
}

/** Commands that LaTeX numbers lines with, and the ones that do not. */
const numbering = /\\begin\{(align|alignat|gather|equation)\}/

export function checkMathematics(document: Document, typeset: Typesetter | undefined): void {
  const { file } = document
  const source = sourceText(file)
  for (const node of formulasOf(document)) {
    const place = startOf(node)
    const locate = locateInMath(source, node)
    if (node.type === 'math') {
      if (!isClosedMath(node, source)) {
        fail(file, 'math', place, 'the formula is never closed: end it with a line $$')
        continue
      }
      checkLabel(node, document)
    }
    const found = numbering.exec(node.value)
    if (found) {
      const reason = `the lines of ${found[1]} get no numbers: write ${found[1]}*, and {#eq-name} behind the closing $$ for one`
      warn(file, 'math', locate(found.index), reason)
    }
    const tag = /\\tag\b/.exec(node.value)
    if (tag) {
      fail(
        file,
        'math',
        locate(tag.index),
        '\\tag is not drawn: write {#eq-name} behind the closing $$ for a number',
      )
      continue
    }
    const { tex, isDisplay } = texOf(node)
    const made = typeset?.(tex, isDisplay)
    if (made && 'mistake' in made) fail(file, 'math', locate(made.offset), made.mistake)
  }
}

function checkLabel(node: Math, { file }: Document): void {
  const label = node.data?.rest
  if (label === undefined) return
  const line = (node.data?.isCode ? node.position?.start.line : node.position?.end.line) ?? 1
  const place = { line, column: 1 }
  const id = idInLabel(label)
  if (id === undefined) {
    const name = /^\(([\w-]+)\)$/.exec(label)?.[1] ?? 'name'
    const reason = `${label} behind a formula is not shown: write {#eq-${name.replace(/^eq[-:]/, '')}} for a number`
    warn(file, 'math-label', place, reason)
  } else if (!id.startsWith('eq-')) {
    warn(file, 'id-prefix', place, `the text cannot refer to equation ${id}: name it eq-${id}`)
  }
}
