/**
 * Checks what the text says about the origin of its numbers. A value from an emulated environment must not
 * appear in a sentence about hardware as if measured there, a claim or caption must not speak of a machine
 * that its runs are not from, and an absolute claim must name its machine.
 */

import { type ClaimBlock, sourcesIn } from '../document/block.ts'
import { expressionsOf } from '../document/claim.ts'
import type { Document } from '../document/document.ts'
import type { Fence } from '../document/fence.ts'
import { fail } from '../document/problem.ts'
import { readsPublished, references } from '../query/expression.ts'
import { cellsRead, pathsToRuns } from '../query/query.ts'
import { isMapping } from '../results/parameters.ts'
import type { Emulation } from '../testbed/testbed.ts'
import { remembered } from '../text/memory.ts'
import { escapeRegExp } from '../text/pattern.ts'
import { timesIn } from './literal.ts'
import { prosesOf, sentences } from './sentence.ts'

/** Emulated environments by name, and how texts and claims name such machines. */
export interface Emulated extends Emulation {
  readonly environments: readonly string[]
  /** The machine that the recorded run of a cell captured, item -> value. */
  readonly captured?: (cell: string) => Readonly<Record<string, string>> | undefined
}

const nothing: Emulated = { environments: [], hardware: [], emulators: [], items: [] }

/**
 * Matches `on real hardware`, `bare metal`, 実機 and, if a Pi is among the `names`, `on a Pi`: an emulated number was not
 * measured there. "The model of the Pi" does not match.
 */
function aboutHardware(names: readonly string[]): RegExp {
  // The longest first, which messages quote.
  const known = [...names].sort((a, b) => b.length - a.length).map(pattern)
  return new RegExp(
    [
      String.raw`\b(?:on|for|of|by)\s+(?:an?\s+|the\s+|our\s+|real\s+|physical\s+|actual\s+)*(?:${[...known, 'hardware'].join('|')})(?!\w)`,
      String.raw`\b(?:real|physical|actual|embedded|Arm(?:v8)?|AArch64|single[-\s]board)\s+(?:board|machine|processor|computer|device|SoC|chip|system)s?\b`,
      String.raw`\bbare[-\s]?metal\b|\bin\s+silicon\b|\b(?:real|physical|actual)\s+silicon\b`,
      '実機|実ボード|実環境|ベアメタル|シリコン上|Armボード',
      '実(?:際の)?ハードウェア',
      ...known.map((name) => String.raw`(?<!\p{Script=Latin})${name}\s*(?:上|では|で|の)`),
    ].join('|'),
    'iu',
  )
}

/** Returns the source of a RegExp for a name. */
function pattern(name: string): string {
  return escapeRegExp(name).replace(/\s+/g, String.raw`\s*`)
}

/** Marks a number as emulated. */
const emulated = /\bemulat|\bmodels? of\b|エミュレ|模擬|のモデル/iu

/** Calls `make` once for the same names. */
function perNames<T>(make: (names: readonly string[]) => T): (names: readonly string[]) => T {
  const made = remembered((json) => make(JSON.parse(json) as string[]), 20)
  return (names) => made(JSON.stringify(names))
}

/** Finds sentences that speak of hardware and not of an emulated one; none if no environment is emulated. */
function hardwareTold({ environments, hardware }: Emulated): (text: string) => readonly Told[] {
  return environments.length === 0 ? () => [] : aboutHardwareIn(hardware)
}

interface Told {
  readonly words: string
  readonly from: number
  readonly to: number
}

const aboutHardwareIn = perNames((names) => {
  const hardware = aboutHardware(names)
  return remembered((text): readonly Told[] =>
    // Most texts do not, and to tell sentences takes longer.
    (hardware.test(text) ? [...sentences(text)] : []).flatMap(({ segment, index }) => {
      const words = hardware.exec(segment)?.[0]
      return words === undefined || emulated.test(segment)
        ? []
        : [{ words, from: index, to: index + segment.length }]
    }),
  )
})

/** Adds errors to the document's file. */
export function checkOrigins(document: Document, known: Emulated = nothing): void {
  const hardwareIn = hardwareTold(known)
  const values = new Map(document.values.map((value) => [value.node, value]))
  for (const { text, codes } of prosesOf(document.tree)) {
    for (const { words, from, to } of codes.length === 0 ? [] : hardwareIn(text)) {
      for (const { node, start } of codes) {
        const value = start >= from && start < to ? values.get(node) : undefined
        const path =
          value &&
          references(value.ast).find(
            (one) => !readsPublished(one) && known.environments.includes(one.parts[1] ?? ''),
          )
        if (value === undefined || path === undefined) continue
        const reason =
          `a value of ${path.parts[1]} in a sentence that says "${words}": ` +
          'say in the sentence that it is emulated, or leave the hardware to another one'
        fail(document.file, 'emulated-as-hardware', value.place, reason)
      }
    }
  }
  const machines = machinesIn(document)
  for (const fence of document.fences) {
    if (fence.type === 'claim') {
      checkMachine(fence, document, known)
      checkStatement(fence, machines, document, known)
    } else if (fence.type !== 'experiment' && fence.type !== 'data') checkCaption(fence, document, known)
  }
}

/**
 * A claim must not speak of a board that its runs only emulate, or of a machine that they did not capture.
 */
