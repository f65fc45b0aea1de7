/**
 * What ISO 14289-1 (PDF/UA-1) asks of a PDF and a program can see, by the numbers of the Matterhorn Protocol 1.1; veraPDF is no package
 * of any registry that this project uses. Reads the PDFs that Typst writes: no object streams, one cross-reference table.
 */

import { inflateSync } from 'node:zlib'

type Value = null | boolean | number | string | Name | Reference | readonly Value[] | Dictionary
type Dictionary = ReadonlyMap<string, Value>
/** `/Type` */
class Name {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}
/** `12 0 R` */
class Reference {
  readonly id: number
  constructor(id: number) {
    this.id = id
  }
}

const standard = new Set(
  (
    'Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI Lbl LBody Table TR TH TD ' +
    'THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby RB RT RP Warichu WT WP Figure Formula Form'
  ).split(' '),
)

/** Returns what is wrong, each with its number; of an accessible PDF, nothing. */
export function inaccessible(pdf: Buffer): readonly string[] {
  const faults: string[] = []
  const require = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault)
  }
  const text = pdf.toString('latin1')
  const objects = objectsOf(text)
  const resolve = (value: Value | undefined): Value | undefined =>
    value instanceof Reference ? objects.get(value.id)?.value : value
  const dictionary = (value: Value | undefined): Dictionary => {
    const found = resolve(value)
    return found instanceof Map ? found : new Map()
  }
  const list = (value: Value | undefined): readonly Value[] => {
    const found = resolve(value)
    return Array.isArray(found) ? found : found === undefined || found === null ? [] : [found as Value]
  }
  const nameOf = (value: Value | undefined) => {
    const found = resolve(value)
    return found instanceof Name ? found.name : undefined
  }
  const words = (value: Value | undefined) => {
    const found = resolve(value)
    return typeof found === 'string' ? found.trim() : ''
  }

  const root = /trailer[\s\S]*?\/Root (\d+) 0 R/.exec(text)?.[1]
  const catalog = dictionary(new Reference(Number(root)))
  require(dictionary(catalog.get('MarkInfo')).get('Marked') === true, '06-001 is not marked as tagged')
  require(dictionary(catalog.get('MarkInfo')).get('Suspects') !== true, '01-007 has suspects')
  require(dictionary(catalog.get('ViewerPreferences')).get('DisplayDocTitle') ===
    true, '07-001 does not show its title')
  require(words(catalog.get('Lang')) !== '', '11-006 has no language')
  const metadata = catalog.get('Metadata')
  const xmp = metadata instanceof Reference ? (streamOf(metadata.id)?.toString('utf8') ?? '') : ''
  require(/<pdfuaid:part>1<\/pdfuaid:part>/.test(xmp), '06-002 does not call itself PDF/UA-1')
  require(/<dc:title>(?:(?!<\/dc:title>).)*?<rdf:li[^>]*>[^<]*[^<\s][^<]*<\/rdf:li>/s.test(
    xmp,
  ), '06-003 has no title')

  function streamOf(id: number): Buffer | undefined {
    const object = objects.get(id)
    if (object?.stream === undefined) return undefined
    const bytes = pdf.subarray(
      object.stream,
      object.stream + Number(resolve(dictionary(object.value).get('Length'))),
    )
    return nameOf(dictionary(object.value).get('Filter')) === 'FlateDecode' ? inflateSync(bytes) : bytes
  }

  const tree = dictionary(catalog.get('StructTreeRoot'))
  const roles = dictionary(tree.get('RoleMap'))
  for (const [from] of roles) require(!standard.has(from), `02-004 gives ${from} another meaning`)
  const ids = new Set(
    list(dictionary(tree.get('IDTree')).get('Names')).filter((one) => typeof one === 'string'),
  )
  for (const kid of list(dictionary(tree.get('IDTree')).get('Kids')))
    for (const name of list(dictionary(kid).get('Names'))) if (typeof name === 'string') ids.add(name)

  const roleOf = (element: Dictionary): string => {
    let role = nameOf(element.get('S')) ?? ''
    for (let steps = 0; !standard.has(role) && steps < 10; steps += 1) role = nameOf(roles.get(role)) ?? ''
    return role
  }
  const marked = new Set<string>()
  const annotations = new Set<number>()
  const headings: number[] = []
  const attribute = (element: Dictionary, key: string): Value | undefined =>
    list(element.get('A'))
      .map((one) => dictionary(one).get(key))
      .find((one) => one !== undefined)
  const kidsOf = (element: Dictionary) =>
    list(element.get('K')).filter(
      (kid) => kid instanceof Reference && dictionary(kid).get('S') !== undefined,
    ) as readonly Reference[]
  const seen = new Set<number>()
  let count = 0
  const visit = (reference: Reference, parents: readonly string[], page: Value | undefined): void => {
    require(!seen.has(reference.id), '09-001 has an element twice')
    if (seen.has(reference.id)) return
    seen.add(reference.id)
    count += 1
    const element = dictionary(reference)
    const role = roleOf(element)
    const own = element.get('Pg') ?? page
    const parent = parents.at(-1) ?? ''
    require(role !== '', `02-001 has a tag that nobody knows: ${nameOf(element.get('S'))}`)
    const within: Readonly<Record<string, readonly string[]>> = {
      TR: ['Table', 'THead', 'TBody', 'TFoot'],
      ...{ THead: ['Table'], TBody: ['Table'], TFoot: ['Table'], TH: ['TR'], TD: ['TR'] },
      ...{ LI: ['L'], LBody: ['LI'] },
    }
    require(within[role]?.includes(parent) ?? true, `09-004 has ${role} in ${parent}`)
    if (role === 'Figure' || role === 'Formula')
      require(words(element.get('Alt')) !== '' ||
        words(element.get('ActualText')) !==
          '', `${role === 'Figure' ? '13-004' : '17-002'} has a ${role} without a text`)
    if (/^H[1-6]$/.test(role)) headings.push(Number(role.slice(1)))
    if (role === 'TH')
      require(nameOf(attribute(element, 'Scope')) !== undefined, '15-003 has a TH without a scope')
    if (role === 'Note')
      require(words(element.get('ID')) !== '' &&
        ids.has(words(element.get('ID'))), '19-003 has a Note without an ID')
    for (const id of role === 'TD' || role === 'TH' ? list(attribute(element, 'Headers')) : [])
      require(typeof id === 'string' && ids.has(id), '15-003 has a cell with a head that is none')
    if (role === 'Table') checkTable(element)
    for (const kid of list(element.get('K'))) {
      if (typeof kid === 'number') mark(own, kid)
      else if (kid instanceof Reference && dictionary(kid).get('S') !== undefined)
        visit(kid, [...parents, role], own)
      else if (nameOf(dictionary(kid).get('Type')) === 'MCR')
        mark(dictionary(kid).get('Pg') ?? own, Number(dictionary(kid).get('MCID')))
      else if (nameOf(dictionary(kid).get('Type')) === 'OBJR') {
        const object = dictionary(kid).get('Obj')
        if (object instanceof Reference) annotations.add(object.id)
        require(role === 'Link' || role === 'Annot' || role === 'Form', `28-002 has an annotation in ${role}`)
      }
    }
  }
  const mark = (page: Value | undefined, mcid: number) => {
    const key = `${page instanceof Reference ? page.id : ''}/${mcid}`
    require(!marked.has(key), `01-005 has content in two elements: ${key}`)
    marked.add(key)
  }
  /** Rows of a table have the same number of cells, with those that go over several. */
  const checkTable = (table: Dictionary) => {
    const rows = kidsOf(table).flatMap((kid) =>
      roleOf(dictionary(kid)) === 'TR'
        ? [kid]
        : /^T(?:Head|Body|Foot)$/.test(roleOf(dictionary(kid)))
          ? kidsOf(dictionary(kid))
          : [],
    )
    const cells = rows.map((row) => kidsOf(dictionary(row)).map(dictionary))
    const span = (cell: Dictionary, key: string) => Number(resolve(attribute(cell, key)) ?? 1)
    const widths = rows.map(() => 0)
    for (const [index, row] of cells.entries())
      for (const cell of row)
        for (let below = 0; below < span(cell, 'RowSpan'); below += 1)
          widths[index + below] = (widths[index + below] ?? 0) + span(cell, 'ColSpan')
    require(new Set(widths).size === 1 &&
      widths.length ===
        rows.length, `15-001 has a table with rows of ${[...new Set(widths)].join(', ')} cells`)
    require(cells.flat().some((cell) => roleOf(cell) === 'TH'), '15-002 has a table without heads')
  }
  for (const kid of list(tree.get('K'))) if (kid instanceof Reference) visit(kid, [], undefined)
  require(count > 1, '06-001 has no structure')
  require((headings[0] ?? 1) === 1, '14-002 begins with another heading than H1')
  for (const [index, level] of headings.entries())
    require(level <=
      (headings[index - 1] ?? level) + 1, `14-003 leaves out a level of headings before number ${index + 1}`)

  const parentTree = new Set<number>()
  const numbers = (node: Dictionary) => {
    for (const [index, key] of list(node.get('Nums')).entries())
      if (index % 2 === 0) parentTree.add(Number(key))
    for (const kid of list(node.get('Kids'))) numbers(dictionary(kid))
  }
  numbers(dictionary(tree.get('ParentTree')))
  let pages = 0
  for (const [id, { value }] of objects) {
    const page = dictionary(value)
    if (
      nameOf(page.get('Type')) === 'Font' &&
      ['Type1', 'TrueType', 'Type0'].includes(nameOf(page.get('Subtype')) ?? '')
    )
      require(page.get('ToUnicode') !==
        undefined, `10-001 has a font without letters: ${nameOf(page.get('BaseFont'))}`)
    if (nameOf(page.get('Type')) === 'FontDescriptor')
      require(['FontFile', 'FontFile2', 'FontFile3'].some((key) =>
        page.has(key),
      ), `31-009 lacks a font: ${nameOf(page.get('FontName'))}`)
    if (nameOf(page.get('Type')) !== 'Page') continue
    pages += 1
    const content = list(page.get('Contents')).length > 0 ? page.get('Contents') : undefined
    require(nameOf(page.get('Tabs')) === 'S' ||
      page.get('Annots') === undefined, '28-009 has a page with another order of tabs')
    for (const reference of list(page.get('Annots'))) {
      const annotation = dictionary(reference)
      require(words(annotation.get('Contents')) !== '', '28-012 has a link without words')
      require(reference instanceof Reference &&
        annotations.has(reference.id), '28-011 has a link in no element')
      require(parentTree.has(Number(annotation.get('StructParent'))), '28-011 has a link without its element')
    }
    if (content === undefined) continue
    require(parentTree.has(Number(page.get('StructParents'))), '01-006 has a page without elements')
    const stream = content instanceof Reference ? streamOf(content.id) : undefined
    if (stream === undefined) faults.push('the content of a page cannot be read')
    else
      for (const fault of untagged(stream.toString('latin1'), (mcid) => marked.has(`${id}/${mcid}`)))
        require(false, fault)
  }
  require(pages > 0, 'has no pages')
  return [...new Set(faults)]
}

