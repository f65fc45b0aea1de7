/** Where the built program lies: beside this code when that is bundled, in `dist/` when tests run it from its source. */

const folder = new URL(import.meta.url.endsWith('.ts') ? '../dist/' : './', import.meta.url)

/** URL of one of the entries in build.mjs. */
export function programUrl(name: string): URL {
  return new URL(name, folder)
}
