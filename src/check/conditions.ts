/** Checks the conditions of the front matter, and the claims that name some. */

import { type Document } from '../document/document.ts'
import { fail } from '../document/problem.ts'
import { hint } from '../text/spelling.ts'

export function checkConditions({ frontMatter, fences, original, file }: Document): void {
  const { conditions } = frontMatter
  const experiments = [...fences, ...(original?.fences ?? [])].flatMap(({ block }) =>
    block?.type === 'experiment' ? [block] : [],
  )
  const known = experiments.flatMap(({ id, environments }) => environments.map((one) => `${id}/${one}`))
  for (const { name, cells, place } of conditions) {
    for (const cell of new Set(Object.entries(cells).flat())) {
      if (known.includes(cell)) continue
      const reason =
        `the condition ${name} names ${cell}, ` + `which the document does not run${hint(cell, known)}`
      fail(file, 'unknown-condition', place, reason)
    }
  }
  const names = conditions.map(({ name }) => name)
  for (const { source, type } of fences) {
    const asked = type === 'claim' ? source?.data.conditions : undefined
    if (source === undefined || !Array.isArray(asked)) continue
    for (const [index, name] of asked.entries()) {
      if (typeof name !== 'string' || names.includes(name)) continue
      source.valueError(
        'unknown-condition',
        ['conditions', index],
        `unknown condition: ${name}${hint(name, names)}`,
      )
    }
  }
}
