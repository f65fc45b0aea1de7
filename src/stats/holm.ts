/**
 * Returns p values adjusted for multiple comparisons (Holm, "A simple sequentially rejective multiple test
 * procedure", 1979), in the order given: bounds the chance of even one false alarm.
 */
export function holm(ps: readonly number[]): readonly number[] {
  const order = ps.map((_, index) => index).sort((a, b) => (ps[a] as number) - (ps[b] as number))
  const corrected = new Array<number>(ps.length)
  let largest = 0
  for (const [rank, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (ps.length - rank) * (ps[index] as number)))
    corrected[index] = largest
  }
  return corrected
}
