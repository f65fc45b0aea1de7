/**
 * Perfetto's trace processor, as its viewer uses it: a WebAssembly module that loads a trace and answers SQL.
 * Not a dependency of the project; docs/trace.md says where to get it.
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import protobuf from 'protobufjs'

const definitions = readFileSync(new URL('../fixtures/trace/traceprocessor.proto', import.meta.url), 'utf8')
const root = protobuf.parse(definitions, { keepCase: true }).root
const Stream = root.lookupType('Stream')
const OldTrace = root.lookupType('TraceWithOldFlows')

export type Cells = Readonly<Record<string, number | string | null>>

interface Call {
  readonly fatal_error?: string
  readonly query_result?: {
    readonly column_names?: readonly string[]
    readonly error?: string
    readonly batch?: readonly {
      readonly cells?: readonly number[]
      readonly varint_cells?: readonly number[]
      readonly float64_cells?: readonly number[]
      readonly string_cells?: string
    }[]
  }
}

/**
 * Loads a trace and returns a function that answers SQL. `folder` holds the viewer's engine_bundle.js and
 * trace_processor.wasm.
 */
export async function traceProcessor(
  folder: string,
  trace: Uint8Array,
): Promise<(sql: string) => readonly Cells[]> {
  const replies: Uint8Array[] = []
  const port = {
    postMessage: (reply: Uint8Array) => replies.push(reply),
    onmessage: (_: { data: Uint8Array }): void => undefined,
  }
  startEngine(folder, port)
  let seq = 0
  const call = (message: object): readonly Call[] => {
    replies.length = 0
    const data = Stream.encode(Stream.fromObject({ msg: [{ seq: seq++, ...message }] })).finish()
    port.onmessage({ data: Uint8Array.from(data) })
    const answer = Stream.toObject(Stream.decode(Buffer.concat(replies)), { longs: Number })
    const calls = (answer as { msg?: readonly Call[] }).msg ?? []
    for (const { fatal_error: fatal } of calls) if (fatal !== undefined) throw new Error(fatal)
    return calls
  }
  await new Promise(setImmediate) // The module is ready at once, but resolves promises.
  call({ request: 'APPEND_TRACE_DATA', append_trace_data: trace })
  call({ request: 'FINALIZE_TRACE_DATA' })
  return (sql) => rowsOf(call({ request: 'QUERY_STREAMING', query_args: { sql_query: sql } }))
}

/**
 * Evaluates the bundle, a worker's script that expects `self` and, under Node, `require` and its folder as
 * globals.
 */
function startEngine(folder: string, port: object): void {
  const self: { onmessage?: (message: object) => void } = {}
  const script = readFileSync(join(folder, 'engine_bundle.js'), 'utf8').replaceAll(
    'locateFile: (s) => s',
    'locateFile: (s) => __dirname + "/" + s',
  )
  const run = new Function('self', 'require', '__dirname', '__filename', script)
  run(self, createRequire(join(folder, 'x.js')), folder, join(folder, 'engine_bundle.js'))
  self.onmessage?.({ data: { enginePort: port } })
}

/** Moves flows to the deprecated fields that version 20 reads; Perfetto defines them as equivalent. */
export function withOldFlows(trace: Uint8Array): Uint8Array {
  const message = OldTrace.toObject(OldTrace.decode(trace)) as {
    packet: { track_event?: { flow_ids?: unknown[]; terminating_flow_ids?: unknown[] } & object }[]
  }
  for (const { track_event: event } of message.packet) {
    if (event === undefined) continue
    Object.assign(event, {
      flow_ids_old: event.flow_ids,
      terminating_flow_ids_old: event.terminating_flow_ids,
    })
    delete event.flow_ids
    delete event.terminating_flow_ids
  }
  return OldTrace.encode(OldTrace.fromObject(message)).finish()
}

/**
 * Decodes cells, which are grouped by type: 1 null, 2 integers, 3 other numbers, 4 strings, each in its own
 * list.
 */
function rowsOf(calls: readonly Call[]): readonly Cells[] {
  const results = calls.flatMap(({ query_result: result }) => result ?? [])
  const error = results.find((result) => result.error)?.error
  if (error !== undefined) throw new Error(error)
  const names = results.flatMap(({ column_names: own = [] }) => own)
  const values = results.flatMap(({ batch = [] }) =>
    batch.flatMap(({ cells = [], varint_cells = [], float64_cells = [], string_cells = '' }) => {
      const [integers, floats, texts] = [
        varint_cells.values(),
        float64_cells.values(),
        string_cells.split('\0').values(),
      ]
      return cells.map((type) => {
        const list = type === 2 ? integers : type === 3 ? floats : type === 4 ? texts : undefined
        return list === undefined ? null : (list.next().value as number | string)
      })
    }),
  )
  return Array.from({ length: values.length / Math.max(1, names.length) }, (_, row) =>
    Object.fromEntries(names.map((name, column) => [name, values[row * names.length + column] ?? null])),
  )
}
