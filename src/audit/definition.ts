/** Definitions of spread that a column may use. */

export interface Definition {
  readonly name: string
  /** 1: the values' unit; 2: its square. */
  readonly power: 1 | 2
  /** Returns the sum of squared deviations of n values with this spread. */
  readonly squares: (spread: number, n: number) => number
  /** Returns the spread of n values with this sum. */
  readonly spread: (squares: number, n: number) => number
}

/** In order of preference where the numbers admit several. */
export const definitions: readonly Definition[] = [
  variance('population variance', (n) => n),
  variance('sample variance', (n) => n - 1),
  deviation('population standard deviation', (n) => n),
  deviation('sample standard deviation', (n) => n - 1),
  deviation('standard error of the mean', (n) => n * (n - 1)),
]

function variance(name: string, divisor: (n: number) => number): Definition {
  return {
    name,
    power: 2,
    squares: (spread, n) => spread * divisor(n),
    spread: (squares, n) => squares / divisor(n),
  }
}

function deviation(name: string, divisor: (n: number) => number): Definition {
  return {
    name,
    power: 1,
    squares: (spread, n) => Math.max(0, spread) ** 2 * divisor(n),
    spread: (squares, n) => Math.sqrt(squares / divisor(n)),
  }
}
