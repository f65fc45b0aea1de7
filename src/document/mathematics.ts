/**
 * Mathematics in Markdown: `$x$` in a sentence, and `$$` around a formula of its own, whose closing `$$` may name
 * it: `$$ {#eq-energy}`. The extensions of micromark and mdast, stricter where they would take ordinary text:
 *
 * - As in Pandoc, a `$` that opens has no blank behind it, and one that closes none before and no digit behind
 *   it, so that prices stay text.
 * - A fence `$$` has nothing else on its line, and ends at the next line that starts with `$$`, whatever
 *   follows. Otherwise a label would hide the rest of the document.
 */

import type { Code } from 'mdast'
import type { InlineMath, Math } from 'mdast-util-math'
import { math } from 'micromark-extension-math'
import type { Construct, Effects, Extension, State } from 'micromark-util-types'
import { referredId } from '../results/name.ts'
import { type Locate, locateInFence, locateInInlineCode, type SourceText, sliceOf } from './place.ts'

declare module 'mdast-util-math' {
  interface MathData {
    /** What follows the closing `$$`: `{#eq-energy}`. */
    rest?: string
    /** Whether the formula starts in the line of its opening `$$`. */
    isInline?: boolean
    /** Written as a fence `math`. */
    isCode?: boolean
  }
  interface InlineMathData {
    /** Written with `$$`. */
    isDisplay?: boolean
  }
}

declare module 'micromark-util-types' {
  interface TokenTypeMap {
    mathFlowFenceRest: 'mathFlowFenceRest'
  }
}

const dollar = '$'.charCodeAt(0)

/** Extensions of the parser. */
export function mathSyntax(): Extension {
  const { flow, text } = math()
  return {
    flow: { [dollar]: strictFence(flow?.[dollar] as Construct) },
    text: { [dollar]: strictText(text?.[dollar] as Construct) },
  }
}

function isLineEnd(code: number | null): boolean {
  return code === null || (code < 0 && code > -6 && code !== -2 && code !== -1)
}

function strictText(construct: Construct): Construct {
  return {
    ...construct,
    tokenize(effects, ok, nok) {
      const start = this.now()
      const accept: State = (code) => {
        const written = this.sliceSerialize({ start, end: this.now() })
        const isSingle = written.charAt(1) !== '$'
        const isDigit = code !== null && code >= 48 && code <= 57
        return isSingle && (isDigit || /^\$\s|\s\$$/.test(written)) ? nok(code) : ok(code)
      }
      return construct.tokenize.call(this, effects, accept, nok)
    },
  }
}

/** The line of an opening fence: dollar signs, and maybe a label in braces. */
const openingLine: Construct = {
  partial: true,
  tokenize(effects, ok, nok) {
    let line = ''
    const next: State = (code) => {
      if (isLineEnd(code)) {
        effects.exit('data')
        return /^\${2,}\s*(?:\{[^{}$]*\}\s*)?$/.test(line) ? ok(code) : nok(code)
      }
      line += code === null || code < 0 ? ' ' : String.fromCodePoint(code)
      effects.consume(code)
      return next
    }
    effects.enter('data')
    return next
  },
}

/** A closing fence, with whatever follows it. */
const closingLine: Construct = {
  partial: true,
  tokenize(effects, ok, nok) {
    let dollars = 0
    let blanks = 0
    const indent: State = (code) => {
      if (code === 32 && blanks < 3) {
        blanks += 1
        effects.consume(code)
        return indent
      }
      if (code !== dollar) return nok(code)
      if (blanks > 0) effects.exit('linePrefix')
      effects.enter('mathFlowFence')
      effects.enter('mathFlowFenceSequence')
      return sequence(code)
    }
    const sequence: State = (code) => {
      if (code === dollar) {
        dollars += 1
        effects.consume(code)
        return sequence
      }
      if (dollars < 2) return nok(code)
      effects.exit('mathFlowFenceSequence')
      if (isLineEnd(code)) return end(code)
      effects.enter('mathFlowFenceRest')
      return rest(code)
    }
    const rest: State = (code) => {
      if (isLineEnd(code)) {
        effects.exit('mathFlowFenceRest')
        return end(code)
      }
      effects.consume(code)
      return rest
    }
    const end: State = (code) => {
      effects.exit('mathFlowFence')
      return ok(code)
    }
    return (code) => {
      if (code === 32) effects.enter('linePrefix')
      return indent(code)
    }
  },
}

function strictFence(construct: Construct): Construct {
  return {
    ...construct,
    tokenize(effects, ok, nok) {
      return effects.check(openingLine, construct.tokenize.call(this, closing(effects), ok, nok), nok)
    },
  }
}

/** Effects that try our closing fence in place of the library's, which is told by its name. */
function closing(effects: Effects): Effects {
  return {
    ...effects,
    attempt: (construct, ok, nok) => {
      const { tokenize } = construct as Partial<Construct>
      const isClosing = tokenize?.name === 'tokenizeClosingFence'
      return effects.attempt(isClosing ? closingLine : construct, ok, nok)
    },
  }
}

/** Describes a node that the parser made, from its Markdown. */
export function describeMath(node: Math | InlineMath, text: string): void {
  if (node.data && ('isInline' in node.data || 'isCode' in node.data)) return
  const slice = text.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0)
  // The extension's own data would print the formula as code.
  delete node.data
  if (node.type === 'inlineMath') {
    if (slice.startsWith('$$')) node.data = { isDisplay: true }
    // GitHub's other form, $`x`$, in which signs of Markdown are safe.
    else if (/^\$`[^`]+`\$$/.test(slice)) node.value = node.value.replace(/^\s*`|`\s*$/g, '')
    return
  }
  const rest = closingFence(slice)
  const label = rest?.trim() || node.meta?.trim() || ''
  node.data = { ...(rest === undefined || label === '' ? {} : { rest: label }) }
}

/** Returns what follows the fence that closes a formula in its last line; undefined if there is none. */
function closingFence(slice: string): string | undefined {
  const text = slice.trimEnd()
  const start = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1
  return start === 0 ? undefined : /^[\s>]*\$\$+(.*)$/.exec(text.slice(start))?.[1]
}

/** Makes a fence `math` the formula that it is to GitHub; its info string may have `id=eq-energy`. */
export function mathOfCode(node: Code): void {
  const id = /(?:^|\s)id=([\w-]+)/.exec(node.meta ?? '')?.[1]
  const data: Math['data'] = { isCode: true, ...(id === undefined ? {} : { rest: `{#${id}}` }) }
  Object.assign(node, { type: 'math', data })
}

/** Whether a formula between fences ends with one; the parser extends an open one to the end. */
export function isClosedMath(node: Math, source: SourceText): boolean {
  return (
    node.data?.isInline === true ||
    node.data?.isCode === true ||
    closingFence(sliceOf(source, node)) !== undefined
  )
}

/** Locates characters of a formula. */
export function locateInMath(source: SourceText, node: Math | InlineMath): Locate {
  if (node.type === 'inlineMath' || node.data?.isInline) return locateInInlineCode(source, node)
  return locateInFence(source, node)
}

/** Id in a label: `{#eq-energy}`. */
export function idInLabel(label: string): string | undefined {
  return labelPattern.exec(label.trim())?.[1]
}

const labelPattern = new RegExp(String.raw`^\{#(${referredId})\}$`, 'u')
