/** Data blocks (`yaml data`), and the short paths that expressions may use for them. */

import type { Nodes } from 'mdast'
import { VFile } from 'vfile'
import { dataEnvironment, type DataSpec, wholePattern } from '../data/source.ts'
import { sha256 } from '../files/fingerprint.ts'
import type { Path } from '../query/expression.ts'
import type { DataBlock, Pattern, Place } from './block.ts'
import { checkGroups, readInvariant } from './experiment.ts'
import { fenceText, startOf } from './place.ts'
import { dataSchema } from './schema.ts'
import { validate } from './validation.ts'
import { type Mapping, readMapping } from './yaml.ts'

/** Returns undefined if the block has errors, which are added to the file. */
export function readDataBlock(source: Mapping, place: Place): DataBlock | undefined {
  const before = source.file.messages.length
  const data = validate('data', () => dataSchema, source)
  if (data === undefined) return undefined
  const { file, files, label, invariants: written, ...rest } = data
  if ((file === undefined) === (files === undefined)) {
    const what = file === undefined ? 'neither' : 'both'
    source.valueError('missing-key', [], `data has either file or files; this one has ${what}`)
    return undefined
  }
  const named = files ?? { [wholePattern]: { file: file ?? '', label: label ?? data.id } }
  if (files !== undefined && label !== undefined)
    source.keyError('invalid-value', ['label'], 'label goes with file: give each of the files its own')
  checkGroups(Object.keys(named), source)
  const invariants = written.flatMap((one, index) => readInvariant(one, index, source) ?? [])
  if (source.file.messages.slice(before).some(({ fatal }) => fatal)) return undefined
  return {
    type: 'data',
    place,
    ...rest,
    environments: [dataEnvironment],
    files: Object.entries(named).map(([pattern, one]) => ({ pattern, path: one.file })),
    patterns: Object.entries(named).map(([name, one]): Pattern => ({
      ...{ name, label: one.label ?? name, parameters: {}, changes: {} },
      place: files === undefined ? place : source.keyPlace(['files', name]),
    })),
    invariants,
    reading: readingOf(rest),
  }
}

/** Without labels and places of files, which decide nothing. */
function readingOf({
  unit,
  columns,
  missing,
  delimiter,
  decimal,
}: Pick<DataSpec, 'unit' | 'columns' | 'missing' | 'delimiter' | 'decimal'>): string {
  const told = Object.entries(columns).map(([name, { label: _, ...column }]) => [name, column] as const)
  const sorted = Object.fromEntries(told.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return JSON.stringify({
    ...(unit === undefined ? {} : { unit }),
    ...(told.length === 0 ? {} : { columns: sorted }),
    ...(missing.length === 0 ? {} : { missing }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(decimal === undefined ? {} : { decimal }),
  })
}

/** Where an error about a file of the block belongs. */
export function filePlace(source: Mapping, pattern: string): Place {
  return source.data.file === undefined ? source.valuePlace(['files', pattern]) : source.valuePlace(['file'])
}

/** Ids of data -> whether it is one file. */
export type DataRoots = ReadonlyMap<string, 'file' | 'files'>

const rootsOf = new WeakMap<VFile, DataRoots>()

/** Returns what makes the short paths of a document whole. */
export function wholePathIn(file: VFile): (path: Path) => Path {
  const roots = rootsOf.get(file) ?? new Map()
  return (path) => wholePath(path, roots)
}

/**
 * Notes a document's data blocks before anything in it is parsed, as expressions stand before and behind
 * them. Reads them as far as they can be read; their errors are reported later.
 */
export function noteDataRoots(file: VFile, nodes: Iterable<Nodes>, others: readonly DataBlock[]): void {
  const roots = new Map<string, 'file' | 'files'>()
  for (const { id, patterns } of others) roots.set(id, patterns[0]?.name === wholePattern ? 'file' : 'files')
  for (const node of nodes) {
    if (node.type !== 'code' || node.lang !== 'yaml' || !/^\s*data\b/.test(node.meta ?? '')) continue
    const start = startOf(node)
    const place = { file: new VFile(), what: 'data', fence: start }
    const { id, files } = readMapping(fenceText(node), () => start, place)?.data ?? {}
    if (typeof id === 'string' && !roots.has(id)) roots.set(id, files === undefined ? 'file' : 'files')
  }
  rootsOf.set(file, roots)
}

const names = new WeakMap<DataRoots, string>()

/** Returns a digest of the ids noted for a document, or an empty text if there are none. */
export function dataRootsName(file: VFile): string {
  const roots = rootsOf.get(file)
  if (roots === undefined) return ''
  const name = names.get(roots) ?? sha256(JSON.stringify([...roots]))
  names.set(roots, name)
  return name
}

/**
 * Returns the whole path of a short one: `survey.seconds.mean` is `survey.data.all.seconds.mean`, and of
 * several files `survey.north.seconds.mean` is `survey.data.north.seconds.mean`. A second part `data` makes a
 * path whole, so that each has one meaning.
 */
export function wholePath(path: Path, roots: DataRoots): Path {
  const [id = '', second] = path.parts
  const root = roots.get(id)
  if (root === undefined || second === dataEnvironment) return path
  const added = root === 'file' ? [dataEnvironment, wholePattern] : [dataEnvironment]
  const offset = path.offsets[0] ?? 0
  return {
    ...path,
    parts: [id, ...added, ...path.parts.slice(1)],
    offsets: [offset, ...added.map(() => offset), ...path.offsets.slice(1)],
  }
}
