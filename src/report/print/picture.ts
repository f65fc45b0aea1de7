/** Pictures and drawings as they are printed. */

import { Buffer, isUtf8 } from 'node:buffer'
import type { Drawing, PictureContent } from '../model.ts'
import { eastAsian, families, isEastAsian } from './fonts.ts'
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

interface Pixels {
  readonly width: number
  readonly height?: number
}

/** Size in the head of a picture; undefined if it says none that is one, and then it fills its place. */
function pixelsOf(picture: PictureContent): Pixels | undefined {
  const { width, height } = pixelsInHead(picture) ?? {}
  if (width === undefined || !(width > 0)) return undefined
  return { width, ...(height !== undefined && height > 0 && { height }) }
}

function pixelsInHead({ mime, content }: PictureContent): Pixels | undefined {
  if (mime === 'image/jpeg') return pixelsOfJpeg(Buffer.from(content, 'base64'))
  const bytes = Buffer.from(content.slice(0, 4096), 'base64')
  if (mime === 'image/webp') return pixelsOfWebp(bytes)
  if (mime === 'image/png' && bytes.length > 24)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  if (mime === 'image/gif' && bytes.length > 10)
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
  return mime === 'image/svg+xml' ? pixelsOfSvg(bytes.toString()) : undefined
}

function pixelsOfSvg(svg: string): Pixels | undefined {
  const side = (name: string) => {
    const written = new RegExp(`<svg\\b[^>]*?\\s${name}="([\\d.]+)(?:px)?"`).exec(svg)?.[1]
    return written === undefined ? undefined : Number(written)
  }
  const [, wide, high] = /<svg\b[^>]*?\sviewBox="\S+ \S+ ([\d.]+) ([\d.]+)/.exec(svg) ?? []
  const width = side('width') ?? (wide === undefined ? undefined : Number(wide))
  if (width === undefined || !(width > 0)) return undefined
  const height =
    wide !== undefined && Number(wide) > 0 ? (width * Number(high)) / Number(wide) : side('height')
  return { width, ...(height !== undefined && height > 0 && { height }) }
}

/** Size in the frame header of a JPEG, behind segments of any length (ITU-T T.81, B.2.2). */
function pixelsOfJpeg(bytes: Buffer): Pixels | undefined {
  let at = 2
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) }
    // Bytes that fill up.
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}

/** Size in the first chunk of a WebP: extended, lossless or lossy (RFC 9649, 2). */
function pixelsOfWebp(bytes: Buffer): Pixels | undefined {
  if (bytes.length < 30) return undefined
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: 1 + bytes.readUIntLE(24, 3), height: 1 + bytes.readUIntLE(27, 3) }
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21)
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
    }
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
    default:
      return undefined
  }
}

/** Returns a picture as text, if that may have characters that no font has. */
export function pictureFile(mime: string, bytes: Uint8Array): string | Uint8Array {
  return mime.startsWith('image/svg') && isUtf8(bytes) ? Buffer.from(bytes).toString('utf8') : bytes
}

/** Names the fonts of print in a drawing, whose own are those of browsers. */
export function printable(svg: string, lang: string): string {
  const names = families(lang, isEastAsian(lang) || eastAsian.test(svg)).sans.map((name) => `'${name}'`)
  return svg
    .normalize('NFC')
    .replace(/font-family=("[^"]*"|'[^']*')/g, () => `font-family="${names.join(', ')}"`)
    .replace(/font-family:[^;"']*(?:&quot;[^;"]*)*/g, () => `font-family:${names.join(', ')}`)
}
