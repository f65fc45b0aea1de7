/** Schema of what a lock says of its owner. */

import * as z from 'zod'

export const lock = z.object({
  pid: z.int(),
  startTicks: z.string(),
  host: z.string(),
  place: z.string().default(''),
})
