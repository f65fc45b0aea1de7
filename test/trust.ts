/** Consent for tests whose author is the one who builds. */

import { openConsent } from '../src/project/consent.ts'
import { locate } from '../src/project/root.ts'

/** Has the folder of what is built remembered as its user's own. */
export function trustBuild(args: readonly string[], folder: string, cache: string): void {
  if (args[0] !== 'build') return
  const document = args.slice(1).find((word) => word.endsWith('.md'))
  openConsent(locate(document, folder).project, cache).remember([], true)
}
