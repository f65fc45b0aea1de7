/** Simulated tables of honest studies, and of such with one made-up cell, as files would have them. */

export type Rounding = 'half up' | 'half even' | 'truncated'

/** How samples are drawn, and what the table says of them. */
interface Study {
  readonly draw: (random: () => number, n: number) => readonly number[]
  readonly columns?: Readonly<Record<string, string>>
}

function integer(random: () => number, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1))
}

/** Answers on a scale around a place of the cell's own. */
function answer(random: () => number, low: number, high: number, place: number): number {
  const wide = place + (random() + random() - 1) * (high - low)
  return Math.min(high, Math.max(low, Math.round(wide)))
}

function many(n: number, draw: () => number): readonly number[] {
  return Array.from({ length: n }, draw)
}

const skewed = (random: () => number, scale: number) => -Math.log(1 - random()) * scale

export const studies: Readonly<Record<string, Study>> = {
  integers: {
    columns: { data: 'integers' },
    draw: (random, n) => {
      const scale = 1 + 30 * random()
      return many(n, () => Math.floor(skewed(random, scale)))
    },
  },
  'scale 1-7': {
    columns: { data: 'integers', scale: '1-7' },
    draw: (random, n) => {
      const place = 1 + 6 * random()
      return many(n, () => answer(random, 1, 7, place))
    },
  },
  'three items 1-5': {
    columns: { data: 'integers', scale: '1-5', items: '3' },
    draw: (random, n) => {
      const place = 1 + 4 * random()
      const one = () => answer(random, 1, 5, place)
      return many(n, () => (one() + one() + one()) / 3)
    },
  },
  binary: {
    columns: { data: 'binary' },
    draw: (random, n) => {
      const share = random()
      return many(n, () => (random() < share ? 1 : 0))
    },
  },
  'whole us in ms': {
    columns: { data: '0.001' },
    draw: (random, n) => {
      const [least, scale] = [random(), 0.01 + 0.1 * random()]
      return many(n, () => Math.round(1000 * (least + skewed(random, scale))) / 1000)
    },
  },
  'times from 0': {
    columns: { scale: '0-' },
    draw: (random, n) => {
      const scale = 50 * random()
      return many(n, () => skewed(random, scale) ** 2)
    },
  },
  'anything with extremes': {
    draw: (random, n) => {
      const [center, width] = [1000 * (random() - 0.5), 200 * random()]
      return many(n, () => center + width * (random() + random() - 1) + (random() < 0.05 ? 3 * width : 0))
    },
  },
}

const spreads: Readonly<Record<string, (squares: number, n: number) => number>> = {
  sd: (squares, n) => Math.sqrt(squares / (n - 1)),
  'Std. Dev.': (squares, n) => Math.sqrt(squares / n),
  'SD (n-1)': (squares, n) => Math.sqrt(squares / (n - 1)),
  s: (squares, n) => Math.sqrt(squares / (n - 1)),
  variance: (squares, n) => squares / (n - 1),
  var: (squares, n) => squares / n,
  SEM: (squares, n) => Math.sqrt(squares / (n - 1) / n),
  se: (squares, n) => Math.sqrt(squares) / n,
  '95% CI': (squares, n) => 1.959963984540054 * Math.sqrt(squares / (n - 1) / n),
}

export interface Simulated {
  readonly csv: string
  readonly cells: number
  /** Line of the made-up cell, if there is one. */
  readonly line: number
}

/** How the made-up cell differs: by its mean, its spread, both, or the number of values. */
export type Forgery = 'mean' | 'spread' | 'n'

export interface Options {
  readonly study: keyof typeof studies
  readonly sizes: readonly [number, number]
  readonly decimals?: number
  readonly label?: string
  readonly forgery?: Forgery
}

