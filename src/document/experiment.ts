/** Experiment blocks: `yaml experiment`, and `ts experiment` with the script in the block itself. */

import type { VFile } from 'vfile'
import type { ExperimentBlock, Parameters, Pattern, Place } from './block.ts'
import { mergeParameters, misfits } from './parameters.ts'
import { fail } from './problem.ts'
import { experimentSchema, inlineExperimentSchema, patternSchema, validate } from './schema.ts'
import { hint } from './spelling.ts'
import type { Mapping } from './yaml.ts'

/** Keys of a pattern that are no parameter changes. */
const reserved = ['label', 'only'] as const

/** @returns undefined when the block has errors; the file then lists them all. */
export function readExperiment(source: Mapping, place: Place, file: VFile): ExperimentBlock | undefined {
  const before = file.messages.length
  const data = validate(experimentSchema, source.data, { file, source })
  if (data === undefined) return undefined
  const parameters = data.parameters as Parameters
  for (const key of reserved) {
    if (!Object.hasOwn(parameters, key)) continue
    fail(
      file,
      'reserved-name',
      source.keyPlace(['parameters', key]),
      `${key} cannot be a parameter: patterns use it for themselves`,
    )
  }
  refuseRepeats(data.environments, ['environments'], source, file)
  const patterns = Object.entries(data.patterns).map(([name, written]) =>
    readPattern(name, (written ?? {}) as Parameters, {
      environments: data.environments,
      parameters,
      source,
      file,
    }),
  )
  if (file.messages.slice(before).some((message) => message.fatal)) return undefined
  return {
    type: 'experiment',
    id: data.id,
    place,
    script: { file: data.script },
    environments: data.environments,
    trials: data.trials,
    seed: data.seed,
    deadlineSeconds: data.deadline,
    parameters,
    patterns,
  }
}

interface Surroundings {
  readonly environments: readonly string[]
  readonly parameters: Parameters
  readonly source: Mapping
  readonly file: VFile
}

function readPattern(
  name: string,
  written: Parameters,
  { environments, parameters, source, file }: Surroundings,
): Pattern {
  const base = ['patterns', name]
  const { label = name, only } = validate(patternSchema, written, { file, source, base }) ?? {}
  for (const [index, environment] of (only ?? []).entries()) {
    if (environments.includes(environment)) continue
    const reason = `unknown environment: ${environment}${hint(environment, environments)}; only picks from the experiment's own`
    fail(file, 'unknown-environment', source.valuePlace([...base, 'only', index]), reason)
  }
  if (only !== undefined) refuseRepeats(only, [...base, 'only'], source, file)
  const changes = Object.fromEntries(
    Object.entries(written).filter(([key]) => !reserved.some((word) => word === key)),
  )
  for (const { path, ruleId, reason } of misfits(parameters, changes)) {
    const full = [...base, ...path]
    fail(
      file,
      ruleId,
      ruleId === 'unknown-parameter' ? source.keyPlace(full) : source.valuePlace(full),
      reason,
    )
  }
  return {
    name,
    label,
    place: source.keyPlace(base),
    parameters: mergeParameters(parameters, changes),
    changes,
    ...(only === undefined ? {} : { only }),
  }
}

function refuseRepeats(
  names: readonly string[],
  path: readonly string[],
  source: Mapping,
  file: VFile,
): void {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue
    fail(file, 'repeated-name', source.valuePlace([...path, index]), `${path.at(-1)} names ${name} twice`)
  }
}

/** An inline script has one cell: the pattern `default` in the environment `local`. */
export function readInlineExperiment(
  source: Mapping,
  place: Place,
  { file, code }: { file: VFile; code: string },
): ExperimentBlock | undefined {
  const data = validate(inlineExperimentSchema, source.data, { file, source })
  if (data === undefined) return undefined
  if (code.trim() === '') {
    fail(file, 'empty-script', place, `experiment ${data.id} has no script: write it in the block`)
    return undefined
  }
  return {
    type: 'experiment',
    id: data.id,
    place,
    script: { source: code, firstLine: place.line + 1 },
    environments: ['local'],
    trials: data.trials,
    seed: data.seed,
    deadlineSeconds: data.deadline,
    parameters: {},
    patterns: [{ name: 'default', label: 'default', place, parameters: {}, changes: {} }],
  }
}
