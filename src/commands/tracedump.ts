export async function traceDump(_args: readonly string[]): Promise<number> {
  return 0
}
