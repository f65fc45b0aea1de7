/** Experiment blocks: `yaml experiment`, and `ts experiment` with an inline script. */

import type { VFile } from 'vfile'
import {
  isMapping,
  mergeParameters,
  misfits,
  type Parameter,
  type Parameters,
} from '../results/parameters.ts'
import { hint } from '../text/spelling.ts'
import type { ExperimentBlock, Pattern, Place } from './block.ts'
import { fail, hasErrorAt } from './problem.ts'
import { experimentSchema, inlineExperimentSchema, patternSchema } from './schema.ts'
import { validate } from './validation.ts'
import type { Mapping } from './yaml.ts'

/** Keys of a pattern that are not parameters. */
const reserved = ['label', 'only', 'seed'] as const

/** Returns undefined if the block has errors, which are added to the file. */
export function readExperiment(
  source: Mapping,
  place: Place,
  { file }: { file: VFile },
): ExperimentBlock | undefined {
  const before = file.messages.length
  const data = validate(experimentSchema, source.data, { file, source })
  // Read the raw mapping: an error elsewhere in the block must not hide those in its patterns.
  const parameters = isMapping(source.data.parameters) ? source.data.parameters : {}
  const environments = wordsIn(source.data.environments).map(([, name]) => name)
  for (const key of reserved) {
    if (!Object.hasOwn(parameters, key)) continue
    const reason = `${key} cannot be a parameter: patterns use it for themselves`
    fail(file, 'reserved-name', source.keyPlace(['parameters', key]), reason)
  }
  refuseRepeats(['environments'], source.data.environments, { source, file })
  refuseRepeats(['needs'], source.data.needs, { source, file })
  refuseRepeats(['env'], source.data.env, { source, file })
  const patterns = Object.entries(isMapping(source.data.patterns) ? source.data.patterns : {}).flatMap(
    ([name, written]): readonly Pattern[] => {
      const changes = written ?? {} // `baseline:` with nothing after it
      return isMapping(changes)
        ? [readPattern(name, changes, { environments, parameters, source, file })]
        : []
    },
  )
  checkGroups(source, file)
  checkBoots(source, file)
  if (data === undefined || file.messages.slice(before).some((message) => message.fatal)) return undefined
  return {
    type: 'experiment',
    id: data.id,
    place,
    script: { file: data.script },
    environments: data.environments,
    trials: data.trials,
    boots: data.boots,
    seed: data.seed,
    deadlineSeconds: data.deadline,
    needs: data.needs,
    inputs: data.inputs,
    ...optionsOf(data),
    parameters,
    patterns,
    ...(Object.keys(data.groups).length === 0 ? {} : { groups: data.groups }),
  }
}

/** Options for running cells; they do not affect results. */
function optionsOf({
  parallel,
  env,
}: {
  readonly parallel: boolean
  readonly env: readonly string[]
}): Pick<ExperimentBlock, 'parallel' | 'variables'> {
  return { ...(parallel ? { parallel } : {}), ...(env.length > 0 ? { variables: env } : {}) }
}

/** Source, and sink for its messages. */
interface Noted {
  readonly source: Mapping
  readonly file: VFile
}

interface Surroundings extends Noted {
  readonly environments: readonly string[]
  readonly parameters: Parameters
}

function readPattern(
  name: string,
  written: Parameters,
  { environments, parameters, source, file }: Surroundings,
): Pattern {
  const base: [string, ...string[]] = ['patterns', name]
  const { label = name, only, seed } = validate(patternSchema, written, { file, source, base }) ?? {}
  for (const [index, environment] of wordsIn(written.only)) {
    if (environments.includes(environment)) continue
    const reason = `unknown environment: ${environment}${hint(environment, environments)}; only picks from the experiment's own`
    fail(file, 'unknown-environment', source.valuePlace([...base, 'only', index]), reason)
  }
  refuseRepeats([...base, 'only'], written.only, { source, file })
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
    ...(seed === undefined ? {} : { seed }),
  }
}

/** Every boot needs a trial. Reports an error and returns false if there are more boots than trials. */
function checkBoots({ data: { boots, trials }, valuePlace }: Mapping, file: VFile): boolean {
  if (typeof boots !== 'number' || typeof trials !== 'number' || boots <= trials) return true
  const place = valuePlace(['boots'])
  const reason = `boots: at most ${trials}, as there are no more trials, not ${boots}`
  if (trials >= 1 && !hasErrorAt(file, place)) fail(file, 'invalid-value', place, reason)
  return false
}

/** Checks that each group has a name of its own and lists existing patterns, each once. */
function checkGroups(source: Mapping, file: VFile): void {
  const { groups } = source.data
  const patterns = isMapping(source.data.patterns) ? Object.keys(source.data.patterns) : []
  for (const [group, members] of Object.entries(isMapping(groups) ? groups : {})) {
    if (patterns.includes(group)) {
      const reason = `${group} is a pattern: give the group another name`
      fail(file, 'repeated-name', source.keyPlace(['groups', group]), reason)
    }
    for (const [index, name] of wordsIn(members)) {
      if (patterns.includes(name)) continue
      const reason = `unknown pattern: ${name}${hint(name, patterns)}`
      fail(file, 'unknown-pattern', source.valuePlace(['groups', group, index]), reason)
    }
    refuseRepeats(['groups', group], members, { source, file })
  }
}

/** Strings of a list, with their indices. Other items, or another type, are reported elsewhere. */
export function wordsIn(list: Parameter | undefined): readonly (readonly [index: number, word: string])[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((item, index) => (typeof item === 'string' ? [[index, item] as const] : []))
}

function refuseRepeats(
  path: readonly [string, ...string[]],
  list: Parameter | undefined,
  { source, file }: Noted,
): void {
  const seen = new Set<string>()
  for (const [index, word] of wordsIn(list)) {
    if (seen.has(word))
      fail(file, 'repeated-name', source.valuePlace([...path, index]), `${path.at(-1)} names ${word} twice`)
    seen.add(word)
  }
}

/** An inline script has one cell: the pattern `default` in the environment `local`. */
export function readInlineExperiment(
  source: Mapping,
  place: Place,
  { file, code }: { file: VFile; code: string },
): ExperimentBlock | undefined {
  const data = validate(inlineExperimentSchema, source.data, { file, source })
  if (!checkBoots(source, file) || data === undefined) return undefined
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
    boots: data.boots,
    seed: data.seed,
    deadlineSeconds: data.deadline,
    needs: data.needs,
    inputs: data.inputs,
    ...optionsOf(data),
    parameters: {},
    patterns: [{ name: 'default', label: 'default', place, parameters: {}, changes: {} }],
  }
}
