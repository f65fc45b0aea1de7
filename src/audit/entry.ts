/** Entries of tables as text: `12.3 ± 0.4`, `45.2 %`, `12.3*`, `3.1 (0.2)`, `[10.1, 14.5]`. */

/** The texts of an entry's numbers, without marks, units and brackets. */
export interface Entry {
  readonly first: string
  /** One number after ± or in brackets, or the two ends of an interval. */
  readonly second: readonly string[]
  readonly form: 'plain' | '±' | 'brackets'
  readonly isPercent: boolean
}

const footnotes = /(?:\s*(?:[*†‡§¶#]+|[⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉ]+|\^[\w*]+|\[[a-z]\]|\([a-z]\))|(?<=\d)[a-d])+$/u
const ends = /^(\S+)(?:\s*[–—]\s*|\s*[,;]\s+|\s*;\s*|\s+to\s+|(?<=\d)-)(\S+)$/

/** Splits an entry. `unit` is that of the column. */
export function readEntry(text: string, unit: string): Entry {
  const written = text
    .trim()
    .replace(/^["']|["']$/g, '')
    .replace(/^n\s*=\s*/i, '')
    .replace(footnotes, '')
  const percent = /%/.test(written)
  const bare = (part: string) => withoutUnit(part.trim().replace(footnotes, ''), unit)
  const plus = /^(.+?)\s*(?:±|\+\/-|\+-)\s*(.+)$/.exec(written)
  if (plus !== null) {
    const [first, second] = [bare(plus[1] ?? ''), bare(plus[2] ?? '')]
    return { first, second: [second], form: '±', isPercent: percent }
  }
  const brackets = /^([^([]+?)\s*[([]([^()[\]]+)[)\]]\s*\S?$/.exec(written)
  if (brackets !== null) {
    const [first, inner] = [bare(brackets[1] ?? ''), (brackets[2] ?? '').replace(/^±\s*/, '')]
    return { first, second: endsOf(inner).map(bare), form: 'brackets', isPercent: percent }
  }
  const inner = written.replace(/^[([](.*)[)\]]$/, '$1').replace(/^(?:±|\+\/-)\s*/, '')
  const [first = '', ...second] = endsOf(inner).map(bare)
  return { first, second, form: 'plain', isPercent: percent }
}

/** Returns both ends of an interval, or the text alone. */
function endsOf(text: string): readonly string[] {
  const match = ends.exec(text.trim())
  return match === null ? [text] : [match[1] ?? '', match[2] ?? '']
}

/** Takes a percent sign, or the column's own unit, from the end of a number. */
function withoutUnit(text: string, unit: string): string {
  const own = unit !== '' && text.endsWith(unit) ? text.slice(0, -unit.length) : text.replace(/%$/, '')
  return /\d\s*$/.test(own) ? own.trim() : text
}
