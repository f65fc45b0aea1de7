/** Experiment blocks: `yaml experiment`, and `ts experiment` (or `python experiment`) with an inline script. */

import type * as z from 'zod'
import { type Invariant, parseEquation } from '../query/invariant.ts'
import { ExpressionError } from '../query/syntax.ts'
import { folderOf } from '../results/name.ts'
import { isMapping, mergeParameters, type Parameters, pathOf, typeErrors } from '../results/parameters.ts'
import { hint } from '../text/spelling.ts'
import type { ExperimentBlock, Pattern, Place } from './block.ts'
import { combinationsOf, factorNames, patternKeys, silent } from './matrix.ts'
import { fail, hasErrorAt } from './problem.ts'
import { experimentSchema, inlineExperimentSchema, patternSchema } from './schema.ts'
import { validate } from './validation.ts'
import { type KeyPath, locateInValue, type Mapping, valueAt } from './yaml.ts'

/** Returns undefined if the block has errors, which are added to the file. */
export function readExperiment(source: Mapping, place: Place): ExperimentBlock | undefined {
  const before = source.file.messages.length
  const data = validate('experiment', () => experimentSchema, source)
  // Read the raw mapping: an error elsewhere in the block must not hide those in its patterns.
  const parameters = isMapping(source.data.parameters) ? source.data.parameters : {}
  for (const key of patternKeys) {
    if (!Object.hasOwn(parameters, key)) continue
    const reason = `${key} cannot be a parameter: patterns use it for themselves`
    source.keyError('reserved-name', ['parameters', key], reason)
  }
  for (const list of ['environments', 'needs', 'env', 'untrackedEnv']) refuseRepeats([list], source)
  checkVariables(source)
  const { matrix } = source.data
  const written = isMapping(source.data.patterns) ? source.data.patterns : {}
  if (matrix === undefined && source.data.patterns === undefined)
    source.valueError(
      'missing-key',
      [],
      'missing key: patterns (or matrix: lists of values and their product)',
    )
  const patterns = [
    ...Object.entries(written).flatMap(([name, changes]): readonly Pattern[] => {
      const pattern = changes ?? {} // `baseline:` with nothing after it
      return isMapping(pattern) ? [readPattern(name, pattern, parameters, source)] : []
    }),
    ...(isMapping(matrix) ? readMatrix(matrix, parameters, source) : []),
  ]
  checkNames(patterns, source)
  if (isMapping(matrix)) checkBaseline(matrix, written, parameters, source)
  checkGroups(
    patterns.map(({ name }) => name),
    source,
  )
  checkBoots(source)
  const invariants = data?.invariants.flatMap((one, index) => readInvariant(one, index, source) ?? [])
  if (data === undefined || source.file.messages.slice(before).some(({ fatal }) => fatal)) return undefined
  const { script, deadline, env, untrackedEnv, matrix: _, ...rest } = data
  return {
    type: 'experiment',
    place,
    ...rest,
    script: { file: script },
    deadlineSeconds: deadline,
    variables: env,
    ...(untrackedEnv.length > 0 && { untrackedVariables: untrackedEnv }),
    parameters,
    patterns,
    invariants: invariants ?? [],
  }
}

type Written = z.output<typeof experimentSchema>['invariants'][number]

/** Undefined after adding its error to the file. */
export function readInvariant(written: Written, index: number, source: Mapping): Invariant | undefined {
  const at = ['invariants', index]
  const isPlain = typeof written === 'string'
  const { holds, operation, where, tolerance } = isPlain
    ? { holds: written, where: {}, tolerance: 0 }
    : { operation: undefined, ...written }
  try {
    return { ...parseEquation(holds), where: operation ? { ...where, operation } : where, tolerance }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const place = locateInValue(source, isPlain ? at : [...at, 'holds'])(error.offset)
    fail(source.file, error.ruleId, place, error.message)
    return undefined
  }
}

/** The keys of a pattern besides its changes: label, only, seed. */
function readPatternKeys(written: Parameters, base: KeyPath, source: Mapping) {
  const keys = validate('pattern', () => patternSchema, source, { data: written, base })
  const environments = wordsIn(source.data.environments).map(([, environment]) => environment)
  for (const [index, environment] of wordsIn(written.only)) {
    if (environments.includes(environment)) continue
    const reason =
      `unknown environment: ${environment}${hint(environment, environments)}; ` +
      `only picks from the experiment's own`
    source.valueError('unknown-environment', [...base, 'only', index], reason)
  }
  refuseRepeats([...base, 'only'], source)
  return keys
}

function readPattern(name: string, written: Parameters, parameters: Parameters, source: Mapping): Pattern {
  const base = ['patterns', name]
  const keys = readPatternKeys(written, base, source)
  const changes = Object.fromEntries(
    Object.entries(written).filter(([key]) => !patternKeys.some((word) => word === key)),
  )
  for (const { path, ruleId, reason } of typeErrors(parameters, changes)) {
    const report = ruleId === 'unknown-parameter' ? source.keyError : source.valueError
    report(ruleId, [...base, ...path], reason)
  }
  return {
    label: name,
    ...keys,
    name,
    place: source.keyPlace(base),
    parameters: mergeParameters(parameters, changes),
    changes,
  }
}

