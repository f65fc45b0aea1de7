/** Sizes of pictures in pixels, from their heads. */

import { Buffer } from 'node:buffer'
import type { PictureContent } from './model.ts'

export interface Pixels {
  readonly width: number
  readonly height?: number
}

/**
 * Size as it is shown, from the head of a picture; undefined if that says none, and then it fills its place.
 */
export function pixelsOf(picture: Pick<PictureContent, 'mime' | 'content'>): Pixels | undefined {
  const found = pixelsInHead(picture)
  const isOnSide = found?.height !== undefined && orientationOf(picture) >= 5
  const { width, height } = isOnSide ? { width: found.height, height: found.width } : (found ?? {})
  if (width === undefined || !(width > 0)) return undefined
  return { width, ...(height !== undefined && height > 0 && { height }) }
}

/**
 * How a JPEG is turned and mirrored to be shown: 1 (as it is) to 8, and on its side from 5 (Exif 2.32,
 * 4.6.4).
 */
export function orientationOf({ mime, content }: Pick<PictureContent, 'mime' | 'content'>): number {
  if (mime !== 'image/jpeg') return 1
  for (const { marker, body } of segmentsOf(Buffer.from(content, 'base64'))) {
    if (marker !== 0xe1 || body.toString('latin1', 0, 6) !== 'Exif\0\0') continue
    const found = orientationInExif(body.subarray(6))
    return found !== undefined && found >= 1 && found <= 8 ? found : 1
  }
  return 1
}

/** The field 0x0112 of the first directory (TIFF 6.0, 2). */
function orientationInExif(tiff: Buffer): number | undefined {
  if (tiff.length < 8) return undefined
  const isLittle = tiff.toString('latin1', 0, 2) === 'II'
  const two = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const start = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  if (start + 2 > tiff.length) return undefined
  const end = Math.min(start + 2 + 12 * two(start), tiff.length)
  for (let at = start + 2; at + 12 <= end; at += 12) if (two(at) === 0x0112) return two(at + 8)
  return undefined
}

function pixelsInHead({ mime, content }: Pick<PictureContent, 'mime' | 'content'>): Pixels | undefined {
  if (mime === 'image/jpeg') return pixelsOfJpeg(Buffer.from(content, 'base64'))
  const bytes = Buffer.from(content.slice(0, 4096), 'base64')
  if (mime === 'image/webp') return pixelsOfWebp(bytes)
  if (mime === 'image/png' && bytes.length > 24)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  if (mime === 'image/gif' && bytes.length > 10)
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
  return mime === 'image/svg+xml' ? pixelsOfSvg(bytes.toString()) : undefined
}

/** Pixels in a unit of length (CSS Values and Units 3, 6.2). */
const lengths = new Map(
  Object.entries({ '': 1, px: 1, pt: 96 / 72, pc: 16, in: 96, cm: 96 / 2.54, mm: 96 / 25.4 }),
)

/** Size of an SVG: its width and height, or else those of its viewBox. Percentages are no size. */
export function pixelsOfSvg(svg: string): Pixels | undefined {
  const side = (name: string) => {
    const [, number, unit = ''] =
      new RegExp(`<svg\\b[^>]*?\\s${name}=["']([\\d.]+)([a-z]*)["']`).exec(svg) ?? []
    const length = lengths.get(unit)
    return number === undefined || length === undefined ? undefined : Number(number) * length
  }
  const [, wide, high] = /<svg\b[^>]*?\sviewBox=["']\s*\S+\s+\S+\s+([\d.]+)\s+([\d.]+)/.exec(svg) ?? []
  const width = side('width') ?? (wide === undefined ? undefined : Number(wide))
  if (width === undefined || !(width > 0)) return undefined
  const height =
    wide !== undefined && Number(wide) > 0 ? (width * Number(high)) / Number(wide) : side('height')
  return { width, ...(height !== undefined && height > 0 && { height }) }
}

/** Size in the frame header of a JPEG (ITU-T T.81, B.2.2). */
function pixelsOfJpeg(bytes: Buffer): Pixels | undefined {
  for (const { marker, body } of segmentsOf(bytes))
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker) && body.length >= 5)
      return { width: body.readUInt16BE(3), height: body.readUInt16BE(1) }
  return undefined
}

/** Segments of a JPEG, of any length, up to its data (ITU-T T.81, B.1.1). */
function* segmentsOf(bytes: Buffer): Generator<{ readonly marker: number; readonly body: Buffer }> {
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    // Bytes that fill up.
    if (marker === 0xff) {
      at += 1
      continue
    }
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    yield { marker, body: bytes.subarray(at + 4, end) }
    if (marker === 0xda) return
    at = end
  }
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
