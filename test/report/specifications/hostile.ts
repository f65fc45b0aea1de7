/** Specifications that want more than to be drawn, or cannot be, and the words that each is refused with. */

import {
  after,
  calculated,
  data,
  drawn,
  encoding,
  mark,
  n,
  q,
  quantity,
  refused,
  type Specification,
  text,
  top,
  unit,
  xy,
} from './parts.ts'

const script = '<script>globalThis.pwned=1</script>'
const breakout = `"/>${script}<g x="`
const element = '</text></svg><img src=x onerror="globalThis.pwned=1">'
const code = "globalThis.pwned=1;process.getBuiltinModule('fs').writeFileSync('PWNED','x')"
const address = 'http://canary.invalid/x'
const withField = (field: string) => ({
  data: { values: [{ [field]: 'a', v: 1 }] },
  mark: 'point',
  encoding: { x: q('v'), y: n(field) },
})
const ownValues = (value: unknown) => ({
  data: { values: [{ a: value, v: 1 }] },
  mark: 'text',
  encoding: { x: q('v'), text: n('a') },
})

/** Text in every place that takes one is text. */
const texts: Readonly<Record<string, (text: string) => unknown>> = {
  'a title': (title) => top({ title }),
  'a title of several lines': (one) => top({ title: { text: [one, one], subtitle: [one] } }),
  'an axis title': (title) => encoding({ x: q('x', { title }) }),
  'an axis label': (one) => encoding({ x: q('x', { axis: { labelExpr: JSON.stringify(one) } }) }),
  'a legend title': (title) => encoding({ color: n('group', { legend: { title } }) }),
  'a header': (title) => encoding({ row: n('group', { header: { title } }) }),
  'a text mark': (one) => text({ text: one }),
  'a text of several lines': (one) => text({ text: [one, one] }),
  'a value of the data': ownValues,
  'a list in the data': (one) => ownValues([one, { [one]: one }]),
  'a description': (description) => top({ description }),
  'a description of a mark': (description) => mark({ description, aria: true }),
  'a description of an encoding': (value) => encoding({ description: { value } }),
  'a tooltip': (tooltip) => mark({ tooltip }),
  'user’s data': (one) => top({ usermeta: { [one]: one, embedOptions: { loader: one, patch: one } } }),
  'a cursor': (cursor) => mark({ cursor }),
}

/** In a name that vega puts into attributes, expressions and selectors. */
const names: Readonly<Record<string, (text: string) => unknown>> = {
  'a view': (name) => top({ name }),
  'a parameter': (name) => top({ params: [{ name, value: 1 }] }),
  'a selection': (name) => top({ params: [{ name, select: 'interval' }] }),
  'a dataset': (name) => ({
    datasets: { [name]: [{ a: 1 }] },
    data: { name },
    mark: 'point',
    encoding: { x: q('a') },
  }),
  'a calculated field': (as) => after({ calculate: '1', as }).draw('point', xy),
  'a style': (style) => mark({ style }),
}

/** In an attribute with a meaning of its own. */
const attributes: Readonly<Record<string, (text: string) => unknown>> = {
  'a fill': (fill) => mark({ fill }),
  'a stroke': (stroke) => mark({ stroke }),
  'a colour': (value) => encoding({ color: { value } }),
  'a range of colours': (one) => encoding({ color: n('group', { scale: { range: [one, one] } }) }),
  'a background': (background) => top({ background }),
  'a view’s fill': (fill) => top({ view: { fill } }),
  'an axis colour': (labelColor) => encoding({ x: q('x', { axis: { labelColor } }) }),
  'a configured colour': (color) => top({ config: { mark: { color } } }),
  'a stop of a gradient': (color) =>
    mark({
      fill: {
        gradient: 'linear',
        stops: [
          { offset: 0, color },
          { offset: 1, color: 'red' },
        ],
      },
    }),
  'an offset of a gradient': (offset) =>
    mark({ fill: { gradient: 'linear', stops: [{ offset, color: 'red' }] } }),
  'an id of a gradient': (id) =>
    mark({ fill: { gradient: 'linear', id, stops: [{ offset: 0, color: 'red' }] } }),
  'a font': (font) => text({ font }),
  'a font of all': (font) => ({ ...text({}), config: { font } }),
  'a font style': (fontStyle) => text({ fontStyle }),
  'a font weight': (fontWeight) => text({ fontWeight }),
  'a width of a stroke': (strokeWidth) => mark({ strokeWidth }),
  'a dash': (one) => mark({ strokeDash: [one, 1] }),
  'a cap': (strokeCap) => mark({ strokeCap }),
  'a join': (strokeJoin) => mark({ strokeJoin }),
  'an opacity': (opacity) => mark({ opacity }),
  'a blend': (blend) => mark({ blend }),
}

