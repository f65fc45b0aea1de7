/** Pictures and drawings as they are printed. */

import { Buffer } from 'node:buffer'
import type { Drawing, PictureContent } from '../model.ts'
import { eastAsian, families, isEastAsian } from './fonts.ts'

/** Width in points: pixels are 3/4 of one. */
export function widthOf(content: Drawing | PictureContent): number {
  if (content.type === 'picture') {
    const pixels = content.width ?? pixelsOf(content)
    return 0.75 * (pixels ?? 1000)
  }
  const [, width] = /<svg\b[^>]*?\swidth="([\d.]+)"/.exec(content.svg) ?? []
  const [, box] = /<svg\b[^>]*?\sviewBox="\S+ \S+ ([\d.]+)/.exec(content.svg) ?? []
  return 0.75 * Number(width ?? box ?? 400)
}

/** Width in the head of a PNG or GIF, or of an SVG; undefined for others, which fill their place. */
function pixelsOf({ mime, content }: PictureContent): number | undefined {
  const bytes = Buffer.from(content.slice(0, 4096), 'base64')
  if (mime === 'image/png' && bytes.length > 24) return bytes.readUInt32BE(16)
  if (mime === 'image/gif' && bytes.length > 10) return bytes.readUInt16LE(6)
  if (mime !== 'image/svg+xml') return undefined
  const width = /<svg\b[^>]*?\swidth="([\d.]+)(?:px)?"/.exec(bytes.toString())?.[1]
  return width === undefined ? undefined : Number(width)
}

/** Names the fonts of print in a drawing, whose own are those of browsers. */
export function printable(svg: string, lang: string): string {
  const names = families(lang, isEastAsian(lang) || eastAsian.test(svg)).sans.map((name) => `'${name}'`)
  return svg
    .replace(/font-family=("[^"]*"|'[^']*')/g, () => `font-family="${names.join(', ')}"`)
    .replace(/font-family:[^;"']*(?:&quot;[^;"]*)*/g, () => `font-family:${names.join(', ')}`)
}
