/** Environments: the machines that experiments run on, as experiments/environments.yaml defines them. */

import { join } from 'node:path'
import * as z from 'zod'
import { dataEnvironment } from '../data/source.ts'
import { FileError, readTextFile } from '../files/ordinary.ts'
import { TestbedError } from '../testbed/board.ts'
import type { Emulation, Environment, Testbed } from '../testbed/testbed.ts'
import { hint } from '../text/spelling.ts'
import { valueOfYaml } from '../text/yaml.ts'
import { testbedOf, testbeds as all, type Testbeds } from './testbeds.ts'

/** Relative to the project. */
export const environmentsFile = 'experiments/environments.yaml'

/**
 * Returns the environments of a project by name, including those that every project has. Throws a
 * TestbedError that names the entry and key at fault, or a FileError for a file that may not be read.
 */
export function projectEnvironments(
  project: string,
  files: { exists(path: string): boolean; problem(path: string): string | undefined },
  testbeds?: Testbeds,
): ReadonlyMap<string, Environment> {
  // Optional for documents whose experiments all run on this host.
  const problem = files.problem(environmentsFile)
  if (problem !== undefined) throw new FileError(problem)
  const read = files.exists(environmentsFile)
    ? readEnvironments(join(project, environmentsFile), testbeds)
    : new Map<string, Environment>()
  return new Map([...read, ...common(testbeds).map((one) => [one.name, one] as const)])
}

/** Environments that every project has. */
function common(testbeds = all): readonly Environment[] {
  return [...testbeds.values()].flatMap(({ environments = [] }) => environments)
}

/** Characters of the file. */
const longest = 200_000

/** Reads and validates the file. Throws a TestbedError that names the entry and key at fault. */
export function readEnvironments(file: string, testbeds = all): ReadonlyMap<string, Environment> {
  const text = told(file, () => {
    const text = readTextFile(file)
    // The parser compares each key with all others.
    if (text.length > longest) throw new Error(`it has more than ${longest} characters`)
    return text
  })
  const known = readBefore.get(testbeds)
  if (known?.file === file && known.text === text) return known.environments
  const environments = environmentsIn(text, file, testbeds)
  readBefore.set(testbeds, { file, text, environments })
  return environments
}

/** Of a live document, that looks at the same file again and again. */
const readBefore = new WeakMap<
  Testbeds,
  { readonly file: string; readonly text: string; readonly environments: ReadonlyMap<string, Environment> }
>()

function told<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new TestbedError(`cannot read the environments in ${file}: ${reason}`, { cause })
  }
}

function environmentsIn(text: string, file: string, testbeds: Testbeds): ReadonlyMap<string, Environment> {
  const data: unknown = told(file, () => valueOfYaml(text))
  const parsed = schemaOf(testbeds).safeParse(data)
  if (!parsed.success) throw new TestbedError(`${file}: ${z.prettifyError(parsed.error)}`)
  return new Map(Object.entries(parsed.data).map(([name, value]) => [name, { name, ...value }]))
}

function schemaOf(testbeds: Testbeds) {
  const entry = z.looseObject({
    label: z.string(),
    testbed: z.string(),
    gres: z
      .string()
      .regex(
        /^[\w.-]+(?::[\w.-]+)*(?:,[\w.-]+(?::[\w.-]+)*)*$/,
        'not of the form NAME:COUNT, as Slurm has it',
      )
      .exactOptional(),
  })
  const environment = entry.transform(({ label, testbed: name, gres, ...rest }, context) => {
    const testbed = testbeds.get(name)
    const problem = (message: string, path: readonly PropertyKey[]) =>
      context.issues.push({ code: 'custom', message, path: [...path], input: rest })
    if (testbed === undefined) {
      problem(`unknown testbed: ${name}${hint(name, testbeds.keys())}`, ['testbed'])
      return z.NEVER
    }
    const [reaching, deciding] = split(rest, Object.keys(testbed.access?.shape ?? {}))
    const found = testbed.definition.safeParse(deciding)
    const access = testbed.access?.safeParse(reaching)
    if (!found.success || access?.success === false) {
      for (const { message, path } of [...(found.error?.issues ?? []), ...(access?.error?.issues ?? [])])
        problem(message, path)
      return z.NEVER
    }
    return {
      ...{ label, testbed: name, origin: testbed.origin(found.data), definition: found.data },
      ...(access && { access: access.data }),
      ...(gres !== undefined && { gres }),
    }
  })
  const taken = new Map([
    ...common(testbeds).map(({ name }) => [name, 'every project has this environment'] as const),
    [dataEnvironment, 'this name stands for data that nobody reruns'],
  ])
  // The message of a record's invalid key is hidden by a general one.
  return z.record(z.string(), environment).superRefine((all, context) => {
    for (const name of Object.keys(all)) {
      const reason = taken.get(name)
      if (reason !== undefined)
        context.addIssue({ code: 'custom', path: [name], message: `${reason}: take another name` })
    }
  })
}

function split(
  entry: Readonly<Record<string, unknown>>,
  names: readonly string[],
): readonly [Record<string, unknown>, Record<string, unknown>] {
  const isNamed = ([key]: readonly [string, unknown]) => names.includes(key)
  const entries = Object.entries(entry)
  return [
    Object.fromEntries(entries.filter(isNamed)),
    Object.fromEntries(entries.filter((one) => !isNamed(one))),
  ]
}

/** What tells emulated machines from hardware, of all testbeds. */
export function emulationOf(testbeds = all): Emulation {
  const found = [...testbeds.values()].flatMap(({ emulation = [] }) => emulation)
  return {
    hardware: found.flatMap(({ hardware }) => hardware),
    emulators: found.flatMap(({ emulators }) => emulators),
    items: found.flatMap(({ items }) => items),
  }
}

export function byTestbed(
  environments: Iterable<Environment>,
  testbeds?: Testbeds,
): readonly (readonly [Testbed, readonly Environment[]])[] {
  const groups = Map.groupBy(environments, (one) => one.testbed)
  return [...groups.values()].map((group) => [testbedOf(group[0] as Environment, testbeds), group])
}