/** Ways from a value of an expression to a function, and from there to code. */
const gadgets: readonly Specification[] = [
  ...drawn({
    'a constructor by a name that is put together': calculated(
      "toString([]['con' + 'structor']['con' + 'structor'])",
    ),
    'a function of the item': calculated('item.constructor'),
    'a method by a function that takes a name': calculated("pluck([1], 'constructor.constructor')"),
    'a conversion of a record': calculated('toString(datum)'),
  }),
  ...refused(/Illegal callee type|Operator not defined|Illegal property/, {
    'a constructor as a field': encoding({ y: q('constructor.constructor') }),
    'a prototype to sort by': encoding({
      x: n('name', { sort: { field: '__proto__.constructor', op: 'max' } }),
    }),
    'a call of the constructor of a list': calculated("[].constructor.constructor('globalThis.pwned=1')"),
    'a constructor in a bracket': calculated("''['constructor']"),
    'a prototype in a bracket': calculated("datum['__proto__']['constructor']"),
    'a conversion in an object': calculated('toString({toString: [].constructor.constructor})'),
  }),
  ...refused(/the data has no field (?:constructor|__proto__)/, {
    'the constructor of a record': calculated('datum.constructor.constructor'),
    'a prototype': calculated('datum.__proto__'),
    'a constructor of groups': after({
      aggregate: [{ op: 'max', field: 'constructor.constructor', as: 'join' }],
      groupby: ['x'],
    }).draw('text', { x: q('x'), text: n('join') }),
    'a constructor as a conversion': after(
      { aggregate: [{ op: 'min', field: 'constructor.constructor', as: 'toString' }], groupby: ['x'] },
      { calculate: 'toString(datum)', as: 'z' },
    ).draw('text', { x: q('x'), text: n('z') }),
    'a prototype to look up by': after({
      lookup: '__proto__',
      from: { data: { values: [{ k: 1, v: 2 }] }, key: 'k', fields: ['v'] },
    }).draw('point', { x: q('v') }),
  }),
  ...refused(/Cannot convert undefined|Cannot read properties/, {
    'a function for a list': calculated("join({join: [].constructor.from}, 'x')"),
    'JavaScript’s own object as a record': {
      data: { values: { a: 1 }, format: { property: 'constructor' } },
      transform: [{ calculate: '1', as: 'keys' }],
      mark: 'point',
      encoding: { x: q('keys') },
    },
    'the prototype of all as a record': {
      data: { values: { a: 1 }, format: { property: '__proto__' } },
      transform: [{ calculate: '1', as: 'polluted' }],
      mark: 'point',
      encoding: { x: q('polluted') },
    },
    'a projection of JavaScript’s': {
      data: { sphere: true },
      projection: { type: 'constructor' },
      mark: 'geoshape',
    },
  }),
  ...refused(/an expression may not call modify, at transform\[2\]\.calculate/, {
    'a function that is put into the data': {
      data: { name: 'src', values: [[code]] },
      transform: [
        { calculate: 'datum.f', as: 'f' },
        { calculate: 'isValid(datum.f) ? datum.f : 0', as: 'toString' },
        {
          calculate:
            "isValid(datum.f) ? 0 : modify('src', null, null, null, data('src')[0], {f: [].constructor.constructor})",
          as: 'm',
        },
        { calculate: "isValid(datum.f) ? toString(datum) : ''", as: 'z' },
        { calculate: '1', as: 'v' },
      ],
      mark: 'point',
      encoding: { x: q('v') },
    },
  }),
]

/** Functions that change data, write, or read a clock. */
const calls = Object.entries({
  modify: "modify('rows', [{}], null, null)",
  setdata: "setdata('rows', [])",
  now: 'now()',
  warn: "warn('x')",
  info: "info('x')",
  debug: "debug('x')",
  encode: "encode(item, 'update')",
  intersect: 'intersect([[0, 0], [9, 9]])',
  inScope: 'inScope(item)',
  treePath: "treePath('rows', 1, 2)",
  vlSelectionTuples: 'vlSelectionTuples([], {})',
})

const links = [
  'javascript:globalThis.pwned=1',
  ' javascript:globalThis.pwned=1',
  'java\nscript:globalThis.pwned=1',
  'JAVASCRIPT:globalThis.pwned=1',
  'data:text/html,<script>globalThis.pwned=1</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:x',
  '//canary.invalid/x',
  'other.html',
]

