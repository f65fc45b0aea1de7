/** Polyfills of newer JavaScript for Node 20. build.mjs and vitest.config.ts load it before other code. */

declare global {
  interface MapConstructor {
    groupBy<Key, Item>(items: Iterable<Item>, keyOf: (item: Item, index: number) => Key): Map<Key, Item[]>
  }
  interface PromiseWithResolvers<Value> {
    readonly promise: Promise<Value>
    readonly resolve: (value: Value | PromiseLike<Value>) => void
    readonly reject: (reason?: unknown) => void
  }
  interface PromiseConstructor {
    withResolvers<Value>(): PromiseWithResolvers<Value>
  }
}

function groupBy<Key, Item>(items: Iterable<Item>, keyOf: (item: Item, index: number) => Key) {
  const groups = new Map<Key, Item[]>()
  let index = 0
  for (const item of items) {
    const key = keyOf(item, index++)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

function withResolvers<Value>() {
  let resolve: (value: Value | PromiseLike<Value>) => void = () => {}
  let reject: (reason?: unknown) => void = () => {}
  const promise = new Promise<Value>((...functions) => {
    ;[resolve, reject] = functions
  })
  return { promise, resolve, reject }
}

for (const [owner, method] of [
  [Map, groupBy],
  [Promise, withResolvers],
] as const) {
  if (method.name in owner) continue
  Object.defineProperty(owner, method.name, { value: method, configurable: true, writable: true })
}
