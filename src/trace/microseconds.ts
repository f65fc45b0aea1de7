/**
 * Ticks as microseconds with three decimals, rounded once, half up: `1234.567`. Exact for any ticks below 2^53 and
 * clocks up to 9 GHz: whole seconds are taken off first, so that no product leaves the exact range of numbers.
 */
export function microseconds(ticks: number, hz: number): string {
  const sign = ticks < 0 ? '-' : ''
  const magnitude = Math.abs(ticks)
  const seconds = Math.floor(magnitude / hz)
  const scaled = (magnitude - seconds * hz) * 1e6
  let whole = Math.floor(scaled / hz)
  let nanoseconds = Math.floor(((scaled - whole * hz) * 1000) / hz + 0.5)
  if (nanoseconds === 1000) {
    whole += 1
    nanoseconds = 0
  }
  return `${sign}${seconds * 1e6 + whole}.${String(nanoseconds).padStart(3, '0')}`
}
