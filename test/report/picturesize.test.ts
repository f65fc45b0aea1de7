/** Sizes and orientations of pictures, from their heads. */

import { describe, expect, it } from 'vitest'
import { orientationOf, pixelsOf } from '../../src/report/picturesize.ts'
import { jpeg } from './print/document.ts'

const pictureOf = (bytes: Uint8Array) =>
  ({ mime: 'image/jpeg', content: Buffer.from(bytes).toString('base64') }) as const

describe('a JPEG', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('turned by %i has the size that is seen', (orientation) => {
    for (const isLittle of [true, false]) {
      const picture = pictureOf(jpeg(300, 200, orientation, isLittle))
      expect(orientationOf(picture)).toBe(orientation)
      const [width, height] = orientation >= 5 ? [200, 300] : [300, 200]
      expect(pixelsOf(picture)).toEqual({ width, height })
    }
  })

  it.each([0, 9, 65535])('with the orientation %i, which is none, stands as it is', (orientation) => {
    const picture = pictureOf(jpeg(300, 200, orientation))
    expect(orientationOf(picture)).toBe(1)
    expect(pixelsOf(picture)).toEqual({ width: 300, height: 200 })
  })

  it('that is cut off anywhere is none that is turned', () => {
    const whole = jpeg(300, 200, 6)
    for (let length = 0; length < 36; length += 1) {
      const picture = pictureOf(whole.subarray(0, length))
      expect(pixelsOf(picture)).toBeUndefined()
      expect([1, 6]).toContain(orientationOf(picture))
    }
  })
})
