/**
 * Prepares expressions for Vega's interpreter: compiles no code, and allows only what computes a value from
 * the data. All pass here, the author's and those that Vega-Lite writes.
 */

import { field } from 'vega'
import { expressionInterpreter } from 'vega-interpreter'
import { QueryError } from '../../query/error.ts'
import { type Evaluate, evaluator, type Node } from './evaluate.ts'
import { noteInfinite, noteNoNumber, own, type Reads, readAt, type Site } from './fields.ts'
import { tipText } from './tips.ts'

interface Expression {
  readonly ast: Node
}

interface Context {
  readonly functions: object
}

type Params = Readonly<Record<string, unknown>> | undefined

interface Encode {
  readonly marktype: string
  readonly channels: Readonly<Record<string, Expression>>
}

/**
 * Functions of https://vega.github.io/vega/docs/expressions/ and of Vega-Lite's expressions that neither
 * change data nor read a clock.
 */
const allowed: ReadonlySet<string> = new Set(
  `if isArray isBoolean isDate isDefined isNumber isObject isRegExp isString isValid toBoolean toDate toNumber toString
  isNaN isFinite abs acos asin atan atan2 ceil clamp cos exp floor hypot log max min pow random round sin sqrt tan
  cumulativeNormal cumulativeLogNormal cumulativeUniform densityNormal densityLogNormal densityUniform
  quantileNormal quantileLogNormal quantileUniform sampleNormal sampleLogNormal sampleUniform
  datetime date day dayofyear year quarter month week isoweek hours minutes seconds milliseconds time
  timezoneoffset timeOffset timeSequence timeUnitSpecifier utc utcdate utcday utcdayofyear utcyear utcquarter
  utcmonth utcweek utcisoweek utchours utcminutes utcseconds utcmilliseconds utcOffset utcSequence
  extent flush clampRange indexof inrange join lastindexof length lerp peek pluck reverse sequence slice sort span
  lower upper pad parseFloat parseInt replace split substring trim truncate btoa atob encodeURIComponent
  regexp test merge format dayFormat dayAbbrevFormat monthFormat monthAbbrevFormat timeFormat timeParse utcFormat
  utcParse rgb hsl lab hcl luminance contrast gradient scale invert copy domain range bandwidth bandspace
  interpolateLinear data indata geoArea geoBounds geoCentroid geoScale geoTranslate geoShape pathShape
  panLinear panLog panPow panSymlog zoomLinear zoomLog zoomPow zoomSymlog containerSize windowSize screen
  vlSelectionTest vlSelectionIdTest vlSelectionResolve`.split(/\s+/),
)

/** Child expressions by node type. */
const children: Readonly<Record<string, readonly string[]>> = {
  Literal: [],
  Identifier: [],
  ArrayExpression: ['elements'],
  BinaryExpression: ['left', 'right'],
  LogicalExpression: ['left', 'right'],
  UnaryExpression: ['argument'],
  ConditionalExpression: ['test', 'consequent', 'alternate'],
  MemberExpression: ['object', 'property'],
  CallExpression: ['arguments'],
  ObjectExpression: ['properties'],
  Property: ['value'],
}

export interface Interpreting {
  readonly reads: Reads
  /** Where the author calls a function: ` (transform[0].calculate)`, or empty. */
  readonly placeOf: (name: string) => string
  /** Returns true if the specification handles the field's non-numeric values. */
  readonly treatsInvalid: (field: string) => boolean
}

