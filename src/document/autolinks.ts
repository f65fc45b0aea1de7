/**
 * Addresses in texts, for the parser. Inside an open bracket there are none, and to find that bracket the extension for them goes back over
 * all that was read, at each word: half a minute for 60 kB behind one `[`. Here the bracket is remembered as long as it is open.
 */

import type { Construct, Event, Extension, Token, TokenizeContext } from 'micromark-util-types'

const names = new Set(['emailAutolink', 'protocolAutolink', 'wwwAutolink'])

/** Returns the extension, whose addresses are looked for no longer than needed. */
export function quickAutolinks(extension: Extension): Extension {
  const text = Object.entries(extension.text ?? {}).map(([code, constructs]) => [
    code,
    [constructs ?? []].flat().map((one) => (names.has(one.name ?? '') ? quick(one) : one)),
  ])
  return { ...extension, ...(extension.text && { text: Object.fromEntries(text) }) }
}

const quicker = new Map<Construct, Construct>()

function quick(construct: Construct): Construct {
  const known = quicker.get(construct)
  if (known !== undefined) return known
  const made: Construct = {
    ...construct,
    tokenize(effects, ok, nok) {
      const start = construct.tokenize.call(this, effects, ok, nok)
      return (code) => (isInBracket(this) ? nok(code) : start(code))
    },
  }
  quicker.set(construct, made)
  return made
}

interface Bracket {
  readonly index: number
  readonly token: Token
}
const brackets = new WeakMap<TokenizeContext, Bracket>()

/** As the extension looks for it, and with its marks. */
function isInBracket(context: TokenizeContext): boolean {
  const { events } = context
  const before = brackets.get(context)
  // Once it is matched, the parser replaces its event or marks it as balanced.
  if (before !== undefined && events[before.index]?.[1] === before.token && isOpen(before.token)) return true
  for (let index = events.length - 1; index >= 0; index -= 1) {
    const [, token] = events[index] as Event
    if (isOpen(token)) {
      brackets.set(context, { index, token })
      return true
    }
    if ((token as { _gfmAutolinkLiteralWalkedInto?: boolean })._gfmAutolinkLiteralWalkedInto) return false
  }
  return false
}

function isOpen({ type, _balanced }: Token): boolean {
  return (type === 'labelLink' || type === 'labelImage') && !_balanced
}
