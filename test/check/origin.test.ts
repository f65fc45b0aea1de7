import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { checkOrigins, type Emulated } from '../../src/check/origin.ts'
import { parseDocument } from '../../src/document/document.ts'
import { emulationOf } from '../../src/testbeds/environments.ts'

/** `place rule` of each message; the body starts in line 4. */
function found(body: string, emulation: Omit<Emulated, 'environments'> = emulationOf()): readonly string[] {
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

describe('a claim judged by emulated runs', () => {
  const claim = (statement: string, more = '', scope = 'shape') =>
    `\`\`\`yaml claim\nid: C1\nstatement: ${statement}\nscope: ${scope}\nvalue: latency['xen-4.14'].baseline.pause.total.mean / latency['xen-4.14'].loaded.pause.total.mean\nbetween: [1, 2]${more}\n\`\`\``

  it.each([
    'On a Raspberry Pi, load lengthens a pause',
    'Load on a Raspberry Pi 4 lengthens a pause',
    'The Pi pauses more slowly under load',
    'A raspberry pi pauses more slowly under load',
    'On an RPi 4, load lengthens a pause',
    'On an rpi4, load lengthens a pause',
    'The RPi pauses more slowly under load',
    'On a RasPi, load lengthens a pause',
    'Load lengthens a pause of the Pi 4B',
    'On a BCM2711, load lengthens a pause',
    'The BCM2711 pauses more slowly under load',
    'On a Cortex-A72, load lengthens a pause',
    'On bare metal, load lengthens a pause',
    'Load lengthens a pause in bare-metal Xen',
    'In silicon, load lengthens a pause',
    'Arm boards pause more slowly under load',
    'Load lengthens a pause on embedded devices',
    'ベアメタルの一時停止は負荷で長くなる',
    'Armボードの一時停止は負荷で長くなる',
    'Real hardware pauses more slowly under load, as the board shows on real hardware',
    'ラズベリーパイの一時停止は負荷で長くなる',
    'このラズパイでは一時停止が長くなる',
    '実機の一時停止は負荷で長くなる',
    '負荷はRaspberry Pi 4の一時停止を長くする',
  ])('does not speak of a board: %s', (statement) => {
    expect(found(claim(statement))).toEqual(['6:12 emulated-as-hardware'])
    expect(found(claim(statement, '', 'method'))).toEqual(['6:12 emulated-as-hardware'])
  })

  it.each([
    'Load lengthens a pause',
    'Load lengthens a pause on the model of a Raspberry Pi',
    'On an emulated Raspberry Pi, load lengthens a pause',
    'Raspberry Pi 4のモデルでは負荷が一時停止を長くする',
    'A Pint, pi, and Pin 4',
    'On an emulated BCM2711, load lengthens a pause',
    'Load on the emulated Arm board lengthens a pause',
    'The driver of a board lengthens a pause, as systems with Arm code do',
  ])('may say what they are: %s', (statement) => {
    expect(found(claim(statement))).toEqual([])
  })

  it.each([
    'Load lengthens a pause by 21 ms',
    'Load lengthens a pause by 21ms, and a pause takes 1.5 seconds',
    'Under load a pause takes 300 microseconds',
    '負荷は一時停止を21ミリ秒長くする',
  ])('does not speak of a time in the scope shape: %s', (statement) => {
    expect(found(claim(statement))).toEqual(['6:12 absolute-time'])
    expect(found(claim(statement, '', 'method'))).toEqual([])
    expect(found(claim(statement, '\nskip: no board'))).toEqual([])
  })

  it('may speak of a time that is set, of shares and of multiples', () => {
    const nominal = 'With a period of 4 ms, load lengthens a pause by 20 %, or 2.5 times'
    expect(found(claim(nominal))).toEqual(['6:12 absolute-time'])
    const file = new VFile(`---\ntitle: T\nnominal: [4 ms]\n---\n${claim(nominal)}\n`)
    checkOrigins(parseDocument(file), { ...emulationOf(), environments: ['xen-4.14'] })
    expect(file.messages).toEqual([])
  })

  it('may speak of a board if it is skipped, or read from other environments', () => {
    expect(found(claim('On a Raspberry Pi, load lengthens a pause', '\nskip: no board'))).toEqual([])
    const other = claim('On a Raspberry Pi, load lengthens a pause').replaceAll('xen-4.14', 'pi-4')
    expect(found(other)).toEqual([])
  })

  it('says what the names of boards are to its testbeds only', () => {
    const toys = { hardware: ['Toy (tin)'], emulators: [], items: [] }
    expect(found(claim('The toy (tin) squeaks'), toys)).toEqual(['6:12 emulated-as-hardware'])
    expect(found(claim('On a Raspberry Pi, load lengthens a pause'), toys)).toEqual([])
  })

  it('does not speak of a machine that its runs did not capture', () => {
    const absolute =
      '```yaml claim\nid: C2\nstatement: S\nscope: absolute\nvalue: a.b.c.d\npublished: 5\ntolerance: 1\nmachine: {hypervisor: Arm Xen 4.13}\n```'
    const experiment =
      '```yaml experiment\nid: latency\nscript: x.ts\nenvironments: [xen-4.14]\ntrials: 1\npatterns: {baseline: {}, loaded: {}}\n```'
    const body = `${claim('Under Arm Xen 4.13, load lengthens a pause')}\n\n${absolute}\n\n${experiment}`
    const captured = (hypervisor: string) =>
      found(body, { ...emulationOf(), captured: () => ({ hypervisor }) })
    expect(captured('Xen 4.14.6')).toEqual(['6:12 other-machine'])
    expect(captured('Arm Xen 4.13.0')).toEqual([])
    expect(found(body)).toEqual([])
  })
})

describe('a caption of emulated runs', () => {
  const table = (caption: string) =>
    `\`\`\`yaml experiment\nid: latency\nscript: x.ts\nenvironments: [xen-4.14]\ntrials: 1\npatterns: {baseline: {}}\n\`\`\`\n\n\`\`\`yaml table\nid: tbl-x\nkind: summary\nfrom: latency\ncaption: ${caption}\n\`\`\``
  it('does not say that they are from hardware', () => {
    expect(found(table('Pauses on a Raspberry Pi'))).toEqual(['16:10 emulated-as-hardware'])
    expect(found(table('Raspberry Pi 4での一時停止'))).toEqual(['16:10 emulated-as-hardware'])
    expect(found(table('Emulated pauses, not those on a Raspberry Pi'))).toEqual([])
    expect(found(table('Pauses on the model of the Raspberry Pi'))).toEqual([])
    expect(found(table('Pauses'))).toEqual([])
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