function checkStatement(
  { node, source }: Fence,
  machines: readonly string[],
  document: Document,
  known: Emulated,
) {
  const block = document.nodes.get(node)
  if (block?.type !== 'claim' || source === undefined) return
  if (block.scope === 'absolute' || block.skip !== undefined) return
  const { blocks, original, file } = document
  const experiments = sourcesIn([...blocks, ...(original?.blocks ?? [])])
  const paths = expressionsOf(block.test).flatMap(pathsToRuns)
  const environment = paths.map(({ parts }) => parts[1] ?? '').find((one) => known.environments.includes(one))
  const [time] = block.scope === 'shape' ? timesIn(block.statement, document) : []
  if (time !== undefined) {
    const reason = `the statement says ${time}, and the claim is one of scope shape, which no time tests: say a ratio or an order, make the scope absolute, or list it as nominal if it is set and not measured`
    fail(file, 'absolute-time', source.valuePlace(['statement']), reason)
  }
  const board = environment === undefined ? undefined : boardIn(known.hardware)(block.statement)
  const place = source.valuePlace(['statement'])
  if (board !== undefined) {
    const reason = `the statement says "${board}", but runs of ${environment} judge it: say that they are emulated, leave the board out, or make the scope absolute and name the machine`
    fail(file, 'emulated-as-hardware', place, reason)
    return
  }
  const machine = machines.find((name) => mentions(name).test(block.statement))
  if (machine === undefined) return
  const { names } = cellsRead(expressionsOf(block.test), experiments)
  const captured = names.map((cell) => known.captured?.(cell)).filter((facts) => facts !== undefined)
  const isCaptured = captured.some((facts) => Object.values(facts).some((one) => one.includes(machine)))
  if (captured.length === 0 || isCaptured) return
  const reason = `the statement names ${machine}, which none of its runs captured: name their machine, or make the scope absolute`
  fail(file, 'other-machine', place, reason)
}

/** As the claims of a document name them. */
function machinesIn({ blocks }: Document): readonly string[] {
  const claims = blocks.filter((block) => block.type === 'claim')
  return [...new Set(claims.flatMap(({ machine = {} }) => Object.values(machine)))]
}

/** By the names of boards: finds the first words for one, in a sentence that does not say that it is emulated. */
const boardIn = perNames((names) => {
  const found = [aboutHardware(names), ...names.map(mentions)]
  return remembered((text) => {
    const plain = [...sentences(text)].filter(({ segment }) => !emulated.test(segment))
    return plain.flatMap(({ segment }) => found.flatMap((one) => one.exec(segment)?.[0] ?? []))[0]
  })
})

/** A name of one word, such as Pi, is told from other words by its capital. */
function mentions(name: string): RegExp {
  const flags = /\s/.test(name) ? 'iu' : 'u'
  return new RegExp(
    String.raw`(?<!\p{Script=Latin}|\p{N})(?:an?\s+|the\s+)?${pattern(name)}(?!\p{Script=Latin}|\p{N})`,
    flags,
  )
}

/** The caption of a table or figure of an experiment with emulated environments. */
function checkCaption({ source, block }: Fence, { blocks, file }: Document, known: Emulated): void {
  if (source === undefined || (block?.type !== 'table' && block?.type !== 'figure')) return
  // First, as most captions do not.
  const [found] = hardwareTold(known)(block.caption)
  if (found === undefined) return
  const shown =
    block.type === 'table'
      ? [block.from]
      : [block, ...(block.parts ?? [])].flatMap(({ data }) => Object.values(data).map(({ from }) => from))
  const isEmulated = blocks.some(
    (one) =>
      one.type === 'experiment' &&
      shown.includes(one.id) &&
      one.environments.some((name) => known.environments.includes(name)),
  )
  if (!isEmulated) return
  const reason = `the caption says "${found.words}" of emulated runs: say that they are emulated, or leave the hardware out`
  fail(file, 'emulated-as-hardware', source.valuePlace(['caption']), reason)
}

function readsDataOnly({ test }: ClaimBlock, blocks: Document['blocks']): boolean {
  const paths = expressionsOf(test).flatMap(pathsToRuns)
  return paths.every(({ parts: [id] }) => blocks.some((one) => one.type === 'data' && one.id === id))
}

/** An absolute claim must name its machine, which must not be emulated. */
function checkMachine(
  { source, block }: Fence,
  { file, blocks }: Document,
  { emulators, items }: Emulated,
): void {
  if (source?.data.scope !== 'absolute') return
  // Data are those that were published, or of a machine that they do not name.
  if (block?.type === 'claim' && readsDataOnly(block, blocks)) return
  const { machine } = source.data
  if (!isMapping(machine) || Object.keys(machine).length === 0) {
    const reason =
      'an absolute claim says whose times it is about: add machine, such as {hypervisor: Arm Xen 4.13}, ' +
      'or make the scope shape'
    fail(file, 'claim-machine', source.valuePlace(['scope']), reason)
    return
  }
  const emulator = new RegExp(
    String.raw`\b(?:${['emulat', ...emulators.map((name) => String.raw`${pattern(name)}(?!\w)`)].join('|')})`,
    'iu',
  )
  for (const [item, value] of Object.entries(machine)) {
    if (!items.includes(item) && !emulator.test(String(value))) continue
    const reason = `${item}: an emulated machine has no times of its own to claim; make the scope shape`
    fail(file, 'claim-machine', source.keyPlace(['machine', item]), reason)
  }
}
