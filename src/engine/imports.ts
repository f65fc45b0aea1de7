/** Finds a module's imports by parsing, without running it. */

import { type ParserOptions, parse } from '@babel/parser'
import type { Place } from '../document/block.ts'

/** Resolution: as by `import`, as by `require`, or as a URL relative to the module. */
export type How = 'import' | 'require' | 'url'

export interface Import {
  readonly how: How
  /** As written; undefined if it is computed. */
  readonly specifier: string | undefined
  /** Constant prefix of a computed specifier: `./lib/` of `./lib/${name}.ts`. */
  readonly head: string
  /** Whether the module may run without it, judging by the source. */
  readonly isOptional: boolean
  readonly place: Place
}

export interface SyntaxProblem {
  readonly reason: string
  readonly place: Place
}

export interface Module {
  readonly imports: readonly Import[]
  /** Reason why Node cannot load it. `imports` has what was found before the error. */
  readonly problem?: SyntaxProblem | undefined
}

/** Two megabytes take some seconds. */
const longestModule = 2_000_000

/** Parses TypeScript or JavaScript; `path` selects the module type by Node's rules. */
export function parseModule(text: string, path: string): Module {
  if (text.length > longestModule)
    return {
      imports: [],
      problem: {
        reason: `more than ${longestModule} characters of code are not searched for imports: split it, or read it as data`,
        place: { line: 1, column: 1 },
      },
    }
  const kinds = /\.c[jt]s$/.test(path)
    ? (['commonjs'] as const)
    : /\.m[jt]s$/.test(path)
      ? (['module'] as const)
      : (['module', 'commonjs'] as const)
  const attempts = kinds.map((kind) => attempt(text, kind))
  return attempts.find(({ problem }) => problem === undefined) ?? attempts[0] ?? { imports: [] }
}

function attempt(text: string, sourceType: 'module' | 'commonjs'): Module {
  const options: ParserOptions = {
    sourceType,
    plugins: ['typescript', 'explicitResourceManagement'],
    errorRecovery: true,
    createImportExpressions: true,
    attachComment: false,
  }
  try {
    const { program, errors } = parse(text.replace(/^\uFEFF/, ' '), options)
    const nodes = [...allNodes(program as unknown as Node)]
    const [error] = errors ?? []
    const problem = error ? problemOf(error) : nodes.flatMap((node) => inerasable(node) ?? [])[0]
    return { imports: importsOf(nodes, text), problem }
  } catch (error) {
    return { imports: [], problem: problemOf(error) }
  }
}

