/** Pictures of the text, put into the page itself: a report is one file and asks nobody for more. */

import { posix } from 'node:path'
import type { Element, Root } from 'hast'
import { visit } from 'unist-util-visit'
import type { Words } from './words/en.ts'

const types: ReadonlyMap<string, string> = new Map([
  ['.gif', 'image/gif'],
  ['.jpeg', 'image/jpeg'],
  ['.jpg', 'image/jpeg'],
  ['.png', 'image/png'],
  ['.svg', 'image/svg+xml'],
  ['.webp', 'image/webp'],
])

/**
 * Replaces each picture's path by its content.
 *
 * @param folder where the document lies, which paths start from
 * @returns what could not be put in, one message for each; those pictures become links to their source.
 */
export async function embedImages(
  tree: Root,
  folder: string,
  read: (path: string) => Promise<Uint8Array>,
  words: Words,
): Promise<readonly string[]> {
  const images: Element[] = []
  visit(tree, 'element', (node) => {
    if (node.tagName === 'img') images.push(node)
  })
  const problems: string[] = []
  for (const image of images) {
    const source = String(image.properties.src ?? '')
    const path = posix.normalize(posix.join(folder, decodeURI(source)))
    const type = types.get(posix.extname(path).toLowerCase())
    const reason = /^[a-z][a-z0-9+.-]*:|^\/\//i.test(source)
      ? 'the page makes no requests; put the picture into the project'
      : type === undefined
        ? `no picture of a known type (${[...types.keys()].join(', ')})`
        : undefined
    if (reason !== undefined) {
      problems.push(`image ${source}: ${reason}`)
      asText(image, words)
      continue
    }
    try {
      image.properties.src = `data:${type};base64,${Buffer.from(await read(path)).toString('base64')}`
    } catch (cause) {
      problems.push(`image ${source}: cannot read ${path}: ${cause instanceof Error ? cause.message : cause}`)
      asText(image, words)
    }
  }
  return problems
}

function asText(image: Element, words: Words): void {
  const { alt, src } = image.properties
  image.tagName = 'span'
  image.properties = { className: ['missing'] }
  image.children = [{ type: 'text', value: words.missingPicture(String(alt || src)) }]
}
