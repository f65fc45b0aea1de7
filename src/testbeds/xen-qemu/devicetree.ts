/** Writes flattened device trees (Devicetree Specification 0.4, chapter 5). */

/** A property: one or more strings, 32-bit cells, or `true` for an empty one. */
export type Property = string | readonly string[] | readonly number[] | true

export interface DeviceTree {
  readonly [name: string]: Property | DeviceTree
}

/** A reserved range of physical memory: address and bytes. */
export type Reserved = readonly [address: number, bytes: number]

const BEGIN_NODE = 1
const END_NODE = 2
const PROPERTY = 3
const END = 9
const HEADER_BYTES = 40

/** Serializes a tree. A node's properties come before its children, both in the order given. */
export function deviceTreeBlob(root: DeviceTree, reserved: readonly Reserved[] = []): Uint8Array {
  const structure: Buffer[] = []
  const strings: string[] = []

  function offsetOf(name: string): number {
    if (!strings.includes(name)) strings.push(name)
    return strings.slice(0, strings.indexOf(name)).reduce((sum, { length }) => sum + length + 1, 0)
  }

  function node(name: string, tree: DeviceTree): void {
    structure.push(cells(BEGIN_NODE), padded(Buffer.from(`${name}\0`)))
    const nodes: [string, DeviceTree][] = []
    for (const [key, value] of Object.entries(tree)) {
      if (isTree(value)) nodes.push([key, value])
      else {
        const content = bytesOf(value)
        structure.push(cells(PROPERTY, content.length, offsetOf(key)), padded(content))
      }
    }
    for (const [key, value] of nodes) node(key, value)
    structure.push(cells(END_NODE))
  }

  node('', root)
  structure.push(cells(END))
  const reservations = cells(...[...reserved, [0, 0] as const].flat().flatMap(wide))
  const body = Buffer.concat(structure)
  const names = Buffer.from(strings.map((name) => `${name}\0`).join(''))
  const structureAt = HEADER_BYTES + reservations.length
  const namesAt = structureAt + body.length
  const total = namesAt + names.length
  // Magic, sizes and offsets, version 17 (compatible with 16), boot CPU 0.
  const head = [0xd00dfeed, total, structureAt, namesAt, HEADER_BYTES, 17, 16, 0, names.length, body.length]
  return Buffer.concat([cells(...head), reservations, body, names])
}

/** Splits a 64-bit number into two cells, for addresses and sizes. */
export function wide(value: number): readonly [number, number] {
  return [Math.floor(value / 2 ** 32), value % 2 ** 32]
}

function isTree(value: Property | DeviceTree): value is DeviceTree {
  return typeof value === 'object' && !Array.isArray(value)
}

function bytesOf(value: Property): Buffer {
  if (value === true) return Buffer.alloc(0)
  if (typeof value === 'string') return Buffer.from(`${value}\0`)
  return Buffer.concat(
    value.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : cells(part))),
  )
}

function cells(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value, 4 * index)
  return buffer
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc(-content.length & 3)])
}