/** Removes the place in parentheses from the parser's message. */
function problemOf(error: unknown): SyntaxProblem {
  if (error instanceof RangeError)
    return { reason: 'nested too deeply to be parsed', place: { line: 1, column: 1 } }
  const { message, loc } = error as { message: string; loc?: { line: number; column: number } }
  if (loc === undefined) throw error
  return {
    reason: message.replace(/ \(\d+:\d+\)$/, ''),
    place: { line: loc.line, column: loc.column + 1 },
  }
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly loc: { readonly start: { readonly line: number; readonly column: number } }
  readonly [key: string]: unknown
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

/** Yields a node and its descendants in text order. Iterative, as expressions may have thousands of terms. */
function* allNodes(root: Node): Generator<Node> {
  const open: Node[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node
    for (const one of Object.values(node).flat().filter(isNode).reverse()) open.push(one)
  }
}

function placeOf({ loc: { start } }: Node): Place {
  return { line: start.line, column: start.column + 1 }
}

/** Node only erases types; syntax that must be transformed is an error. */
function inerasable(node: Node): SyntaxProblem | undefined {
  const advice = inerasableNodes.get(node.type)
  if (advice === undefined || node.declare === true) return undefined
  const reason = `Node only erases types, and cannot run ${advice}`
  return { reason, place: placeOf(node) }
}

const inerasableNodes: ReadonlyMap<string, string> = new Map([
  ['TSEnumDeclaration', 'an enum: write an object (const Kind = { a: 0 } as const)'],
  ['TSParameterProperty', 'a parameter property: assign the field in the constructor'],
  ['TSImportEqualsDeclaration', '`import x = ...`: write an import declaration'],
  ['TSExportAssignment', '`export =`: write export default'],
])

function importsOf(nodes: readonly Node[], text: string): readonly Import[] {
  /** Code without blanks; '' if it is too long to be a name or a URL. */
  const codeOf = (value: unknown) =>
    isNode(value) && value.end - value.start < longestCode
      ? text.slice(value.start, value.end).replace(/\s+/g, '')
      : ''
  const createsRequire = (value: unknown) =>
    isNode(value) && value.type === 'CallExpression' && /(?:^|\.)createRequire$/.test(codeOf(value.callee))
  /** Names that are `require`: also `load` of `const load = createRequire(import.meta.url)`. */
  const requires = new Set([
    'require',
    ...nodes.flatMap(({ type, id, init }) =>
      type === 'VariableDeclarator' && createsRequire(init) ? [codeOf(id)] : [],
    ),
  ])
  const isRequire = (value: unknown) => createsRequire(value) || requires.has(codeOf(value))

  const importOf = (node: Node): (Pick<Import, 'how' | 'isOptional'> & { argument: unknown }) | undefined => {
    const { type, source, callee } = node
    switch (type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        if (node.importKind === 'type' || node.exportKind === 'type' || !isNode(source)) return undefined
        return { how: 'import', argument: source, isOptional: false }
      case 'ImportExpression':
        return { how: 'import', argument: source, isOptional: true }
      case 'NewExpression': {
        const [argument, base] = node.arguments as readonly unknown[]
        const isUrl = codeOf(callee) === 'URL' && thisModule.test(codeOf(base))
        return isUrl ? { how: 'url', argument, isOptional: true } : undefined
      }
      case 'CallExpression': {
        const [argument] = node.arguments as readonly unknown[]
        if (codeOf(callee) === 'import.meta.resolve') return { how: 'import', argument, isOptional: true }
        const { object, property } = callee as Node
        const isResolve = codeOf(property) === 'resolve' && isRequire(object)
        return isResolve || isRequire(callee) ? { how: 'require', argument, isOptional: true } : undefined
      }
      default:
        return undefined
    }
  }

  return nodes.flatMap((node) => {
    const found = importOf(node)
    if (found === undefined) return []
    const { argument, ...rest } = found
    const place = placeOf(node)
    const specifiers = alternatives(argument)
    if (specifiers) return specifiers.map((specifier): Import => ({ ...rest, specifier, head: '', place }))
    // The argument is itself an import, reported separately.
    if (importedUrl.test(codeOf(argument))) return []
    const parts = operands(argument)
    const head = parts
      .slice(
        0,
        parts.findIndex((part) => typeof part !== 'string'),
      )
      .join('')
    return [{ ...rest, specifier: undefined, head, place }]
  })
}

const longestCode = 1000
const thisModule = /^(?:import\.meta\.(?:url|filename)|__filename)$/
/** `new URL(..., import.meta.url).href` and `import.meta.resolve(...)`. */
const importedUrl =
  /^(?:await)?(?:newURL\(.*,(?:import\.meta\.(?:url|filename)|__filename),?\)|import\.meta\.resolve\(.*\))(?:\.href|\.toString\(\))?$/

/** Operands of a concatenation, of which strings are constant. */
function operands(value: unknown): readonly (string | Node)[] {
  if (!isNode(value)) return []
  const { type, quasis, expressions, left, right, expression } = value
  switch (type) {
    case 'StringLiteral':
      return [String(value.value)]
    case 'TemplateLiteral':
      return (quasis as readonly { readonly value: { readonly cooked?: string } }[]).flatMap(
        (text, index) => [text.value.cooked ?? '', ...operands((expressions as unknown[])[index])],
      )
    case 'BinaryExpression':
      return value.operator === '+' ? [...operands(left), ...operands(right)] : [value]
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
      return operands(expression)
    default:
      return [value]
  }
}

const mostAlternatives = 64

/** Possible string values of an expression; undefined if unknown. */
function alternatives(value: unknown): readonly string[] | undefined {
  if (!isNode(value)) return undefined
  let texts: readonly string[] = ['']
  for (const part of operands(value)) {
    let endings: readonly string[] = []
    if (typeof part === 'string') endings = [part]
    else {
      if (part.type !== 'ConditionalExpression') return undefined
      const [first, second] = [alternatives(part.consequent), alternatives(part.alternate)]
      if (first === undefined || second === undefined) return undefined
      endings = [...first, ...second]
    }
    texts = texts.flatMap((start) => endings.map((end) => start + end))
    if (texts.length > mostAlternatives) return undefined
  }
  return texts
}
