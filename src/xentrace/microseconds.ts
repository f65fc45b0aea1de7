/**
 * Ticks as microseconds with three decimals, rounded once, half up: `1234.567`. Exact for any ticks below 2^53 and
 * clocks up to 9 GHz: whole seconds are taken off first, so that no product leaves the exact range of numbers.
 */
export function microseconds(ticks: number, hz: number): string {
  const parts = new Float64Array(2)
  splitMicroseconds(Math.abs(ticks), hz, parts)
  const [whole = 0, nanoseconds = 0] = parts
  return `${ticks < 0 ? '-' : ''}${whole}.${String(nanoseconds).padStart(3, '0')}`
}

/** Puts whole microseconds and the nanoseconds beyond them (0 to 999) into `parts`; the same for ticks that are not negative. */
export function splitMicroseconds(ticks: number, hz: number, parts: Float64Array): void {
  const seconds = Math.floor(ticks / hz)
  const scaled = (ticks - seconds * hz) * 1e6
  let whole = Math.floor(scaled / hz)
  let nanoseconds = Math.floor(((scaled - whole * hz) * 1000) / hz + 0.5)
  if (nanoseconds === 1000) {
    whole += 1
    nanoseconds = 0
  }
  parts[0] = seconds * 1e6 + whole
  parts[1] = nanoseconds
}
