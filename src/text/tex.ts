/**
 * TeX formulas to MathML, which browsers draw themselves: no fonts, no styles, no scripts, and screen readers
 * say it. By KaTeX, loaded when there is a formula.
 *
 * Formulas are a stranger's: no commands that link, load or set attributes, no sizes beyond a page, and an
 * end to the expansion of macros.
 */

import { isRecalled, recalled } from './memory.ts'

/** A formula as MathML, or what is wrong with it. */
export type Typeset =
  | { readonly mathml: string; readonly text: string }
  /** `offset` is that of the character in the formula. */
  | { readonly mistake: string; readonly offset: number }

export type Typesetter = (tex: string, isDisplay: boolean) => Typeset

/** Longest formula in characters. */
const longest = 20_000

export interface TexFormula {
  readonly tex: string
  readonly isDisplay: boolean
}

/** Returns a typesetter for these formulas, by default for any. Loads KaTeX only if a build before has not left all of them. */
export async function loadTypesetter(formulas?: readonly TexFormula[]): Promise<Typesetter> {
  if (!formulas?.every(({ tex, isDisplay }) => isRecalled(name, asked(tex, isDisplay)))) await load()
  return (tex, isDisplay) => typeset(asked(tex, isDisplay))
}

const name = 'formula'
const asked = (tex: string, isDisplay: boolean) => `${isDisplay ? 'display' : 'inline'} ${tex}`
const typeset = recalled(name, (text): Typeset => {
  const [kind, ...words] = text.split(' ')
  if (own === undefined) throw new Error('the typesetter was asked for a formula that it was not loaded for')
  return own(words.join(' '), kind === 'display')
})

let own: Typesetter | undefined

async function load(): Promise<void> {
  const { default: katex } = await import('katex')
  own ??= (tex, isDisplay) => {
    if (tex.trim() === '') return { mistake: 'the formula is empty', offset: 0 }
    if (tex.length > longest)
      return { mistake: `the formula has more than ${longest} characters`, offset: longest }
    const refused: string[] = []
    try {
      const html = katex.renderToString(tex, {
        displayMode: isDisplay,
        output: 'mathml',
        throwOnError: true,
        strict: 'ignore',
        trust: ({ command }: { readonly command: string }) => {
          refused.push(command)
          return false
        },
        maxExpand: 1000,
        maxSize: 20,
      })
      const [command] = refused
      if (command !== undefined) {
        const mistake = `${command} is not allowed in a formula: it could link, load or restyle`
        return { mistake, offset: Math.max(0, tex.indexOf(command)) }
      }
      const mathml = grouped(/<math.*<\/math>/s.exec(html)?.[0] ?? '')
      return { mathml, text: plainText(mathml) }
    } catch (error) {
      // The parser recurses into groups and arguments.
      if (error instanceof RangeError) return { mistake: 'the formula is nested too deeply', offset: 0 }
      if (!(error instanceof katex.ParseError)) throw error
      const { rawMessage, position = 0 } = error as {
        readonly rawMessage: string
        readonly position?: number
      }
      return { mistake: `TeX: ${rawMessage}${advice(rawMessage)}`, offset: position }
    }
  }
}

/**
 * Wraps each function name and the invisible operator that KaTeX writes after it in one `mrow`. Accents and
 * fractions take exactly two children; with the operator as a third, browsers draw them as a plain row.
 */
function grouped(mathml: string): string {
  return mathml.replaceAll(
    /(?<!<mrow>)<mi(?: [^<>]*)?>[^<]*<\/mi><mo>\u2061<\/mo>/g,
    (name) => `<mrow>${name}</mrow>`,
  )
}

/** What to write in place of commands that belong to documents and not to formulas. */
function advice(message: string): string {
  const command = /\\(?:label|ref|eqref|cite|newcommand\*)/.exec(message)?.[0]
  if (command === undefined) return ''
  if (command === '\\label') return ' (write {#eq-name} behind the closing $$)'
  return command === '\\newcommand*' ? ' (write \\newcommand)' : ' (write @eq-name or [@key] in the text)'
}

/** The signs of a formula in a row, for a table of contents. */
function plainText(mathml: string): string {
  return mathml
    .replace(/<annotation.*?<\/annotation>/gs, '')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll('\u2061', '')
}
