/** Writes a document beside a report, such as the artifact appendix, as a page to print on sheets of A4. */

import type { Element } from 'hast'
import { h } from 'hastscript'
import type { Root } from 'mdast'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'
import { visit } from 'unist-util-visit'
import type { PageFacts } from '../model.ts'
import { htmlPage } from './frame.ts'
import { style } from './style.ts'

const own = `
main.appendix { max-width: 70rem; margin: 0 auto; }
main.appendix > * { max-width: 78ch; }
main.appendix > .scroll { max-width: 100%; margin: 1rem 0; }
main.appendix h1 { margin-top: 2rem; }
main.appendix h2 { margin-top: 1.8rem; }
main.appendix td:nth-child(2) { min-width: 16rem; }
main.appendix td code { white-space: normal; overflow-wrap: anywhere; }
main.appendix td:last-child code { white-space: nowrap; }
@page { size: A4; margin: 13mm 14mm; }
@media print {
  html { font-size: 8pt; line-height: 1.32; }
  main.appendix > * { max-width: 100%; }
  main.appendix h1 { font-size: 1.5rem; margin: 0 0 .3rem; }
  main.appendix h2 { font-size: 1.1rem; margin: .8rem 0 .3rem; }
  main.appendix p, main.appendix ul { margin: 0 0 .5em; }
  main.appendix li p, main.appendix li { margin: 0; }
  main.appendix pre { padding: .3rem .5rem; margin: .3rem 0; white-space: pre-wrap; }
  main.appendix > .scroll { margin: .3rem 0; }
  main.appendix table { font-size: 6.6pt; width: 100%; }
  main.appendix td, main.appendix th { padding: .12rem .3rem; }
  main.appendix td:nth-child(2) { min-width: 0; }
}
`

export async function writeSheets(document: Root, facts: PageFacts): Promise<string> {
  const body = await unified().use(remarkRehype).run(document)
  visit(body, 'element', (node, index, parent) => {
    if (node.tagName !== 'table' || parent === undefined || index === undefined) return
    const box = { className: ['scroll'], role: 'region', ariaLabel: 'Table', tabIndex: 0 }
    if (parent.type === 'root') parent.children[index] = h('div', box, node)
  })
  const main = h('main', { className: ['appendix'] }, ...(body.children as Element[]))
  return htmlPage({
    ...facts,
    style: style + own,
    body: h('body', { className: ['appendix'] }, main),
  })
}
