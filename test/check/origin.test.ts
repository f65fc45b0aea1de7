import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { checkOrigins } from '../../src/check/origin.ts'
import { parseDocument } from '../../src/document/document.ts'
import { emulationOf } from '../../src/testbeds/environments.ts'

/** `place rule` of each message; the body starts in line 4. */
function found(body: string, emulation = emulationOf()): readonly string[] {
  const file = new VFile(`---\ntitle: T\n---\n${body}\n`)
  checkOrigins(parseDocument(file), { ...emulation, environments: ['xen-4.14'] })
  return file.messages
    .filter(({ fatal }) => fatal)
    .map(({ line, column, ruleId }) => `${line}:${column} ${ruleId}`)
}
const value = "`=latency['xen-4.14'].baseline.pause.total.mean | ms`"

describe('a value of an emulated environment', () => {
  it.each([
    [`On a Raspberry Pi 4 a pause takes ${value}.`, '4:35'],
    [`On a Raspberry Pi 4 Model B it takes ${value}.`, '4:38'],
    [`A pause takes ${value} on the Pi.`, '4:15'],
    [`A pause takes ${value}\non real hardware.`, '4:15'],
    [`- The real board needs ${value}.`, '4:24'],
    [`実機では${value}かかる。`, '4:5'],
    [`Raspberry Pi 4上では${value}かかる。`, '4:18'],
    [`On the Pi it is \`=1 + latency['xen-4.14'].baseline.pause.n\`.`, '4:17'],
  ])('must not be said of hardware: %s', (body, place) => {
    expect(found(body)).toEqual([`${place} emulated-as-hardware`])
  })

  it.each([
    `A pause takes ${value}.`,
    `An emulated pause takes ${value}, which on a Pi would be another number.`,
    `On the model of the Raspberry Pi 4 it takes ${value}.`,
    `It takes ${value}. On a Pi nobody knows.`,
    `Nobody knows on a Pi. It takes ${value}.`,
    `Raspberry Pi 4のモデルでは${value}かかる。`,
    `実機ではないエミュレートされた値は${value}である。`,
    "On a Pi it takes `=latency['pi-4'].baseline.pause.total.mean | ms`.",
    'On a Pi `xl` is a command.',
  ])('may be said: %s', (body) => {
    expect(found(body)).toEqual([])
  })
})

describe('an absolute claim', () => {
  const claim = (more: string, scope = 'absolute') =>
    `\`\`\`yaml claim\nid: C1\nstatement: S\nscope: ${scope}\nvalue: a.b.c.d\npublished: 5\ntolerance: 1\n${more}\n\`\`\``

  it('says whose times it is about', () => {
    expect(found(claim(''))).toEqual(['7:8 claim-machine'])
    expect(found(claim('machine: {}'))).toEqual(['7:8 claim-machine'])
    expect(found(claim('machine: {hypervisor: Arm Xen 4.13}'))).toEqual([])
    expect(found(claim('', 'shape'))).toEqual([])
  })

  it.each([
    ['machine: {emulator: any}', '11:11'],
    ['machine: {hypervisor: Arm Xen 4.13, board: "QEMU 10, virt"}', '11:37'],
  ])('is about no emulated machine: %s', (machine, place) => {
    expect(found(claim(machine))).toEqual([`${place} claim-machine`])
  })

  it("is about no machine of a testbed's emulator", () => {
    const toys = { hardware: ['Toy (tin)'], emulators: ['Toy++ 2'], items: ['spring'] }
    expect(found(claim('machine: {board: a toy++ 2b, spring: steel}'), toys)).toEqual(['11:30 claim-machine'])
    expect(found(claim('machine: {board: a toy++ 2 b}'), toys)).toEqual(['11:11 claim-machine'])
    expect(found(claim('machine: {board: QEMU, emulator: none}'), toys)).toEqual([])
    expect(found(`On a toy  (tin) it takes ${value}, on a Pi ${value}.`, toys)).toHaveLength(2)
    expect(found(`On a Pi it takes ${value}.`, toys)).toEqual([])
  })

  it('cannot be called reproduced by hand', () => {
    expect(found(claim('machine: {hypervisor: Arm Xen 4.13}\nverdict: reproduced'))).toEqual([
      '12:1 unknown-key',
    ])
  })
})
