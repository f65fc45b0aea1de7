import { expect, test } from 'vitest'
import { type DeviceTree, deviceTreeBlob, wide } from '../../../src/testbeds/xen-qemu/devicetree.ts'
import { deviceTree, kernelAddress, ramdiskAddress } from '../../../src/testbeds/xen-qemu/raspi4b.ts'

/** Parses a blob according to the specification: properties as path -> bytes, and reserved memory. */
function read(blob: Uint8Array) {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length)
  const field = (index: number) => view.getUint32(4 * index)
  const [, total, structureAt = 0, namesAt = 0, reservedAt = 0] = [0, 1, 2, 3, 4].map(field)
  const textAt = (at: number) => Buffer.from(blob.subarray(at, blob.indexOf(0, at))).toString()
  const properties = new Map<string, Uint8Array>()
  const path: string[] = []
  let at = structureAt
  for (;;) {
    const token = view.getUint32(at)
    at += 4
    if (token === 9) break
    if (token === 1) {
      path.push(textAt(at))
      at += (path.at(-1)?.length ?? 0) + 1
    } else if (token === 2) path.pop()
    else {
      expect(token).toBe(3)
      const bytes = view.getUint32(at)
      const name = textAt(namesAt + view.getUint32(at + 4))
      properties.set([...path, name].join('/'), blob.subarray(at + 8, at + 8 + bytes))
      at += 8 + bytes
    }
    at = Math.ceil(at / 4) * 4
  }
  const reserved = [view.getBigUint64(reservedAt), view.getBigUint64(reservedAt + 8)]
  return { magic: field(0), total, version: field(5), properties, reserved, end: at, namesAt }
}

function cellsOf(bytes: Uint8Array | undefined): number[] {
  if (!bytes) throw new Error('no such property')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(4 * index))
}

test('a tree comes back from its blob', () => {
  const tree: DeviceTree = {
    one: [1, 0xffffffff],
    leaf: { words: ['a', 'bcd'], word: 'xy', one: [7], there: true },
    last: { inner: { word: '' } },
  }
  const blob = deviceTreeBlob(tree, [[0x1_0000_0000, 4096]])
  const { magic, total, version, properties, reserved, end, namesAt } = read(blob)
  expect({ magic, total, version, end }).toEqual({
    magic: 0xd00dfeed,
    total: blob.length,
    version: 17,
    end: namesAt,
  })
  expect(reserved).toEqual([0x1_0000_0000n, 4096n])
  const text = (path: string) => Buffer.from(properties.get(path) ?? []).toString()
  expect([...properties.keys()]).toEqual([
    '/one',
    '/leaf/words',
    '/leaf/word',
    '/leaf/one',
    '/leaf/there',
    '/last/inner/word',
  ])
  expect(cellsOf(properties.get('/one'))).toEqual([1, 0xffffffff])
  expect(cellsOf(properties.get('/leaf/one'))).toEqual([7])
  expect(text('/leaf/words')).toBe('a\0bcd\0')
  expect(text('/leaf/word')).toBe('xy\0')
  expect(properties.get('/leaf/there')).toHaveLength(0)
  expect(text('/last/inner/word')).toBe('\0')
})

test('a number of 64 bits is two cells, the high one first', () => {
  expect(wide(0x3_0000_0004)).toEqual([3, 4])
})

test('the Pi tells Xen where its modules are and how they are started', () => {
  const { properties, reserved } = read(
    deviceTree({
      cpus: 4,
      kernelBytes: 1000,
      ramdiskBytes: 2000,
      xenOptions: 'console=dtuart',
      dom0Options: 'rdinit=/init',
    }),
  )
  const module = (address: number, name: string) =>
    properties.get(`/chosen/module@${address.toString(16)}/${name}`)
  expect(cellsOf(module(kernelAddress, 'reg'))).toEqual([0, kernelAddress, 0, 1000])
  expect(cellsOf(module(ramdiskAddress, 'reg'))).toEqual([0, ramdiskAddress, 0, 2000])
  expect(Buffer.from(module(kernelAddress, 'bootargs') ?? []).toString()).toBe('rdinit=/init\0')
  expect(Buffer.from(properties.get('/chosen/xen,xen-bootargs') ?? []).toString()).toBe('console=dtuart\0')
  expect(cellsOf(properties.get('/cpus/cpu@3/cpu-release-addr'))).toEqual([0, 0xf0])
  // The spin table must not be given to a domain.
  expect(reserved).toEqual([0n, 0x1000n])
})