/** Looks for what is drawn neither in an element nor as an artifact. */
function untagged(content: string, isMarked: (mcid: number) => boolean): readonly string[] {
  const faults: string[] = []
  const open: (readonly [kind: string, mcid: number | undefined])[] = []
  let operands: Value[] = []
  for (const token of tokens(content)) {
    if (typeof token !== 'object' || token === null || !('operator' in token)) {
      operands.push(token)
      continue
    }
    const { operator } = token
    const [kind, properties] = operands.slice(operator === 'BDC' ? -2 : -1)
    if (operator === 'BDC' || operator === 'BMC') {
      const mcid = properties instanceof Map ? properties.get('MCID') : undefined
      const tag = kind instanceof Name ? kind.name : ''
      open.push([tag, typeof mcid === 'number' ? mcid : undefined])
      if (tag === 'Artifact' && open.slice(0, -1).some(([, id]) => id !== undefined))
        faults.push('01-003 has an artifact in an element')
      if (typeof mcid === 'number' && open.slice(0, -1).some(([name]) => name === 'Artifact'))
        faults.push('01-004 has an element in an artifact')
      if (typeof mcid === 'number' && !isMarked(mcid))
        faults.push(`01-005 has content in no element: ${mcid}`)
    } else if (operator === 'EMC') open.pop()
    else if (
      /^(?:Tj|TJ|'|"|[fFBbsS]\*?|b\*|Do|sh|EI)$/.test(operator) &&
      !open.some(([name, id]) => name === 'Artifact' || id !== undefined)
    )
      faults.push(`01-005 draws outside of elements: ${operator}`)
    operands = []
  }
  return faults
}

function objectsOf(text: string): ReadonlyMap<number, { readonly value: Value; readonly stream?: number }> {
  const found = new Map<number, { readonly value: Value; readonly stream?: number }>()
  const start = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(text)?.[1])
  const [, count = 0, ...entries] = /^xref\s+0 (\d+)\s+([\s\S]*?)trailer/.exec(text.slice(start)) ?? []
  for (const line of (entries[0] ?? '').split(/[\r\n]+/)) {
    const [, offset] = /^(\d{10}) \d{5} n/.exec(line.trim()) ?? []
    const [head, id] = /^\s*(\d+) 0 obj\s*/.exec(text.slice(Number(offset), Number(offset) + 40)) ?? []
    if (offset === undefined || head === undefined || id === undefined) continue
    const reader = { text, at: Number(offset) + head.length }
    const value = read(reader)
    const [begin] = /^\s*stream\r?\n/.exec(text.slice(reader.at, reader.at + 20)) ?? []
    found.set(Number(id), {
      value: value as Value,
      ...(begin === undefined ? {} : { stream: reader.at + begin.length }),
    })
  }
  if (found.size < Number(count) / 2) throw new Error(`only ${found.size} of ${count} objects can be read`)
  return found
}

