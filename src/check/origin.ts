/**
 * Checks what the text says about the origin of its numbers. A value from an emulated environment must not
 * appear in a sentence about hardware as if measured there, and an absolute claim must name its machine.
 */

import type { Document } from '../document/document.ts'
import type { Fence } from '../document/fence.ts'
import { fail } from '../document/problem.ts'
import { readsPublished, references } from '../query/expression.ts'
import { isMapping } from '../results/parameters.ts'
import type { Emulation } from '../testbed/testbed.ts'
import { prosesOf, sentences } from './sentence.ts'

/** Emulated environments by name, and how texts and claims name such machines. */
export interface Emulated extends Emulation {
  readonly environments: readonly string[]
}

const nothing: Emulated = { environments: [], hardware: [], emulators: [], items: [] }

/**
 * Matches `on real hardware`, 実機 and, if a Pi is among the `names`, `on a Pi`: an emulated number was not
 * measured there. "The model of the Pi" does not match.
 */
function aboutHardware(names: readonly string[]): RegExp {
  // The shortest first, which messages quote.
  const known = [...names].sort((a, b) => a.length - b.length).map(pattern)
  return new RegExp(
    [
      String.raw`\b(?:on|for|of|by)\s+(?:an?\s+|the\s+|our\s+|real\s+|physical\s+|actual\s+)*(?:${[...known, 'hardware'].join('|')})(?!\w)`,
      String.raw`\b(?:real|physical|actual)\s+(?:board|machine|processor)s?\b`,
      '実機',
      '実(?:際の)?ハードウェア',
      ...known.map((name) => String.raw`(?<!\p{L})${name}\s*(?:上|では|で|の)`),
    ].join('|'),
    'iu',
  )
}

/** Returns the source of a RegExp for a name. */
function pattern(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`).replace(/\s+/g, String.raw`\s*`)
}

/** Marks a number as emulated. */
const emulated = /\bemulat|\bmodels? of\b|エミュレ|模擬|のモデル/iu

/** Adds errors to the document's file. */
export function checkOrigins(document: Document, known: Emulated = nothing): void {
  const hardware = aboutHardware(known.hardware)
  const values = new Map(document.values.map((value) => [value.node, value]))
  for (const { text, codes } of prosesOf(document.tree)) {
    for (const { segment, index } of sentences(text)) {
      const words = hardware.exec(segment)?.[0]
      if (words === undefined || emulated.test(segment)) continue
      for (const { node, start } of codes) {
        const value = start >= index && start < index + segment.length ? values.get(node) : undefined
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
  for (const fence of document.fences) if (fence.type === 'claim') checkMachine(fence, document, known)
}

/** An absolute claim must name its machine, which must not be emulated. */
function checkMachine({ source }: Fence, { file }: Document, { emulators, items }: Emulated): void {
  if (source?.data.scope !== 'absolute') return
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
