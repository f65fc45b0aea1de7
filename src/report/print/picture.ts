/** Pictures and drawings as they are printed. */

import { Buffer, isUtf8 } from 'node:buffer'
import type { Drawing, PictureContent } from '../model.ts'
import { pixelsOf, pixelsOfSvg } from '../picturesize.ts'
import { arabicFont, eastAsian, families, isEastAsian, mathematicalFont, unjoined } from './fonts.ts'
import type { Measures } from './measures.ts'

/** Width in points: pixels are 3/4 of one. */
export function widthOf(content: Drawing | PictureContent): number {
  if (content.type === 'picture') return 0.75 * (content.width ?? pixelsOf(content)?.width ?? 1000)
  return 0.75 * (pixelsOfSvg(content.svg)?.width ?? 400)
}

/** Width in points with which it is no larger than its room, in points, if its shape is known. */
export function widthIn(content: Drawing | PictureContent, room: number, height: number): number {
  const pixels = content.type === 'picture' ? pixelsOf(content) : pixelsOfSvg(content.svg)
  const most = pixels?.height === undefined ? Infinity : (height * pixels.width) / pixels.height
  return Math.max(1, Math.min(room, widthOf(content), most))
}

/** Room in points for each of the parts of a figure, whose rows have captions and are on one page. */
export function heightOfParts(rows: number, { height }: Measures): number {
  return (0.8 * height) / Math.ceil(rows) - 24
}

/** Returns a picture as text, if that may have characters that no font has. */
export function pictureFile(mime: string, bytes: Uint8Array): string | Uint8Array {
  return mime.startsWith('image/svg') && isUtf8(bytes) ? Buffer.from(bytes).toString('utf8') : bytes
}

/** Names the fonts of print in a drawing, whose own are those of browsers. */
export function printable(svg: string, lang: string): string {
  const hasUnjoined = new RegExp(`\\p{Script=${unjoined}}`, 'u').test(svg)
  const fonts = families(lang, isEastAsian(lang) || eastAsian.test(svg)).sans
  const names = [...(/\p{Script=Arabic}/u.test(svg) ? [arabicFont] : []), ...fonts]
    .filter((name) => name !== mathematicalFont || !hasUnjoined)
    .map((name) => `'${name}'`)
  return svg
    .normalize('NFC')
    .replace(/font-family=("[^"]*"|'[^']*')/g, () => `font-family="${names.join(', ')}"`)
    .replace(/font-family:[^;"']*(?:&quot;[^;"]*)*/g, () => `font-family:${names.join(', ')}`)
}
