export async function tracePhases(_args: readonly string[]): Promise<number> {
  return 0
}
