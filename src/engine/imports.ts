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
  readonly optional: boolean
  readonly place: Place
}

export interface SyntaxProblem {
  readonly reason: string
  readonly place: Place
}

export interface Module {
  readonly imports: readonly Import[]
  /** Reason why Node cannot load it. `imports` has what was found before the error. */
  readonly problem?: SyntaxProblem
}

/** Parses TypeScript or JavaScript; `path` selects the module type by Node's rules. */
export function parseModule(text: string, path: string): Module {
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
    const problem = nodes.flatMap((node) => inerasable(node) ?? [])[0]
    const [error] = errors ?? []
    const first = error ? problemOf(error) : problem
    return { imports: importsOf(nodes), ...(first === undefined ? {} : { problem: first }) }
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
  readonly loc?: { readonly start: { readonly line: number; readonly column: number } }
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
    const below = Object.values(node).flatMap((value) =>
      Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
    )
    for (const child of below.reverse()) open.push(child)
  }
}

function placeOf(node: Node): Place {
  return { line: node.loc?.start.line ?? 1, column: (node.loc?.start.column ?? 0) + 1 }
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

function importsOf(nodes: readonly Node[]): readonly Import[] {
  const requires = new Set(['require', ...nodes.flatMap((node) => requireMade(node) ?? [])])
  return nodes.flatMap((node) => {
    const found = importOf(node, requires)
    if (found === undefined) return []
    const { how, argument, optional = true } = found
    const place = placeOf(node)
    const specifiers = constants(argument)
    if (specifiers !== undefined)
      return specifiers.map((specifier): Import => ({ how, specifier, head: '', optional, place }))
    // The argument is itself an import, reported separately.
    if (isFollowed(argument)) return []
    return [{ how, specifier: undefined, head: headOf(argument), optional, place }]
  })
}

interface Found {
  readonly how: How
  readonly argument: unknown
  readonly optional?: boolean
}

function importOf(node: Node, requires: ReadonlySet<string>): Found | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return node.importKind === 'type'
        ? undefined
        : { how: 'import', argument: node.source, optional: false }
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node.exportKind === 'type' || !isNode(node.source)
        ? undefined
        : { how: 'import', argument: node.source, optional: false }
    case 'ImportExpression':
      return { how: 'import', argument: node.source }
    case 'NewExpression': {
      const [argument, base] = node.arguments as readonly unknown[]
      return isName(node.callee, 'URL') && isHere(base) ? { how: 'url', argument } : undefined
    }
    case 'CallExpression': {
      const [argument] = node.arguments as readonly unknown[]
      if (isMember(node.callee, isImportMeta, 'resolve')) return { how: 'import', argument }
      const isRequire = (value: unknown) =>
        isCallOfCreateRequire(value) || (isIdentifier(value) && requires.has(value.name))
      if (isRequire(node.callee) || isMember(node.callee, isRequire, 'resolve'))
        return { how: 'require', argument }
      return undefined
    }
    default:
      return undefined
  }
}

/** Returns the name in `const name = createRequire(import.meta.url)`. */
function requireMade({ type, id, init }: Node): string | undefined {
  return type === 'VariableDeclarator' && isIdentifier(id) && isCallOfCreateRequire(init)
    ? id.name
    : undefined
}

function isCallOfCreateRequire(value: unknown): boolean {
  if (!isNode(value) || value.type !== 'CallExpression') return false
  return isName(value.callee, 'createRequire') || isMember(value.callee, isNode, 'createRequire')
}

function isIdentifier(value: unknown): value is Node & { readonly name: string } {
  return isNode(value) && value.type === 'Identifier'
}

function isName(value: unknown, name: string): boolean {
  return isIdentifier(value) && value.name === name
}

function isMember(
  value: unknown,
  isObject: (value: unknown) => boolean,
  ...names: readonly string[]
): boolean {
  return (
    isNode(value) &&
    (value.type === 'MemberExpression' || value.type === 'OptionalMemberExpression') &&
    isObject(value.object) &&
    names.some((name) => isName(value.property, name))
  )
}

function isImportMeta(value: unknown): boolean {
  return isNode(value) && value.type === 'MetaProperty' && isName(value.property, 'meta')
}

/** Matches `import.meta.url` and the like: the module itself. */
function isHere(value: unknown): boolean {
  return isMember(value, isImportMeta, 'url', 'filename') || isName(value, '__filename')
}

/** `new URL(..., import.meta.url).href` and `import.meta.resolve(...)` are imports themselves. */
function isFollowed(value: unknown): boolean {
  if (!isNode(value)) return false
  if (value.type === 'NewExpression')
    return isName(value.callee, 'URL') && isHere((value.arguments as unknown[])[1])
  if (value.type === 'CallExpression')
    return isMember(value.callee, isImportMeta, 'resolve') || isMember(value.callee, isFollowed, 'toString')
  if (value.type === 'AwaitExpression') return isFollowed(value.argument)
  return isMember(value, isFollowed, 'href')
}

/** Possible string values of an expression; undefined if unknown. */
function constants(value: unknown): readonly string[] | undefined {
  if (!isNode(value)) return undefined
  switch (value.type) {
    case 'StringLiteral':
      return [String(value.value)]
    case 'TemplateLiteral': {
      const parts = partsOf(value).map((part) => (typeof part === 'string' ? [part] : constants(part)))
      return parts.reduce<readonly string[] | undefined>(joined, [''])
    }
    case 'BinaryExpression':
      return value.operator === '+' ? joined(constants(value.left), constants(value.right)) : undefined
    case 'ConditionalExpression': {
      const [first, second] = [constants(value.consequent), constants(value.alternate)]
      return first && second && [...first, ...second]
    }
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
      return constants(value.expression)
    default:
      return undefined
  }
}

function joined(
  left: readonly string[] | undefined,
  right: readonly string[] | undefined,
): readonly string[] | undefined {
  const both = left && right && left.flatMap((start) => right.map((end) => start + end))
  return both && both.length <= mostAlternatives ? both : undefined
}

const mostAlternatives = 64

/** Strings and expressions of a template, alternating. */
function partsOf({ quasis, expressions }: Node): readonly unknown[] {
  const texts = (quasis as readonly Node[]).map(({ value }) => (value as { cooked?: string }).cooked ?? '')
  return texts.flatMap((text, index) => [text, ...((expressions as unknown[]).slice(index, index + 1) ?? [])])
}

function headOf(value: unknown): string {
  if (!isNode(value)) return ''
  if (value.type === 'TemplateLiteral') return String(partsOf(value)[0])
  if (value.type !== 'BinaryExpression') return constants(value)?.[0] ?? ''
  return constants(value.left) ? (constants(value.left)?.[0] ?? '') : headOf(value.left)
}
