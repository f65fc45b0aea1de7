/**
 * What the server adds to a page on its way to the browser: a script and a style of its own, and the permission for
 * them. The file that a build writes has none of it.
 */

/** Addresses of the server's own; no report has such a name. */
export const ownPath = '/~repro/'

/**
 * Returns the page with the client. Its Content-Security-Policy goes on to hold for all else: of other scripts and
 * styles it allows what it allowed before.
 */
export function withClient(page: string, version: number): string {
  const head =
    `<script src="${ownPath}client.js" data-version="${version}" defer></script>` +
    `<link rel="stylesheet" href="${ownPath}client.css">`
  const allowed = page.replace(
    /(<meta http-equiv="Content-Security-Policy" content=")([^"]*)(">)/,
    (_, before: string, policy: string, after: string) => `${before}${withOwn(policy)}${after}`,
  )
  return allowed.includes('</head>') ? allowed.replace('</head>', () => `${head}</head>`) : head + allowed
}

/** A policy that also allows this server's script, style and stream of events. */
export function withOwn(policy: string): string {
  const directives = policy
    .replaceAll(/&#(?:x27|39);/gi, "'") // as it is written in an attribute
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '')
  for (const name of ['script-src', 'style-src', 'connect-src']) {
    const index = directives.findIndex((one) => one === name || one.startsWith(`${name} `))
    const sources = (directives[index] ?? name)
      .split(/\s+/)
      .slice(1)
      .filter((one) => one !== "'none'")
    const directive = [name, ...sources, "'self'"].join(' ')
    if (index < 0) directives.push(directive)
    else directives[index] = directive
  }
  return directives.join('; ')
}