const each = (
  places: Readonly<Record<string, (text: string) => unknown>>,
  what: string,
  given: string,
  why?: RegExp,
): readonly Specification[] => {
  const list = Object.fromEntries(
    Object.entries(places).map(([place, specification]) => [`${what} in ${place}`, specification(given)]),
  )
  return why === undefined ? drawn(list) : refused(why, list)
}

const deep = (levels: number): object => (levels === 0 ? unit : { layer: [deep(levels - 1)] })
const lists = `{"mark": ${'['.repeat(5000)}${']'.repeat(5000)}}`
/** Text, as a literal's `__proto__` would not be a key. */
const withKey = (key: string, json: string) => JSON.stringify(unit).replace('{', `{"${key}":${json},`)
const calculatedText = "datum.x > 3 ? 'n/a' : 1"

export const hostile: readonly Specification[] = [
  ...each(texts, 'elements', element + breakout),
  ...each(texts, 'replacement patterns', "$& $1 $` $' $$"),
  ...each(names, 'elements in the name', breakout),
  ...each(names, 'code in the name', `x"];${code};["`),
  ...each(attributes, 'elements', breakout, /a figure may not have [\w-]+="/),
  ...each(attributes, 'a URL', `url(${address})`, /a figure may not have [\w-]+="/),
  ...gadgets,
  ...['constructor', 'toString'].map((field) => ({
    name: `a column ${field}`,
    spec: encoding({ x: q(field) }),
    data: { rows: `${field},y\n1,2\n3,4\n` },
    refused: new RegExp(
      `Vega cannot draw the field ${field}, since every object of JavaScript has this name|the data has no field ${field} `,
    ),
  })),
  ...calls.map(([name, calculate]) => ({
    name: `a call of ${name}`,
    spec: calculated(calculate),
    refused: new RegExp(`an expression may not call ${name}, at transform\\[0\\]\\.calculate`),
  })),
  ...refused(/does not compile: /, {
    'code in the name of a field': withField(`x"];${code};["`),
    'elements in the name of a field': withField(`]${element}`),
    'a call of nothing known': calculated("require('fs')"),
    'an assignment': calculated('globalThis.pwned = 1'),
    'a global': calculated('process.env'),
    'a function expression': calculated('(() => 1)()'),
    'an import': calculated("import('fs')"),
    'the object of the program': calculated('this.context'),
    'a template': calculated('`1`'),
    'a new object': calculated("new Function('x')"),
    'a function of ours': calculated("member(datum, 'x', datum)"),
    'a formatter that is code': {
      ...encoding({ x: q('x', { axis: { formatType: `(${code})`, format: '' } }) }),
      config: { customFormatTypes: true },
    },
  }),
  ...refused(/unknown mark: constructor, at mark/, {
    'a mark of JavaScript’s': { ...unit, mark: 'constructor' },
  }),
  ...refused(/an expression may not call modify, at encoding\.x\.axis\.formatType/, {
    'a formatter that changes data': {
      ...encoding({ x: q('x', { axis: { formatType: 'modify', format: '' } }) }),
      config: { customFormatTypes: true },
    },
  }),
  ...refused(/data cannot be read from a URL: .*, at /, {
    'data of an address': { ...unit, data: { url: address } },
    'data of a file': { ...unit, data: { url: 'file:///etc/passwd' } },
    'data of a path': { ...unit, data: { url: '../secret/canary.csv' } },
    'data of an address in a layer': { data, layer: [unit, { ...unit, data: { url: address } }] },
    'a lookup in an address': after({
      lookup: 'name',
      from: { data: { url: address }, key: 'k', fields: ['v'] },
    }).draw('point', xy),
  }),
  ...refused(/a figure shows no pictures: image, at /, {
    'a picture of an address': { ...unit, mark: { type: 'image', url: address, width: 9, height: 9 } },
    'a picture of a file': { ...unit, mark: { type: 'image', url: 'file:///etc/passwd' } },
    'a picture by a field': { data, mark: 'image', encoding: { ...xy, url: n('name') } },
    'a picture in a layer': {
      data,
      layer: [unit, { mark: 'image', encoding: { ...xy, url: { value: address } } }],
    },
  }),
  ...refused(/a figure links only to http:, https:, mailto: and #places/, {
    ...Object.fromEntries(
      links.map((value) => [`a link to ${JSON.stringify(value)}`, encoding({ href: { value } })]),
    ),
    'a link of a mark': mark({ href: links[0] }),
    'a link of the data': {
      data: { values: [{ a: 1, to: links[0] }] },
      mark: 'point',
      encoding: { x: q('a'), href: n('to') },
    },
  }),
  ...refused(/warns: Ignoring an invalid transform/, {
    'a transform of nothing known': after({ evil: 1 }).draw('point', xy),
  }),
  ...refused(/cannot be drawn: Invalid SVG path/, {
    'elements in a shape': mark({ shape: breakout }),
    'elements in a range of shapes': encoding({
      shape: n('group', { scale: { range: [breakout, 'circle'] } }),
    }),
  }),
  ...drawn({
    'elements in a schema': top({ $schema: breakout }),
    'a configuration of a loader': top({
      config: { loader: { baseURL: address } },
      usermeta: { embedOptions: { loader: {} } },
    }),
    'listeners of events': top({ config: { events: { defaults: { allow: true } } } }),
    'a key of all objects': withKey('__proto__', '{"polluted": true}'),
    'a configuration of all objects': withKey(
      'config',
      '{"__proto__": {"polluted": true}, "axis": {"__proto__": {"polluted": true}}}',
    ),
    'user’s data of all objects': withKey(
      'usermeta',
      '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
    ),
    'datasets of all objects': withKey('datasets', '{"__proto__": [{"polluted": 1}]}'),
    'records of all objects': ownValues(
      JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": 1}}'),
    ),
  }),
  ...refused(/the specification is not valid JSON: /, {
    'half a specification': '{"mark": "point"',
    'no text': '',
    'a comment': '{} // x',
  }),
  ...refused(/the specification is not a JSON object/, { 'a list': '[]', 'a number': '7', nothing: 'null' }),
  ...refused(/more than 100 levels/, { 'a thousand levels': deep(1000), 'levels of lists': lists }),
  ...refused(/has a (?:width|height) of \d+ pixels, more than the limit of 16384/, {
    'twenty thousand pixels of width': top({ width: 2e4 }),
    'twenty thousand pixels of height': top({ height: 2e4 }),
    'a million pixels of padding': top({ padding: 1e6 }),
  }),
  ...refused(/has a value that cannot be drawn: /, {
    'an infinite number': quantity('1 / 0'),
    'a number that is none': quantity('0 / 0'),
    'text for a number': quantity(calculatedText),
    'text for a number of a line': after({ calculate: calculatedText, as: 'z' }).draw('line', {
      x: q('x'),
      y: q('z'),
    }),
    'a mean of text': after({ calculate: "'12 ms'", as: 'z' }).draw('bar', {
      y: { aggregate: 'mean', ...q('z') },
    }),
    'a mean of what is no number': after({ calculate: 'datum.x > 3 ? 0 / 0 : 1', as: 'z' }).draw('bar', {
      y: { aggregate: 'mean', ...q('z') },
    }),
    'a logarithm of 0': {
      data: { values: [{ a: 0 }, { a: 10 }] },
      mark: 'point',
      encoding: { x: q('a', { scale: { type: 'log' } }) },
    },
    'a date that is none': {
      data: { values: [{ a: 'yesterday' }] },
      mark: 'point',
      encoding: { x: { field: 'a', type: 'temporal' } },
    },
  }),
  ...refused(/the drawing is empty/, {
    'no records': { data: { values: [] }, mark: 'point', encoding: { x: q('a') } },
    'a filter that leaves none': after({ filter: "datum.name == 'nothing'" }).draw('point', xy),
  }),
  ...refused(/the data has no field (?:nmae|yy) \(did you mean (?:name|y)\?\)/, {
    'a misspelt field': encoding({ color: n('nmae') }),
    'a misspelt field of a tooltip': encoding({ tooltip: n('nmae') }),
    'a misspelt field of an expression': calculated('datum.nmae'),
    'a misspelt field to group by': after({ aggregate: [{ op: 'count', as: 'k' }], groupby: ['nmae'] }).draw(
      'bar',
      { y: q('k') },
    ),
    'a misspelt field of a density': after({ density: 'yy' }).draw('area', {
      x: q('value'),
      y: q('density'),
    }),
    'a misspelt field of a window': after({ window: [{ op: 'sum', field: 'yy', as: 's' }] }).draw('point', {
      x: q('s'),
    }),
    'a misspelt field to fold': after({ fold: ['x', 'yy'] }).draw('point', { y: q('value') }),
    'a misspelt field to look up': after({
      lookup: 'nmae',
      from: { data: { values: [{ k: 'ash', v: 1 }] }, key: 'k', fields: ['v'] },
    }).draw('point', { x: q('v') }),
    'a misspelt field to facet by': encoding({ row: n('nmae') }),
    'a misspelt field of a layer, that the data of another has': {
      layer: [
        { data: { values: [{ nmae: 'a' }] }, mark: 'text', encoding: { text: n('nmae') } },
        { data, mark: 'text', encoding: { text: n('nmae') } },
      ],
    },
  }),
  ...refused(/a dot in a name is written/, { 'a name with a dot, not escaped': encoding({ y: q('p.95') }) }),
]
