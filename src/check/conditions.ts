/** Checks the conditions of the front matter, the claims that name some, and the controls of claims. */

import { sourcesIn } from '../document/block.ts'
import { expressionsOf } from '../document/claim.ts'
import { replacementOf } from '../document/conditions.ts'
import { type Document } from '../document/document.ts'
import type { Fence } from '../document/fence.ts'
import { fail } from '../document/problem.ts'
import { choosePatterns, patternNames } from '../query/patterns.ts'
import { pathsToRuns } from '../query/query.ts'
import { isMapping } from '../results/parameters.ts'
import { hint } from '../text/spelling.ts'

export function checkConditions({ frontMatter, fences, original, file }: Document): void {
  const { conditions } = frontMatter
  const known = cellsIn([...fences, ...(original?.fences ?? [])])
  for (const { name, cells, place } of conditions) {
    for (const cell of new Set(Object.entries(cells).flat())) {
      if (known.includes(cell)) continue
      const reason =
        `the condition ${name} names ${cell}, ` + `which the document does not run${hint(cell, known)}`
      fail(file, 'unknown-condition', place, reason)
    }
  }
  const names = conditions.map(({ name }) => name)
  for (const fence of fences) {
    if (fence.type !== 'claim') continue
    checkControl(fence, known)
    const { source } = fence
    const asked = source?.data.conditions
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

/** Experiments with an environment, and these with a pattern or group that runs there. */
function cellsIn(fences: readonly Fence[]): readonly string[] {
  const experiments = sourcesIn(fences.flatMap(({ block }) => block ?? []))
  return experiments.flatMap((experiment) => {
    const names = patternNames(experiment)
    return experiment.environments.flatMap((environment) => {
      const running = [...names.patterns.keys(), ...names.groups.keys()].filter(
        (name) => choosePatterns(name, environment, names).type === 'chosen',
      )
      const whole = `${experiment.id}/${environment}`
      return [whole, ...running.map((name) => `${whole}/${name}`)]
    })
  })
}

/** Every cell of a control must replace one that the claim reads, by another one. */
function checkControl({ source, block }: Fence, known: readonly string[]): void {
  const control = source?.data.control
  const cells = isMapping(control) ? control.cells : undefined
  if (source === undefined || !isMapping(cells) || block?.type !== 'claim') return
  const paths = expressionsOf(block.test).flatMap(pathsToRuns)
  for (const [cell, other] of Object.entries(cells)) {
    const at = ['control', 'cells', cell]
    const unknown = [cell, String(other)].find((name) => !known.includes(name))
    if (unknown !== undefined) {
      const reason = `the control names ${unknown}, which the document does not run${hint(unknown, known)}`
      source.keyError('unknown-cell', at, reason)
    } else if (cell === other) {
      source.keyError('idle-control', at, `the control replaces ${cell} by itself: name another cell`)
    } else if (!paths.some((path) => replacementOf(path, { [cell]: String(other) }))) {
      const read = [...new Set(paths.map(({ parts }) => parts.slice(0, cell.split('/').length).join('/')))]
      const reason = `the control replaces ${cell}, which the claim does not read (it reads ${read.join(', ')})`
      source.keyError('idle-control', at, reason)
    }
  }
}
