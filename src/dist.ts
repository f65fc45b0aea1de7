/** Folder of the built program: next to this code when bundled, `dist/` when tests run from source. */

const folder = new URL(import.meta.url.endsWith('.ts') ? '../dist/' : './', import.meta.url)

/** URL of one of the entries in build.mjs. */
export function programUrl(name: string): URL {
  return new URL(name, folder)
}