/** For a Vega view's option `expr`. Forbidden expressions throw QueryError when the view is made. */
export function interpreter(options: Interpreting) {
  // All facets share the expressions, but each has functions of its own.
  const prepared = new WeakMap<object, Evaluate>()
  const ready = (ast: Node, own: object): Evaluate => {
    const value = prepared.get(ast) ?? evaluator(prepare(ast, options), own)
    prepared.set(ast, value)
    return value
  }
  const described = (ast: Node, own: object): Evaluate => {
    const values = describedIn(ast)?.map(([name, value]) => [name, ready(value, own)] as const)
    return (scope) => values && tipText(values.map(([name, valueOf]) => [name, `${valueOf(scope)}`]))
  }
  const known = new WeakMap<Context, object>()
  const within = (context: Context): object => {
    const own = known.get(context) ?? Object.assign(Object.create(context.functions) as object, ownFunctions)
    known.set(context, own)
    return own
  }
  const never = () => {
    throw new Error('a drawing has no events')
  }
  return {
    operator(context: Context, { ast }: Expression) {
      const functions = within(context)
      const value = ready(ast, functions)
      return (params: Params) => value({ functions, params })
    },
    parameter(context: Context, { ast }: Expression) {
      const functions = within(context)
      const value = ready(ast, functions)
      return (datum: unknown, params: Params) => value({ functions, params, datum })
    },
    encode(context: Context, { marktype, channels }: Encode) {
      const functions = within(context)
      const values = Object.entries(channels).map(([name, { ast }]): readonly [string, Evaluate] => [
        name,
        // Nobody hears what a mark is called, as a figure is one image: the page shows it to who points at
        // it.
        (name === 'description' ? described : ready)(ast, functions),
      ])
      // Without a channel to set, Vega only makes width and height of those that are there.
      const names = Object.keys(channels).map((name) => [name, { value: true }])
      const adjust = expressionInterpreter.encode(
        { functions },
        { marktype, channels: Object.defineProperties({}, Object.fromEntries(names)) },
      )
      return (item: Record<string, unknown>, params: Params) => {
        const scope = { functions, params, datum: item.datum, item }
        let isChanged = 0
        for (const [name, valueOf] of values) {
          const value = valueOf(scope)
          if (item[name] === value) continue
          item[name] = value
          isChanged = 1
        }
        adjust(item, params)
        return isChanged
      }
    },
    event: never,
    handler: never,
    codegen: {
      get(path: readonly string[]) {
        const site = options.reads.site(path)
        return (record: unknown) => {
          const value = readAt(site, record)
          noteInfinite(site, value)
          return value
        }
      },
    },
  }
}

interface Scaling {
  scale(name: string, value: unknown, group: unknown): unknown
}

/** Extend and override Vega's functions. */
const ownFunctions = {
  member: (object: unknown, name: unknown, site?: Site) =>
    site === undefined ? own(object, String(name)) : readAt(site, object),
  /** Vega draws values without a place on a scale (a logarithm of 0) at 0. */
  place(this: Scaling, site: Site, name: string, value: unknown, group: unknown) {
    const place = this.scale(name, value, group)
    if (value !== null && value !== undefined) noteInfinite(site, place, value)
    return place
  },
  /** Vega-Lite's check of a quantity before it draws it. */
  isDrawable(record: unknown, _name: string, site: Site) {
    const value = readAt(site, record)
    noteNoNumber(site, value)
    return value !== null && value !== undefined && Number.isFinite(Number(value))
  },
  pluck(records: unknown, name: string) {
    const get = field(name, undefined, {
      get: (path: string[]) => (one: unknown) => path.reduce(own, one),
    } as never)
    return Array.isArray(records) ? records.map((one) => get(one)) : get(records)
  },
}