/** The combinations of a matrix, as patterns. */
function readMatrix(matrix: Parameters, parameters: Parameters, source: Mapping): readonly Pattern[] {
  return combinationsOf(matrix, parameters, source).map(({ name, label, changes, at, entries }) => {
    const keys = entries.map((entry) => {
      const written = valueAt(source.data, entry) as Parameters
      return readPatternKeys(written, entry, source)
    })
    return {
      ...Object.assign({ label }, ...keys),
      name,
      place: source.keyPlace(at),
      parameters: mergeParameters(parameters, changes),
      changes,
    }
  })
}

/** Names of a block's patterns and combinations, also of one with errors, which are told elsewhere. */
export function patternNamesIn({ patterns, matrix, parameters }: Parameters): readonly string[] {
  const combinations = isMapping(matrix)
    ? combinationsOf(matrix, isMapping(parameters) ? parameters : {}, silent)
    : []
  return [...Object.keys(isMapping(patterns) ? patterns : {}), ...combinations.map(({ name }) => name)]
}

/** Two patterns must not be one, nor have one folder where file systems do not tell case apart. */
function checkNames(patterns: readonly Pattern[], source: Mapping): void {
  const first = new Map<string, Pattern>()
  for (const pattern of patterns) {
    const { name, place } = pattern
    const other = first.get(folderOf(name))
    first.set(folderOf(name), other ?? pattern)
    if (other === undefined || hasErrorAt(source.file, place)) continue
    const reason =
      other.name === name
        ? `a combination of the matrix is called ${name}, as is a pattern: leave the pattern out, or exclude the combination`
        : `${name} and ${other.name} differ only in case: on some computers they would be one folder`
    fail(source.file, 'repeated-name', place, reason)
  }
}

/** Patterns beside a matrix need a value of each factor, too. */
function checkBaseline(
  matrix: Parameters,
  written: Parameters,
  parameters: Parameters,
  source: Mapping,
): void {
  const [first] = Object.keys(written)
  for (const factor of first === undefined ? [] : factorNames(matrix)) {
    if (pathOf(parameters, factor) !== undefined) continue
    const reason = `${factor} has no value in the pattern ${first}: name it in parameters first`
    source.keyError('unknown-parameter', ['matrix', factor], reason)
  }
}

/** Every boot needs a trial. Reports an error and returns false if there are more boots than trials. */
function checkBoots(source: Mapping): boolean {
  const { boots, trials } = source.data
  if (typeof boots !== 'number' || typeof trials !== 'number' || boots <= trials) return true
  const reason = `boots: at most ${trials}, as there are no more trials, not ${boots}`
  if (trials >= 1 && !hasErrorAt(source.file, source.valuePlace(['boots'])))
    source.valueError('invalid-value', ['boots'], reason)
  return false
}

/** Checks that each group has a name of its own and lists existing patterns, each once. */
export function checkGroups(patterns: readonly string[], source: Mapping): void {
  const { groups } = source.data
  for (const [group, members] of Object.entries(isMapping(groups) ? groups : {})) {
    if (patterns.includes(group)) {
      const reason = `${group} is a pattern: give the group another name`
      source.keyError('repeated-name', ['groups', group], reason)
    }
    for (const [index, name] of wordsIn(members)) {
      if (patterns.includes(name)) continue
      const reason = `unknown pattern: ${name}${hint(name, patterns)}`
      source.valueError('unknown-pattern', ['groups', group, index], reason)
    }
    refuseRepeats(['groups', group], source)
  }
}

/** Strings of a list, with their indices. Other items, or another type, are reported elsewhere. */
export function wordsIn(list: unknown): readonly (readonly [index: number, word: string])[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((item: unknown, index) => (typeof item === 'string' ? [[index, item] as const] : []))
}

function refuseRepeats(path: KeyPath, source: Mapping): void {
  const seen = new Set<string>()
  for (const [index, word] of wordsIn(valueAt(source.data, path))) {
    const reason = `${String(path.at(-1))} names ${word} twice`
    if (seen.has(word)) source.valueError('repeated-name', [...path, index], reason)
    seen.add(word)
  }
}

/** A variable's value either counts or does not. */
function checkVariables(source: Mapping): void {
  const tracked = wordsIn(source.data.env).map(([, name]) => name)
  for (const [index, name] of wordsIn(source.data.untrackedEnv)) {
    if (!tracked.includes(name)) continue
    const reason = `${name} is named by env, too: name it under env if its value decides the results, else here`
    source.valueError('repeated-name', ['untrackedEnv', index], reason)
  }
}

/** An inline script has one cell: the pattern `default` in the environment `local`. */
export function readInlineExperiment(
  source: Mapping,
  place: Place,
  code: string,
  language?: string,
): ExperimentBlock | undefined {
  const data = validate('inline experiment', () => inlineExperimentSchema, source)
  if (!checkBoots(source) || data === undefined) return undefined
  const { testbed, deadline, env, untrackedEnv, ...rest } = data
  if (code.trim() === '') {
    const reason = `experiment ${data.id} has no script: write it in the block`
    fail(source.file, 'empty-script', place, reason)
    return undefined
  }
  return {
    type: 'experiment',
    place,
    ...rest,
    script: { source: code, firstLine: place.line + 1, ...(language !== undefined && { language }) },
    environments: [testbed],
    deadlineSeconds: deadline,
    variables: env,
    ...(untrackedEnv.length > 0 && { untrackedVariables: untrackedEnv }),
    parameters: {},
    patterns: [{ name: 'default', label: 'default', place, parameters: {}, changes: {} }],
  }
}
