/**
 * A document as it is typed now. A look at it takes longer than people wait for an answer, and while they
 * type there is always a next one. So an answer takes the text as it is, and all else as the last look found
 * it: runs, columns, works.
 */

import { VFile } from 'vfile'
import { type Document, parseDocument } from '../document/document.ts'
import { expandIncludes } from '../document/include.ts'
import type { Look } from '../project/live.ts'

/**
 * Returns a look with the document of texts that lie over files, by path; `before` is what it last returned.
 */
export function presentLook(look: Look, overlay: ReadonlyMap<string, string>, before?: Look): Look {
  const { opened, files } = look
  const { path = '', cwd } = opened.document.file
  const read = (name: string) => {
    const text = overlay.get(name)
    return text === undefined ? files.read(name) : new TextEncoder().encode(text)
  }
  const file = new VFile({ path, cwd, value: overlay.get(path) ?? files.text(path) ?? '' })
  expandIncludes(file, { problem: files.problem, read })
  const same = [look, before].find((one) => one && isOf(one.opened.document, file))
  const document =
    same?.opened.document ?? parseDocument(file, opened.document.original ?? 'its original was not read')
  return { ...look, opened: { ...opened, document } }
}

function isOf({ file }: Document, { value, data, path }: VFile): boolean {
  return (
    file.path === path &&
    String(file) === String(value) &&
    JSON.stringify(file.data.includes?.parts) === JSON.stringify(data.includes?.parts)
  )
}