interface Reader {
  readonly text: string
  at: number
}
type Token = Value | { readonly operator: string }

function* tokens(text: string): Generator<Token> {
  const reader = { text, at: 0 }
  for (;;) {
    const token = read(reader)
    if (token === undefined) return
    yield token
  }
}

/** Reads a value, or an operator; undefined at the end. */
function read(reader: Reader): Token | undefined {
  const { text } = reader
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = reader.at
    const match = pattern.exec(text)
    if (match) reader.at += match[0].length
    return match
  }
  take(/(?:[\s\0]+|%[^\r\n]*)*/y)
  if (reader.at >= text.length) return undefined
  if (take(/<</y)) {
    const entries = new Map<string, Value>()
    for (;;) {
      take(/[\s\0]*/y)
      if (take(/>>/y)) return entries
      const key = read(reader)
      if (!(key instanceof Name)) throw new Error(`no key of a dictionary at ${reader.at}`)
      entries.set(key.name, read(reader) as Value)
    }
  }
  if (take(/\[/y)) {
    const items: Value[] = []
    for (;;) {
      take(/[\s\0]*/y)
      if (take(/\]/y)) return items
      items.push(read(reader) as Value)
    }
  }
  const name = take(/\/([^\s\0()<>[\]{}/%]*)/y)
  if (name)
    return new Name(
      (name[1] ?? '').replace(/#([\da-f]{2})/gi, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      ),
    )
  const hex = take(/<([\da-fA-F\s]*)>/y)
  if (hex) return decoded(Buffer.from((hex[1] ?? '').replace(/\s/g, ''), 'hex').toString('latin1'))
  if (text[reader.at] === '(') return decoded(literal(reader))
  const reference = take(/(\d+) 0 R(?![A-Za-z])/y)
  if (reference) return new Reference(Number(reference[1]))
  const number = take(/[+-]?(?:\d+\.?\d*|\.\d+)/y)
  if (number) return Number(number[0])
  const word = take(/[^\s\0()<>[\]{}/%]+/y)?.[0]
  if (word === undefined)
    throw new Error(`no value at ${reader.at}: ${text.slice(reader.at, reader.at + 20)}`)
  return word === 'true' ? true : word === 'false' ? false : word === 'null' ? null : { operator: word }
}

function literal(reader: Reader): string {
  const { text } = reader
  let depth = 0
  let found = ''
  for (;;) {
    const sign = text[reader.at] ?? ''
    if (sign === '') throw new Error('a string does not end')
    reader.at += 1
    if (sign === '\\') {
      const [octal] = /^[0-7]{1,3}/.exec(text.slice(reader.at, reader.at + 3)) ?? []
      found += octal === undefined ? (text[reader.at] ?? '') : String.fromCharCode(Number.parseInt(octal, 8))
      reader.at += octal?.length ?? 1
      continue
    }
    if (sign === '(') depth += 1
    if (sign === ')') depth -= 1
    if (depth === 0) return found
    if (depth > 1 || sign !== '(') found += sign
  }
}

/** Texts are in UTF-16 if they begin with its mark. */
function decoded(bytes: string): string {
  return bytes.startsWith('\xFE\xFF')
    ? Buffer.from(bytes.slice(2), 'latin1').swap16().toString('utf16le')
    : bytes
}