/** Rewrites every property read to use `member`. Throws QueryError for a forbidden function. */
function prepare(root: Node, { reads, placeOf, treatsInvalid }: Interpreting): Node {
  const quantities = new Set(
    all(root)
      .flatMap((node) => quantityOf(node) ?? [])
      .filter((one) => !treatsInvalid(one)),
  )

  const call = (name: string, { object, property, computed }: Node, site?: Site): Node => ({
    type: 'CallExpression',
    callee: { type: 'Identifier', name },
    arguments: [
      visit(object as Node),
      computed ? visit(property as Node) : { type: 'Literal', value: (property as Node).name },
      { type: 'Literal', value: site },
    ],
  })
  const visit = (node: Node): Node => {
    if (node.type === 'Identifier' && (node.name as string) in Object.prototype)
      throw new QueryError(`an expression may not read ${node.name}${placeOf(node.name as string)}`)
    if (node.type === 'MemberExpression') {
      const name = fieldOf(node)
      return call('member', node, name === undefined ? undefined : reads.site([name]))
    }
    if (node.type !== 'CallExpression') return mapped(node, visit)
    const name = (node.callee as Node).name?.replace(/^_/, '') ?? ''
    if (!allowed.has(name) && !/^ease[A-Z]\w+$/.test(name)) {
      throw new QueryError(
        `an expression may not call ${name}${placeOf(name)}: ` +
          'only functions that compute a value from the data are allowed',
      )
    }
    const [first] = node.arguments as readonly Node[]
    const asked = quantityOf(node) ?? (name === 'isValid' && first ? fieldOf(first) : undefined)
    if (asked !== undefined && quantities.has(asked))
      return call('isDrawable', memberIn(node), reads.site([asked]))
    // Asking whether a field exists is no mistake if it does not.
    if (name === 'isDefined' && first?.type === 'MemberExpression')
      return { ...node, arguments: [call('member', first)] }
    const plain = mapped(node, visit)
    if (name !== 'scale') return plain
    const [, value] = node.arguments as readonly Node[]
    const placed = value && fieldOf(value)
    const site = reads.site(placed === undefined ? [] : [placed])
    const given = plain.arguments as readonly Node[]
    const callee = { type: 'Identifier', name: 'place' }
    return { ...plain, callee, arguments: [{ type: 'Literal', value: site }, ...given] }
  }
  return visit(root)
}

/**
 * Names and values in the description of a mark, if it is as Vega-Lite writes it: `"a: " + (1) + "; b: " +
 * (2)`. In its text, a value could not be told from what follows it.
 */
function describedIn(node: Node): readonly (readonly [name: string, value: Node])[] | undefined {
  const isSum = ({ type, operator }: Node) => type === 'BinaryExpression' && operator === '+'
  if (!isSum(node)) return undefined
  const [left, value] = [node.left as Node, node.right as Node]
  const text = isSum(left) ? (left.right as Node).value : left.value
  const [, name] = (typeof text === 'string' && (isSum(left) ? /^; (.*): $/s : /^(.*): $/s).exec(text)) || []
  if (name === undefined) return undefined
  if (!isSum(left)) return [[name, value]]
  const before = describedIn(left.left as Node)
  return before && [...before, [name, value]]
}

/** `x` of `isFinite(+datum["x"])`. */
function quantityOf(node: Node): string | undefined {
  if (node.type !== 'CallExpression' || (node.callee as Node).name !== 'isFinite') return undefined
  const [argument] = node.arguments as readonly Node[]
  return argument?.type === 'UnaryExpression' && argument.operator === '+'
    ? fieldOf(argument.argument as Node)
    : undefined
}

function memberIn(call: Node): Node {
  const [argument] = call.arguments as readonly [Node]
  return argument.type === 'UnaryExpression' ? (argument.argument as Node) : argument
}

/** `x` of `datum.x` and `datum["x"]`. */
function fieldOf(node: Node): string | undefined {
  if (node.type !== 'MemberExpression' || (node.object as Node).name !== 'datum') return undefined
  const property = node.property as Node
  const name = node.computed ? property.value : property.name
  return name === undefined || name === null ? undefined : String(name)
}

function mapped(node: Node, change: (child: Node) => Node): Node {
  const parts = children[node.type]
  if (parts === undefined) throw new QueryError(`an expression may not have a ${node.type}`)
  const changed = parts.map((part) => {
    const child = node[part]
    return [part, Array.isArray(child) ? child.map(change) : change(child as Node)] as const
  })
  return { ...node, ...Object.fromEntries(changed) }
}

function all(node: Node): readonly Node[] {
  const parts = (children[node.type] ?? []).flatMap((part) => node[part] as Node | readonly Node[])
  return [node, ...parts.flatMap(all)]
}
