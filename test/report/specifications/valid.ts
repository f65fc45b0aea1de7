/** Valid Vega-Lite of all kinds: each must draw. */

import {
  after,
  calculated,
  data,
  drawn,
  encoding,
  mark,
  n,
  q,
  type Specification,
  square,
  text,
  top,
  unit,
  xy,
} from './parts.ts'

const marks = ['point', 'circle', 'square', 'bar', 'line', 'area', 'tick', 'rule', 'trail', 'text', 'rect']

export const valid: readonly Specification[] = [
  ...marks.map((one) => ({ name: `mark ${one}`, spec: { ...unit, mark: one } })),
  ...['boxplot', 'errorbar', 'errorband'].map((one) => ({
    name: `mark ${one}`,
    spec: { data, mark: one, encoding: { x: n('group'), y: q('y') } },
  })),
  ...drawn({
    'an arc': { data, mark: 'arc', encoding: { theta: q('y'), color: n('name') } },
    'a geoshape of its own': {
      data: { values: [{ type: 'Feature', geometry: square, properties: { name: 'A' } }] },
      projection: { type: 'mercator' },
      mark: 'geoshape',
      encoding: { color: n('properties.name') },
    },
    'points on a map': {
      data,
      projection: { type: 'equalEarth' },
      mark: 'circle',
      encoding: { longitude: q('lon'), latitude: q('lat') },
    },
    'a graticule': { data: { graticule: true }, projection: { type: 'orthographic' }, mark: 'geoshape' },
    'a sphere': { data: { sphere: true }, projection: { type: 'naturalEarth1' }, mark: 'geoshape' },
    'a sequence': {
      data: { sequence: { start: 0, stop: 10, step: 1, as: 'k' } },
      mark: 'line',
      encoding: { x: q('k'), y: q('k') },
    },
    'a sequence without a name': {
      data: { sequence: { start: 0, stop: 5 } },
      mark: 'point',
      encoding: { x: q('data') },
    },
    'the default names of density': after({ density: 'y' }).draw('area', { x: q('value'), y: q('density') }),
    'density by group': after({ density: 'y', groupby: ['group'], extent: [0, 50] }).draw('area', {
      ...{ x: q('value'), y: q('density'), color: n('group') },
    }),
    'the default names of quantile': after({ quantile: 'y' }).draw('line', { x: q('prob'), y: q('value') }),
    'the default name of an aggregate': after({
      aggregate: [{ op: 'mean', field: 'y', as: 'mean_y' }],
      groupby: ['group'],
    }).draw('bar', { x: n('group'), y: q('mean_y') }),
    'an aggregate of an encoding': {
      data,
      mark: 'bar',
      encoding: { x: n('group'), y: { aggregate: 'mean', ...q('y') } },
    },
    'a count': { data, mark: 'bar', encoding: { x: n('group'), y: { aggregate: 'count' } } },
    argmax: { data, mark: 'bar', encoding: { x: n('group'), y: { aggregate: { argmax: 'x' }, ...q('y') } } },
    'a bin': { data, mark: 'bar', encoding: { x: { bin: true, field: 'y' }, y: { aggregate: 'count' } } },
    'a bin of a transform, with its end': after({ bin: true, field: 'y', as: 'b' }).draw('bar', {
      ...{ x: { ...q('b'), bin: 'binned' }, x2: { field: 'b_end' }, y: { aggregate: 'count' } },
    }),
    'a bin with two names': after({ bin: { maxbins: 3 }, field: 'y', as: ['lo', 'hi'] }).draw('bar', {
      ...{ x: { ...q('lo'), bin: 'binned' }, x2: { field: 'hi' }, y: { aggregate: 'count' } },
    }),
    'a window': after({ window: [{ op: 'rank', as: 'rank' }], sort: [{ field: 'y' }] }).draw('point', {
      ...{ x: q('rank'), y: q('y') },
    }),
    'a running sum with a frame': after({
      window: [{ op: 'sum', field: 'y', as: 's' }],
      frame: [null, 0],
    }).draw('line', {
      ...{ x: q('x'), y: q('s') },
    }),
    'a joinaggregate': after({
      joinaggregate: [{ op: 'max', field: 'y', as: 'top' }],
      groupby: ['group'],
    }).draw('point', {
      ...{ x: q('x'), y: q('top') },
    }),
    'a stack': after({ stack: 'y', groupby: ['group'], as: ['lo', 'hi'] }).draw('bar', {
      ...{ x: n('group'), y: q('lo'), y2: { field: 'hi' } },
    }),
    'a stack with its default end': after({ stack: 'y', groupby: ['group'], as: 'lo' }).draw('bar', {
      ...{ x: n('group'), y: q('lo'), y2: { field: 'lo_end' } },
    }),
    'a stacked bar': { data, mark: 'bar', encoding: { x: n('group'), y: q('y'), color: n('name') } },
    'a normalized stack': {
      data,
      mark: 'area',
      encoding: { x: q('x'), y: q('y', { stack: 'normalize' }), color: n('group') },
    },
    'the default names of fold': after({ fold: ['x', 'y'] }).draw('point', { x: n('key'), y: q('value') }),
    'the names of a fold': after({ fold: ['x', 'y'], as: ['k', 'v'] }).draw('point', {
      x: n('k'),
      y: q('v'),
    }),
    'a regression': after({ regression: 'y', on: 'x' }).draw('line', xy),
    'a regression of a polynomial': after({
      regression: 'y',
      on: 'x',
      method: 'poly',
      order: 2,
      as: ['u', 'v'],
    }).draw('line', {
      ...{ x: q('u'), y: q('v') },
    }),
    'the numbers of a regression': after({ regression: 'y', on: 'x', params: true }).draw('text', {
      text: { field: 'rSquared', format: '.2f' },
    }),
    'a loess': after({ loess: 'y', on: 'x', bandwidth: 1 }).draw('line', xy),
    'an impute': after({ impute: 'y', key: 'x', value: 0, groupby: ['group'] }).draw('line', {
      ...xy,
      color: n('group'),
    }),
    'an impute of an encoding': encoding({ y: q('y', { impute: { value: 0 } }), color: n('group') }),
    'a timeUnit': after({ timeUnit: 'month', field: 't', as: 'm' }).draw('bar', {
      x: { field: 'm', type: 'temporal' },
      y: q('y'),
    }),
    'a timeUnit of an encoding': {
      data,
      mark: 'bar',
      encoding: {
        x: { timeUnit: 'yearmonth', field: 't', type: 'temporal' },
        y: { aggregate: 'sum', ...q('y') },
      },
    },
    'a pivot': after({ pivot: 'name', value: 'y', groupby: ['group'] }).draw('bar', {
      x: n('group'),
      y: q('ash'),
    }),
    'a flatten': {
      data: { values: [{ k: 'a', v: [1, 2] }] },
      transform: [{ flatten: ['v'] }],
      mark: 'point',
      encoding: { x: q('v') },
    },
    'a flatten with a name': {
      data: { values: [{ k: 'a', v: [1, 2] }] },
      transform: [{ flatten: ['v'], as: ['w'] }],
      mark: 'point',
      encoding: { x: q('w') },
    },
    'a sample': after({ sample: 2 }).draw('point', xy),
    'an extent': after({ extent: 'y', param: 'range' }, { calculate: 'datum.y / range[1]', as: 'part' }).draw(
      'point',
      {
        ...{ x: q('x'), y: q('part') },
      },
    ),
    'a lookup in another dataset': {
      data,
      transform: [
        {
          lookup: 'name',
          from: { data: { values: [{ tree: 'ash', height: 3 }] }, key: 'tree', fields: ['height'] },
          default: 1,
        },
      ],
      mark: 'bar',
      encoding: { x: n('name'), y: q('height') },
    },
    'a lookup of whole records': {
      data,
      transform: [
        {
          lookup: 'name',
          from: { data: { values: [{ tree: 'ash', height: 3 }] }, key: 'tree' },
          as: 'other',
        },
      ],
      mark: 'point',
      encoding: { x: q('other.height') },
    },
    'datasets of its own': {
      datasets: { own: [{ a: 1 }] },
      data: { name: 'own' },
      mark: 'point',
      encoding: { x: q('a') },
    },
    'numbers for records': { data: { values: [1, 2, 3] }, mark: 'point', encoding: { x: q('data') } },
    'CSV in the specification': {
      data: { values: 'a,b\n1,2\n3,4', format: { type: 'csv' } },
      mark: 'point',
      encoding: { x: q('a'), y: q('b') },
    },
    'a property of nested data': {
      data: { values: { deep: { list: [{ a: 1 }] } }, format: { property: 'deep.list' } },
      mark: 'point',
      encoding: { x: q('a') },
    },
    topojson: {
      data: {
        values: {
          type: 'Topology',
          arcs: [
            [
              [0, 50],
              [4, 50],
              [4, 54],
              [0, 54],
              [0, 50],
            ],
          ],
          objects: { land: { type: 'GeometryCollection', geometries: [{ type: 'Polygon', arcs: [[0]] }] } },
        },
        format: { type: 'topojson', feature: 'land' },
      },
      mark: 'geoshape',
    },
    'a name with a dot, escaped': encoding({ y: q('p\\.95') }),
    'a name with a dot in brackets': encoding({ y: q("['p.95']") }),
    'a name with a dot in an expression': after({ calculate: "datum['p.95'] * 2", as: 'twice' }).draw(
      'point',
      { y: q('twice') },
    ),
    'a name with a dot in an aggregate': encoding({ y: { aggregate: 'mean', ...q('p\\.95') } }),
    'a name with a dot as a title and a sort': encoding({
      x: n('name', { sort: { field: 'p\\.95', op: 'sum' } }),
    }),
    'a name with a space': encoding({ y: q('a b') }),
    'names with quotes and brackets': {
      data: { values: [{ 'the "x"': 1, 'list[0]': 2 }] },
      mark: 'point',
      encoding: { x: q('the \\"x\\"'), y: q('list\\[0\\]') },
    },
    'a nested field': { data: { values: [{ a: { b: [5] } }] }, mark: 'point', encoding: { x: q('a.b[0]') } },
    'a nested field with gaps': {
      data: { values: [{ a: null }, { a: { b: 5 } }] },
      mark: 'point',
      encoding: { x: q('a.b') },
    },
    'names that JavaScript knows': {
      data: { values: [{ prototype: 1, length: 2, name: 'a' }] },
      mark: 'point',
      encoding: { x: q('prototype'), y: q('length'), color: n('name') },
    },
    'names of other writings': {
      data: { values: [{ 名前: 'あ', größe: 2 }] },
      mark: 'bar',
      encoding: { x: n('名前'), y: q('größe') },
    },
    'a layer': {
      data,
      layer: [
        { mark: 'line', encoding: xy },
        { mark: 'rule', encoding: { y: { aggregate: 'mean', ...q('y') } } },
      ],
    },
    'a layer with its own data': {
      layer: [
        { data, mark: 'point', encoding: xy },
        { data: { values: [{ limit: 30 }] }, mark: 'rule', encoding: { y: q('limit') } },
      ],
    },
    'a constant': {
      data,
      layer: [
        { mark: 'point', encoding: xy },
        { mark: 'rule', encoding: { y: { datum: 30 } } },
      ],
    },
    hconcat: {
      data,
      hconcat: [
        { mark: 'point', encoding: xy },
        { mark: 'bar', encoding: xy },
      ],
    },
    vconcat: {
      data,
      vconcat: [
        { mark: 'point', encoding: xy },
        { mark: 'bar', encoding: xy },
      ],
    },
    concat: {
      data,
      columns: 1,
      concat: [
        { mark: 'point', encoding: xy },
        { mark: 'bar', encoding: xy },
      ],
    },
    'a repeat': {
      data,
      repeat: ['x', 'y'],
      spec: {
        mark: 'bar',
        encoding: { x: { bin: true, field: { repeat: 'repeat' } }, y: { aggregate: 'count' } },
      },
    },
    'a repeat of rows and columns': {
      data,
      repeat: { row: ['x', 'y'], column: ['y', 'x'] },
      spec: {
        mark: 'point',
        encoding: {
          x: q(undefined as never, { field: { repeat: 'column' } }),
          y: q('', { field: { repeat: 'row' } }),
        },
      },
    },
    'a repeat of layers': {
      data,
      repeat: { layer: ['x', 'y'] },
      spec: {
        mark: 'line',
        encoding: {
          x: n('name'),
          y: q('', { field: { repeat: 'layer' } }),
          color: { datum: { repeat: 'layer' } },
        },
      },
    },
    'a facet': { data, facet: { field: 'group' }, columns: 1, spec: { mark: 'point', encoding: xy } },
    'row and column': encoding({ row: n('group'), column: n('name') }),
    'a facet with a sort and headers': encoding({
      facet: n('group', {
        sort: { op: 'median', field: 'y' },
        header: { labelExpr: "'group ' + datum.label" },
      }),
    }),
    'independent scales': encoding({ row: n('group'), ...{} }),
    'a parameter': top({
      params: [{ name: 'size', value: 80 }],
      mark: { type: 'point', size: { expr: 'size' } },
    }),
    'a bound parameter': top({
      params: [{ name: 'size', value: 80, bind: { input: 'range' } }],
      mark: { type: 'point', size: { expr: 'size' } },
    }),
    'a selected interval': top({
      params: [{ name: 'brush', select: 'interval', value: { x: [1, 2] } }],
      encoding: { ...xy, color: { condition: { param: 'brush', value: 'red' }, value: 'grey' } },
    }),
    'a selected point': top({
      params: [{ name: 'pick', select: { type: 'point', fields: ['name'] }, value: [{ name: 'ash' }] }],
      encoding: { ...xy, opacity: { condition: { param: 'pick', value: 1 }, value: 0.2 } },
    }),
    'pan and zoom': top({ params: [{ name: 'grid', select: 'interval', bind: 'scales' }] }),
    'a selection over the legend': top({
      params: [{ name: 'leg', select: { type: 'point', fields: ['group'] }, bind: 'legend' }],
      encoding: { ...xy, color: n('group') },
    }),
    'a filter by a selection': top({
      params: [{ name: 'brush', select: 'interval' }],
      transform: [{ filter: { param: 'brush' } }],
    }),
    'filters of all kinds': after(
      { filter: { field: 'x', gt: 0 } },
      { filter: { field: 'name', oneOf: ['ash', 'elm'] } },
      { filter: { and: [{ field: 'y', range: [0, 100] }, { not: { field: 'group', equal: 'blue' } }] } },
      { filter: "datum.name != 'x' && isValid(datum.x)" },
      { filter: { timeUnit: 'year', field: 't', equal: 2024 } },
    ).draw('point', xy),
    'a question for a field that is not there': after({ filter: '!isDefined(datum.nothing)' }).draw(
      'point',
      xy,
    ),
    tooltips: {
      ...encoding({ tooltip: [n('name'), q('x', { format: '.1f' })] }),
      mark: { type: 'point', tooltip: { content: 'data' } },
    },
    'a key, an order and details': {
      data,
      mark: 'line',
      encoding: { ...xy, key: { field: 'name' }, order: q('x'), detail: n('group') },
    },
    'shapes, sizes and angles': encoding({
      shape: n('group'),
      size: q('y'),
      angle: q('x'),
      strokeDash: n('group'),
    }),
    'scales of all kinds': {
      data,
      vconcat: ['linear', 'log', 'pow', 'sqrt', 'symlog'].map((type) => ({
        mark: 'point',
        encoding: { x: q('x', { scale: { type } }), y: q('y') },
      })),
    },
    'colour scales': {
      data,
      resolve: { scale: { color: 'independent' } },
      hconcat: [
        { type: 'quantize', scheme: 'blues' },
        { type: 'threshold', domain: [15, 30], scheme: 'viridis' },
        { type: 'quantile', scheme: 'reds' },
        { scheme: 'magma' },
      ].map((scale) => ({ mark: 'point', encoding: { ...xy, color: q('y', { scale }) } })),
    },
    'time in words': encoding({ x: { field: 't', type: 'temporal', axis: { format: '%Y-%m-%d %H:%M' } } }),
    'UTC time': encoding({ x: { field: 't', type: 'temporal', timeUnit: 'utcyearmonth' } }),
    'a label of an expression': encoding({ x: q('x', { axis: { labelExpr: "datum.value + ' ms'" } }) }),
    'a title of several lines': top({ title: { text: ['one', 'two'], subtitle: ['three', 'four'] } }),
    'a gradient': {
      data,
      mark: {
        type: 'area',
        color: {
          gradient: 'linear',
          x1: 1,
          y1: 1,
          x2: 1,
          y2: 0,
          stops: [
            { offset: 0, color: 'white' },
            { offset: 1, color: 'darkgreen' },
          ],
        },
      },
      encoding: xy,
    },
    'a radial gradient': mark({
      fill: {
        gradient: 'radial',
        stops: [
          { offset: 0, color: 'red' },
          { offset: 1, color: '#00f' },
        ],
      },
    }),
    'clipped marks': mark({ clip: true }),
    'colours in all notations': {
      data,
      layer: [
        'red',
        '#f00',
        '#ff0000',
        'rgb(255, 0, 0)',
        'rgba(255,0,0,0.5)',
        'hsl(0, 100%, 50%)',
        'transparent',
        'currentColor',
      ].map((color) => ({ mark: { type: 'point', color }, encoding: xy })),
    },
    'dashes, blending and rounded corners': {
      data,
      mark: {
        type: 'bar',
        cornerRadius: 3,
        stroke: 'black',
        strokeDash: [4, 2],
        strokeWidth: 0.5,
        blend: 'multiply',
        opacity: 0.5,
      },
      encoding: { x: n('name'), y: q('y') },
    },
    fonts: text({
      font: "'Noto Sans', Georgia, serif",
      fontStyle: 'italic',
      fontWeight: 700,
      fontSize: 9,
      angle: 30,
      dx: 2,
    }),
    'a path for a shape': mark({ shape: 'M0,-1L1,1L-1,1Z' }),
    'a configuration': top({
      config: {
        axis: { grid: false },
        point: { color: 'teal' },
        style: { big: { size: 90 } },
        view: { stroke: null },
      },
    }),
    offsets: { data, mark: 'bar', encoding: { x: n('group'), xOffset: n('name'), y: q('y') } },
    'links that a reader may follow': encoding({ href: { value: 'https://example.org/?a=1&b=2' } }),
    'a link to a place in the page': encoding({ href: { value: '#tbl-summary' } }),
    'a link by mail': mark({ href: 'mailto:a@example.org' }),
    'random numbers': calculated('random() > 0.5'),
    'gaps in the data': {
      data: { values: [{ a: 1, b: 2 }, { a: 2, b: null }, { a: 3 }] },
      mark: 'line',
      encoding: { x: q('a'), y: q('b') },
    },
    'infinite numbers, left out': after(
      { calculate: '1 / (datum.x - 1)', as: 'z' },
      { filter: 'isFinite(datum.z)' },
    ).draw('point', {
      ...{ x: q('x'), y: q('z') },
    }),
    'infinite numbers, left out by a predicate': after(
      { calculate: '1 / (datum.x - 1)', as: 'z' },
      { filter: { field: 'z', valid: true } },
    ).draw('point', { x: q('x'), y: q('z') }),
    'infinite numbers, of which the author says what becomes': {
      ...after({ calculate: '1 / (datum.x - 1)', as: 'z' }).draw('point', { x: q('x'), y: q('z') }),
      config: { mark: { invalid: 'filter' } },
    },
    'steps of a band': { data, mark: 'bar', encoding: { x: n('name'), y: q('y') }, width: { step: 20 } },
    'a view without a mark of its own size': top({
      width: 'container',
      height: 200,
      autosize: { type: 'fit', contains: 'padding' },
    }),
    'a description and user’s data': top({
      description: 'D',
      usermeta: { any: ['thing'] },
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    }),
  }),
]
