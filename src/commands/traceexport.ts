export async function traceExport(_args: readonly string[]): Promise<number> {
  return 0
}
