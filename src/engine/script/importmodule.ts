/** Imports a module of a script; in a file of its own for bundle.mjs. */
export async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  return await import(url)
}
