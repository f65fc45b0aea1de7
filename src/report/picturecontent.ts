/** Pictures of figures: read, checked and embedded. */

import { pictureAt, readPictures } from '../check/picture.ts'
import type { Place } from '../document/block.ts'
import { QueryError } from '../query/error.ts'
import type { PictureContent } from './model.ts'

/** Throws QueryError with the reason if the picture cannot be shown. `read` rejects if there is no file. */
export async function pictureContent(
  src: string,
  { place, alt, width }: { readonly place: Place; readonly alt: string; readonly width?: number | undefined },
  read: (path: string) => Promise<Uint8Array>,
): Promise<PictureContent> {
  const named = pictureAt(src, place)
  const content =
    named.path === undefined
      ? undefined
      : await read(named.path).catch((cause: unknown) => {
          throw new QueryError(
            `cannot read ${src}: ${cause instanceof Error ? cause.message : String(cause)}`,
          )
        })
  const [picture] = readPictures([named], () => content)
  if (picture?.problem !== undefined || picture?.bytes === undefined || picture.type === undefined)
    throw new QueryError(`picture ${src}: ${picture?.problem ?? 'it cannot be read'}`)
  return {
    type: 'picture',
    mime: picture.type,
    content: Buffer.from(picture.bytes).toString('base64'),
    alt,
    ...(width === undefined ? {} : { width }),
  }
}
