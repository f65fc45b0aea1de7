/** README.md and docs/ are documents of `repro` without a mistake, and their links lead somewhere. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Heading } from 'mdast'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { headingIds } from '../../src/document/headings.ts'
import { descend } from '../../src/document/markdown.ts'
import { openDocument } from '../../src/project/site.ts'
import { textOf } from '../../src/report/textof.ts'
import { openSeal } from '../../src/results/seal.ts'
import { source } from '../source.ts'
import { documents } from './blocks.ts'

const checkout = source('.')

function idsIn(path: string): readonly string[] {
  const { tree } = parseDocument(new VFile(readFileSync(path, 'utf8')))
  const headings = [...descend(tree)].flatMap(({ node }) => (node.type === 'heading' ? [node] : []))
  return headingIds(
    headings.map((node: Heading) => ({ text: textOf(node), id: node.data?.id })),
    [],
  )
}

describe.each(documents)('%s', (path) => {
  it('has no mistakes', async () => {
    const seal = openSeal(checkout)
    const site = { project: checkout, document: path, cache: '', seal, generator: 'repro' }
    const { document } = await openDocument(site)
    expect(document.frontMatter.title).not.toBe('')
    expect(document.file.messages.map(String)).toEqual([])
  })

  it('has links to files and headings that are there', () => {
    const { tree } = parseDocument(new VFile(readFileSync(source(path), 'utf8')))
    const lost = [...descend(tree)].flatMap(({ node }) => {
      if (node.type !== 'link' || /^[a-z]+:/.test(node.url) || node.url.startsWith('#')) return []
      const [file = '', id] = node.url.split('#')
      const target = join(dirname(source(path)), file)
      if (!existsSync(target)) return [node.url]
      return id === undefined || idsIn(target).includes(id) ? [] : [node.url]
    })
    expect(lost, relative(checkout, path)).toEqual([])
  })
})
