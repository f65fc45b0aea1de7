/** Paths of this checkout. */

import { fileURLToPath } from 'node:url'

export const source = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
