/** What authors write beside running text: formulas, equations, listings. Makes the nodes of the report. */

import type { Code, Nodes } from 'mdast'
import { formulasOf, texOf } from '../check/mathematics.ts'
import type { Document } from '../document/document.ts'
import { descend } from '../document/markdown.ts'
import { idInLabel, locateInMath } from '../document/mathematics.ts'
import { sourceText, startOf } from '../document/place.ts'
import type { Messages } from '../locale/en.ts'
import { loadTypesetter, type Typesetter } from '../text/tex.ts'
import { loadHighlighter } from './highlight.ts'
import type { Equation, Formula, Listing, Missing, ReportProblem } from './model.ts'

/** Adds the report's nodes of formulas and code to `nodes`; returns what cannot be shown as it should be. */
export async function writtenNodes(
  document: Document,
  nodes: Map<Nodes, Nodes>,
  { labels, messages }: { readonly labels: ReadonlyMap<string, string>; readonly messages: Messages },
): Promise<readonly ReportProblem[]> {
  const problems: ReportProblem[] = []
  const formulas = formulasOf(document)
  const typeset = formulas.length === 0 ? undefined : await loadTypesetter(formulas.map(texOf))
  const source = sourceText(document.file)
  let count = 0
  for (const node of formulas) {
    const isAlone = node.type === 'math'
    const { tex, isDisplay } = texOf(node)
    const made = (typeset as Typesetter)(tex, isDisplay)
    let formula: Formula | Missing
    if ('mistake' in made) {
      problems.push({ type: 'error', message: made.mistake, place: locateInMath(source, node)(made.offset) })
      formula = { type: 'missing', text: messages.error(made.mistake) }
    } else formula = { type: 'formula', tex: node.value, ...made, isDisplay }
    if (!isAlone) {
      nodes.set(node, formula)
      continue
    }
    const id = idInLabel(node.data?.rest ?? '')
    if (id !== undefined) count += 1
    const equation: Equation = {
      type: 'equation',
      ...(id === undefined ? {} : { id, number: String(count) }),
      formula,
    }
    nodes.set(node, equation)
  }
  for (const problem of await listings(document, nodes, labels)) problems.push(problem)
  return problems
}

async function listings(
  { tree, abstract, nodes: blocks, targets }: Document,
  nodes: Map<Nodes, Nodes>,
  labels: ReadonlyMap<string, string>,
): Promise<readonly ReportProblem[]> {
  const problems: ReportProblem[] = []
  const codes = [...(abstract ? [abstract] : []), tree].flatMap((root) =>
    [...descend(root)].flatMap(({ node }): readonly Code[] =>
      node.type === 'code' && !blocks.has(node) ? [node] : [],
    ),
  )
  const highlight = await loadHighlighter(codes.flatMap(({ lang }) => lang ?? []))
  for (const node of codes) {
    const target = targets.find((one) => one.type === 'listing' && one.node === node)
    const label = target && labels.get(target.id)
    const found = highlight(node.value, node.lang ?? '')
    if ('reason' in found)
      problems.push({
        type: 'loss',
        message: `the code is shown without colours, as ${found.reason}`,
        place: startOf(node),
      })
    const listing: Listing = {
      type: 'listing',
      ...(target === undefined ? {} : { id: target.id }),
      ...(label === undefined ? {} : { label }),
      ...(node.lang == null ? {} : { language: node.lang }),
      code: 'reason' in found ? [node.value] : found,
    }
    nodes.set(node, listing)
  }
  return problems
}
