/** Warns of section numbers with a 0, such as 0.1 before the first section of the highest level. */

import type { Document } from '../document/document.ts'
import { startOf } from '../document/place.ts'
import { warn } from '../document/problem.ts'
import { headingsOf, sectionNumbers } from '../document/sections.ts'

/** Once for each number that no heading has: sections that follow are numbered after the first. */
export function checkSectionNumbers({ tree, frontMatter, file }: Document): void {
  if (!frontMatter.numberSections) return
  const told = new Set<string>()
  for (const [heading, number] of sectionNumbers(headingsOf(tree))) {
    const above = /^(?:\d+\.)*0\./.exec(number)?.[0]
    if (above === undefined || told.has(above)) continue
    told.add(above)
    const reason =
      `the section has the number ${number}, as no numbered one of the level above is before it: ` +
      'write that, take a # away, or put {-} behind the heading'
    warn(file, 'section-number', startOf(heading), reason)
  }
}
