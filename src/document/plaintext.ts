/** Words that are no Markdown, such as titles: warns of what would be shown with its signs. */

import { sourceText } from './place.ts'
import { warn } from './problem.ts'
import { type KeyPath, type Mapping, valueAt } from './yaml.ts'

const forms: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/(?<![\\$\w])\$(?=[^\s$])[^$\n]{0,200}?(?<![\s\\])\$(?![\d$])/, 'write signs such as ² and μ'],
  [/`[^`\n]+`/, 'leave the backticks out'],
  [/(?<![\w*])(\*{1,3})(?=[^\s*])[^*\n]*[^\s*]\1(?![\w*])/, 'leave the asterisks out'],
  [/\[@[^\]\n]+\]/, 'cite it in the text'],
  [/(?<![\w.+/@-])@(?:tbl|fig|eq|sec|lst)-\w[\w-]*/, 'refer to it in the text'],
  [/\[[^\]\n]+\]\([^)\n]+\)/, 'write the words alone'],
  [/<\/?(?:b|br|code|em|i|kbd|small|span|strong|sub|sup|u)\b[^<>]*>/i, 'leave the tag out'],
  [/\\[A-Za-z]{2,}(?:\{[^{}\n]*\})?/, 'write the sign itself'],
]

/** Warns of Markdown and LaTeX in values that are shown as plain text, and of a `#` that cuts such a value short. */
export function warnOfPlainText(source: Mapping, paths: readonly KeyPath[]): void {
  for (const path of paths) {
    const value = valueAt(source.data, path)
    if (typeof value !== 'string') continue
    const key = String(path.findLast((part) => typeof part === 'string'))
    const place = source.valuePlace(path)
    const [found] = forms.flatMap(([pattern, advice]) => {
      const match = pattern.exec(value)
      return match === null ? [] : [{ text: match[0], advice }]
    })
    if (found)
      warn(
        source.file,
        'plain-text',
        place,
        `${key} is no Markdown: ${found.text} is shown with its signs; ${found.advice}`,
      )
    const cut = cutAt(source, path)
    if (cut !== undefined)
      warn(
        source.file,
        'plain-text',
        place,
        `${key} ends before ${cut}, as a # behind a blank starts a comment: put all of it in quotes`,
      )
  }
}

/** The rest of a line behind an unquoted value, if it begins as no comment does that is meant as one: `#5`. */
function cutAt(source: Mapping, path: KeyPath): string | undefined {
  const { line, column } = source.valuePlace(path)
  const written = source.written(path)
  const text = sourceText(source.file).lines[line - 1]?.slice(column - 1)
  if (written === undefined || !text?.startsWith(written)) return undefined
  return /^\s+(#[^\s#].*)$/.exec(text.slice(written.length))?.[1]
}