/** Returns a table of 3 to 9 cells in one of the usual formats. */
export function simulate(random: () => number, options: Options): Simulated {
  const pick = <Value>(list: readonly Value[]) => list[integer(random, 0, list.length - 1)] as Value
  const study = studies[options.study] as Study
  const rounding = pick<Rounding>(['half up', 'half up', 'half even', 'truncated'])
  const decimals = options.decimals ?? integer(random, 0, 4)
  const label = options.label ?? pick(Object.keys(spreads))
  const hasExtremes = study.columns === undefined || (options.label === undefined && random() < 0.3)
  const [isComma, hasThousands, isJoined] = [random() < 0.4, random() < 0.3, !hasExtremes && random() < 0.3]
  // Tables often print extremes, or spreads, with other decimals than means.
  const other = () => (random() < 0.5 ? decimals : integer(random, 0, 4))
  const isWhole = study.columns?.data === 'integers' && study.columns.items === undefined
  const [spreadDecimals, extremeDecimals] =
    options.decimals === undefined ? [other(), isWhole && random() < 0.7 ? 0 : other()] : [decimals, decimals]
  // Programs that print no zeros at the end.
  const isTrimmed = options.decimals === undefined && random() < 0.15
  const print = (value: number, places = decimals) => {
    const text = rounded(value, places, rounding)
    const [whole = '', printed] = text.split('.')
    const part = isTrimmed ? printed?.replace(/0+$/, '') || undefined : printed
    const grouped = hasThousands ? whole.replace(/\B(?=(?:\d{3})+$)/g, isComma ? '.' : ',') : whole
    return part === undefined ? grouped : `${grouped}${isComma ? ',' : '.'}${part}`
  }
  const names = [
    'what',
    'N',
    ...(isJoined ? [`M ± ${label}`] : ['Mean', label]),
    ...(hasExtremes ? ['max', 'Min.'] : []),
    ...Object.keys(study.columns ?? {}),
  ]
  const cells = integer(random, 3, 9)
  const forged = integer(random, 0, cells - 1)
  const rows = Array.from({ length: cells }, (_, row) => {
    const n = integer(random, ...options.sizes)
    const values = study.draw(random, n)
    let mean = values.reduce((sum, value) => sum + value, 0) / n
    let squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    if (row === forged && options.forgery === 'mean') mean += (random() - 0.5) * Math.sqrt(squares / n)
    if (row === forged && options.forgery === 'spread') squares *= (0.5 + 1.5 * random()) ** 2
    const size = row === forged && options.forgery === 'n' ? n + pick([-3, -2, -1, 1, 2, 3]) : n
    const spread = (spreads[label] as (squares: number, n: number) => number)(squares, n)
    const numbers = isJoined
      ? [`${print(mean)} ± ${print(spread, spreadDecimals)}`]
      : [print(mean), print(spread, spreadDecimals)]
    const ends = [Math.max(...values), Math.min(...values)]
    const extremes = hasExtremes ? ends.map((value) => print(value, extremeDecimals)) : []
    return [`row ${row}`, String(size), ...numbers, ...extremes, ...Object.values(study.columns ?? {})]
  })
  const delimiter = pick(isComma ? [';', '\t', ','] : [',', ',', ';', '\t'])
  const quote = (text: string) => (text.includes(delimiter) ? `"${text}"` : text)
  const lines = [names, ...rows].map((cellsOf) => cellsOf.map(quote).join(delimiter))
  return { csv: `${lines.join('\n')}\n`, cells, line: options.forgery === undefined ? 0 : forged + 2 }
}

/** Rounds as programs do: in binary, so that ties of decimal fractions may fall to either side. */
function rounded(value: number, decimals: number, rounding: Rounding): string {
  const scaled = value * 10 ** decimals
  const below = Math.floor(scaled)
  const isTie = Math.abs(scaled - below - 0.5) < 1e-9
  const even = below % 2 === 0 ? below : below + 1
  const whole =
    rounding === 'truncated'
      ? Math.trunc(scaled + Math.sign(scaled) * 1e-9)
      : rounding === 'half even' && isTie
        ? even
        : Math.floor(scaled + 0.5 + 1e-9)
  return (whole / 10 ** decimals).toFixed(decimals)
}
