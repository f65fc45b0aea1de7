/** The look of printed reports: functions of Typst that the writer calls, and settings of pages and texts. */

import type { Messages } from '../../../locale/en.ts'
import { isFromRight } from '../../../locale/languages.ts'
import type { PrintOptions } from '../../model.ts'
import { textWidth } from '../../textwidth.ts'
import { arabicFont, eastAsianSans, families, isEastAsian, mathematicalFont, unjoined } from '../fonts.ts'
import { mathematicsFunctions } from '../mathematics.ts'
import { gutter, margins, measures, papers } from '../measures.ts'
import { array, string } from '../source.ts'

/** Of the head of pages, in points. */
const headSize = 8

export interface Settings {
  readonly lang: string
  readonly title: string
  readonly authors: readonly string[]
  readonly keywords: readonly string[]
  readonly description?: string
  readonly print: PrintOptions
  /** Whether a text has East Asian characters. */
  readonly hasEastAsian: boolean
  /** Whether it is so long that lines are broken one after the other, not all of a paragraph together: a fifth of the time. */
  readonly isLong: boolean
}

/** Returns the beginning of a document, up to its first text. */
export function preamble(settings: Settings, messages: Messages): string {
  const { lang, title, authors, keywords, print } = settings
  const { typst: paper } = papers[print.paper]
  const { x, top, bottom } = margins(print)
  const { serif, mono } = families(lang, settings.hasEastAsian)
  const mathematical = `(name: ${string(mathematicalFont)}, covers: regex("[^\\\\p{${unjoined}}]"))`
  const fonts = (names: readonly string[]) =>
    array(names.map((name) => (name === mathematicalFont ? mathematical : string(name))))
  const arabic = `(name: ${string(arabicFont)}, covers: regex("\\\\p{Arabic}"))`
  const [language, region] = lang.split('-')
  const isTwo = print.columns === 2
  const start = isFromRight(lang) ? 'right' : 'left'
  const size = isTwo ? 9.5 : 10.5
  return `// Made by repro. Functions of the look, the look itself, then the text.

#let serif-fonts = (${arabic}, ..${fonts(serif)})
#let monospaced = ${fonts(mono)}
#let ink = (origin: rgb("#555555"), wrong: rgb("#a3140c"), link: rgb("#0b4a7d"), rule: rgb("#8a8a8a"))

// Where a link leads: to what has the name, or nowhere.
#let to(name, body) = context {
  let found = query(label(name))
  if found.len() == 0 { body } else { link(found.first().location(), body) }
}
#let at(name) = [#metadata(none) #label(name)]

// A mark of where numbers come from.
#let origin(body) = super(typographic: false, size: 0.62em, baseline: -0.45em, text(fill: ink.origin, body))
#let missing(body) = text(fill: ink.wrong, style: "italic", body)

${mathematicsFunctions}// Mathematics, with words for those who cannot see it.
// Smaller if its line has no room for it.
// \`lines\` are pairs: what stands before the point where lines meet, and behind it.
#let numbered(alt, number, eq, breaks: false, lines: none) = block(width: 100%, above: 1em, below: 1em, layout(room => {
  let free = room.width - if number == none { 0pt } else { 2 * measure(number).width + 8pt }
  let natural = measure(math.equation(block: true, alt: alt, eq.body)).width
  // One that would be too small to read goes on in the next line.
  if (breaks or lines != none) and natural * 0.8 > free {
    // Tall signs take 0.7 of the leading from above and below them: of two lines of such signs, more than there is between them.
    // With one below zero they leave 0.28em; the edges are those of lines without tall signs.
    set text(top-edge: 1.3em, bottom-edge: -0.7em)
    set par(justify: false, first-line-indent: 0pt, leading: -0.7em)
    let shown(alt, body) = math.equation(block: false, alt: alt, math.display(body))
    let body = if lines == none { shown(alt, eq.body) } else {
      // The first says it all; the others are its lines.
      let part(index, side, body) = if index == 0 and side == 0 { shown(alt, body) } else { pdf.artifact(shown(" ", body)) }
      let left = calc.max(..lines.map(((before, _)) => measure(shown(" ", before.body)).width))
      let isHanging = left < 0.4 * free
      stack(spacing: -0.3em, ..lines.enumerate().map(((index, (before, behind))) => if isHanging {
        grid(
          columns: (left, 1fr), column-gutter: 0.28em, align: (end + top, start + top),
          part(index, 0, before.body), par(hanging-indent: 1.5em, part(index, 1, behind.body)),
        )
      } else { par(hanging-indent: 2em, part(index, 0, before.body + behind.body)) }))
    }
    grid(
      columns: (1fr, auto), column-gutter: 8pt, align: (start + horizon, end + horizon),
      body, if number != none { text(size: ${size}pt, number) },
    )
    return
  }
  set text(size: calc.min(1, free / calc.max(natural, 1pt)) * 1em)
  math.equation(block: true, alt: alt, numbering: if number != none { _ => text(size: ${size}pt, number) }, eq.body)
}))
// Within a sentence; one that no line can break is no wider than a column.
#let maths(alt, eq, whole: false) = if not whole { math.equation(block: false, alt: alt, eq.body) } else {
  context {
    let shown = math.equation(block: false, alt: alt, eq.body)
    let natural = measure(shown).width
    set text(size: calc.min(1, ${(0.9 * measures(print).column).toFixed(0)}pt / calc.max(natural, 1pt)) * 1em)
    shown
  }
}

// The box of a task, with a check mark if it is done.
#let task(done) = box(width: 0.75em, height: 0.75em, stroke: 0.5pt, baseline: 0.08em, if done {
  for (start, end) in (((0.14em, 0.4em), (0.31em, 0.58em)), ((0.31em, 0.58em), (0.64em, 0.12em))) {
    place(top + left, line(start: start, end: end, stroke: 0.9pt))
  }
})

// Code. Parts are strings, or pairs of a kind and a string.
#let kinds = (
  keyword: (fill: rgb("#7a1f5c"), weight: "bold"), string: (fill: rgb("#1d5e2b")), comment: (fill: rgb("#5c5c5c"), style: "italic"),
  number: (fill: rgb("#0b4a7d")), name: (fill: rgb("#0b4a7d")), type: (fill: rgb("#7a4a00")),
  added: (fill: rgb("#1d5e2b")), removed: (fill: rgb("#a3140c")),
)
#let code-part(part) = if type(part) == str { raw(part) } else if type(part) == content { part } else {
  text(..kinds.at(part.at(0)), raw(part.at(1)))
}
// An arrow before what goes on in a further line, drawn, since fonts of code may lack it.
#let turn = box(width: 0.75em, height: 0.7em, {
  let stroke = 0.4pt + ink.rule
  for (start, end) in ((0em, 0.1em), (0em, 0.45em), (0.55em, 0.45em)).windows(2) { place(top + left, line(start: start, end: end, stroke: stroke)) }
  for y in (0.28em, 0.62em) { place(top + left, line(start: (0.38em, y), end: (0.55em, 0.45em), stroke: stroke)) }
})
#let code-line(parts) = {
  set block(above: 0.5em, below: 0.5em)
  if parts.len() == 0 { context block(height: measure(raw("x")).height, none) } else {
    let body = par(hanging-indent: 1.1em, parts.map(code-part).join())
    layout(room => {
      let tall = lines => measure(block(width: room.width, lines)).height
      let (one, two) = (tall(raw("x")), tall({ raw("x"); linebreak(); raw("x") }))
      let more = int(calc.round((tall(body) - one) / (two - one)))
      block(width: 100%, breakable: false, {
        for index in range(more) { place(top + left, dy: (index + 1) * (two - one), turn) }
        body
      })
    })
  }
}
#let code(..parts) = block(
  width: 100%, fill: luma(246), inset: (x: 5pt, y: 4.5pt), radius: 1.5pt, breakable: true, above: 0.9em, below: 0.9em,
  {
    set align(start)
    set par(justify: false, leading: 0.5em, first-line-indent: 0pt)
    set text(size: ${isTwo ? '7.3pt' : '8.5pt'}, hyphenate: false, dir: ltr)
    let lines = ((),)
    for part in parts.pos() {
      if part == none { lines.push(()) } else { lines.at(-1).push(part) }
    }
    for line in lines { code-line(line) }
  },
)
// A long word: Typst divides it by its syllables if a line has room for it, or it is cut anywhere.
#let long(whole, cut) = context if text.hyphenate != false and measure(whole).width < ${(0.9 * measures(print).column).toFixed(0)}pt { whole } else { cut }
// Pieces of long code, between which a line may end.
#let soft = box(width: 0pt)
#let pieces(..parts) = parts.pos().map(raw).join(soft)

#let quiet(body) = text(size: 0.86em, fill: ink.origin, body)
#let experiment(body) = block(above: 0.8em, below: 0.8em, width: 100%, { set par(first-line-indent: 0pt, justify: false, leading: 0.45em); quiet(body) })
#let badge(body) = [ #box(inset: (x: 2.2pt), outset: (y: 1.6pt), radius: 1.5pt, stroke: 0.4pt + ink.rule, text(size: 0.82em, fill: ink.origin, body))]
#let notes(..items) = block(above: 0.6em, width: 100%, {
  set text(size: 0.88em)
  set par(justify: false, leading: 0.45em, first-line-indent: 0pt)
  set align(start)
  for item in items.pos() { block(above: 0.45em, below: 0pt, item) }
})

// Tables and figures. \`wide\` ones go over all columns. None stands between the title and the beginning of the text.
// \`first\` is the height of the first rows, without which no caption stands at the foot of a page.
// What floats in a column has no height beyond that of the column, so that Typst prints it over what floats over all columns (its
// issue 6948). Where there is something wide, and where it is tall, it stands in the text, in a block that has its height.
#let float(name, kind, caption, wide: false, here: false, first: 0pt, body) = context {
  let caption = if first == 0pt { caption } else { block(breakable: false, below: 0pt, { caption; v(first) }) + v(-first) }
  let (page, x) = std.here().position()
  let isFirst = page == 1${isTwo ? ` and (wide or x < ${(papers[print.paper].width / 2).toFixed(0)}pt)` : ''}
  let placed(placement) = [#figure(
    kind: kind, supplement: none, numbering: none, caption: caption, outlined: false,
    placement: placement, scope: if wide { "parent" } else { "column" }, body,
  ) #label(name)]
${
  isTwo
    ? `  if not wide and not here {
    let tall = measure(block(width: ${measures(print).column.toFixed(1)}pt, placed(none))).height
    if tall > ${(0.5 * measures(print).height).toFixed(0)}pt or query(selector(figure.where(scope: "parent")).or(<across>)).len() > 0 {
      return block(width: 100%, height: tall, breakable: false, above: 1.3em, below: 1.5em, placed(none))
    }
  }
`
    : ''
}  placed(if here { none } else if isFirst { bottom } else { auto })
}
#let caption(name, body) = [*#name*#body]
#let grid-of(columns, inset: 3pt, ..cells) = table(
  columns: columns, stroke: none, inset: (x: inset, y: 2.4pt), row-gutter: 0pt, ..cells,
)
// A table whose words have room, as they would be printed over each other otherwise: its columns are as given, or as wide as their
// content until they wrap, or the whole becomes smaller. \`widest\` has cells and words of each column, to be measured.
#let fitted(columns, widest, ..cells) = layout(room => {
  let wide(all) = 6.1pt + calc.max(0pt, ..all.map(one => measure(text(size: ${isTwo ? 8 : 8.8}pt, hyphenate: false, one)).width))
  let whole = widest.map(((cells, _)) => wide(cells))
  let least = widest.map(((_, words)) => wide(words))
  let wrapped(most) = whole.zip(least).map(((one, word)) => calc.max(word, calc.min(one, most)))
  let fractions = columns.filter(one => one != auto)
  let free = room.width - columns.zip(whole).map(((one, width)) => if one == auto { width } else { 0pt }).sum()
  let share(one) = if one == auto { 0pt } else { free * (one / fractions.sum()) }
  if whole.sum() <= room.width { grid-of((auto,) * columns.len(), ..cells) }
  else if fractions.len() > 0 and columns.zip(least).all(((one, word)) => one == auto or word <= share(one)) { grid-of(columns, ..cells) }
  else if least.sum() > room.width {
    let scale = room.width / least.sum()
    show table: set text(size: ${isTwo ? 8 : 8.8}pt * scale)
    grid-of(least.map(one => one * scale), inset: 3pt * scale, ..cells)
  } else {
    let (low, high) = (0pt, calc.max(..whole))
    for _ in range(20) {
      let middle = (low + high) / 2
      if wrapped(middle).sum() <= room.width { low = middle } else { high = middle }
    }
    grid-of(wrapped(low), ..cells)
  }
})
// Tables without a caption stay whole if they are short.
#let standing(breaks, body) = block(width: 100%, above: 0.9em, below: 0.9em, layout(room => {
  let tall = measure(block(width: room.width, body)).height
  block(width: 100%, breakable: breaks or tall > 0.5 * room.height, align(center, body))
}))
// Notes whose marks stand elsewhere.
#let unseen(notes) = place({ show super: none; notes })
// Where something without a number is, which has no room at its place.
#let elsewhere(name, before, after) = context {
  let place = query(label(name)).first().location()
  block(above: 0.9em, below: 0.9em, width: 100%, link(place, quiet[#before#counter(page).at(place).first()#after]))
}
// Over all columns, with a word of its page at its place; what no page holds breaks there, since floats are cut off.
#let page-holds(width, body) = measure(block(width: width, body)).height < ${(0.95 * measures(print).height).toFixed(0)}pt
#let across(name, before, after, body) = context if page-holds(${measures(print).text.toFixed(1)}pt, body) {
  elsewhere(name, before, after)
  place(auto, float: true, scope: "parent", block(width: 100%, [#at(name)#metadata(none)<across>#body]))
} else { body }
// A picture of a width; its height is given too, as Typst would make it smaller where a column has no room for it.
#let drawing(shown) = context {
  set image(height: calc.min(measure(shown).height, ${(0.85 * measures(print).height).toFixed(0)}pt))
  shown
}
// A picture in a text, no wider than its place, which may be that of a list.
#let within(shown) = box(layout(room => if measure(shown).width > room.width { image(shown.source, alt: shown.alt, width: 100%) } else { shown }))
#let parts(columns, ..cells) = grid(columns: (1fr,) * columns, column-gutter: 8pt, row-gutter: 8pt, align: center + top, ..cells)
#let part(name, letter, body, words) = {
  body
  block(above: 5pt, text(size: 0.95em)[#if name != none { at(name) }*#letter* #words])
}

#let aside-colors = (
  note: rgb("#0b4a7d"), tip: rgb("#1d5e2b"), important: rgb("#6a2c91"), warning: rgb("#8a5a00"), caution: rgb("#a3140c"),
  "reproduced": rgb("#1d5e2b"), "not reproduced": rgb("#a3140c"), "inconclusive": rgb("#8a5a00"),
  "not testable": rgb("#5c5c5c"), "not run": rgb("#5c5c5c"),
)
#let aside(kind, whole: false, body) = block(
  width: 100%, breakable: not whole, inset: (${start}: 7pt, y: 2pt), stroke: (${start}: 1.6pt + aside-colors.at(kind)), above: 0.9em, below: 0.9em,
  { set par(first-line-indent: 0pt); body },
)
#let callout(kind, title, body) = aside(kind)[#text(fill: aside-colors.at(kind), strong(title))#parbreak()#body]
#let claim(name, kind, whole, id, statement, verdict, facts) = aside(kind, whole: whole)[
  #at(name)*#id*#statement #text(fill: aside-colors.at(kind), weight: "bold", hyphenate: false, verdict)
  #facts
]
#let facts(..pairs) = block(above: 0.5em, width: 100%, {
  set text(size: 0.9em)
  set par(justify: false, leading: 0.45em, first-line-indent: 0pt)
  for (term, body) in pairs.pos() { block(above: 0.4em, below: 0pt, pad(${start}: 0.8em, { h(-0.8em); quiet[#term] ; h(0.5em) ; body })) }
})
#let definitions(..pairs) = for (term, bodies) in pairs.pos() {
  block(above: 0.9em, below: 0.6em, sticky: true, strong(term))
  for body in bodies { block(above: 0.6em, below: 0.6em, pad(${start}: 1.2em, body)) }
}

#let banner(..lines) = block(
  width: 100%, stroke: (y: 0.5pt + ink.rule), inset: (x: 0pt, y: 4pt), above: 0.8em, below: 1em,
  {
    set text(size: 0.86em)
    set par(justify: false, leading: 0.45em, first-line-indent: 0pt)
    for line in lines.pos() { block(above: 0.45em, below: 0pt, line) }
  },
)
#let works(..items) = {
  set text(size: 0.88em)
  set par(first-line-indent: 0pt)
  enum(numbering: "[1]", number-align: start + top, spacing: 0.6em, ..items.pos())
}
// As many lines as needed, of about the same length.
#let balanced(body) = layout(room => {
  let tall = width => measure(block(width: width, body)).height
  let width = room.width
  while width > 8cm and tall(width - 5pt) == tall(room.width) { width -= 5pt }
  block(width: width, above: 0pt, below: 0pt, body)
})
#let people(..all) = grid(columns: calc.min(all.pos().len(), 3), column-gutter: 2.5em, row-gutter: 0.9em, align: center + top, ..all.pos())
#let titled(words, subtitle: none, authors: none, date: none, facts: ()) = {
  set par(justify: false, first-line-indent: 0pt, leading: 0.5em)
  set align(center)
  block(above: 0pt, below: 1.1em, balanced(title(words)))
  if subtitle != none { block(above: 0pt, below: 1em, text(size: 1.15em, subtitle)) }
  if authors != none { block(above: 0.9em, below: 0.7em, text(size: 1.08em, authors)) }
  if date != none { block(above: 0pt, below: 0.7em, date) }
  for fact in facts { block(above: 0pt, below: 0.45em, text(size: 0.9em, fact)) }
}
#let author(name, affiliation, orcid) = box({
  name
  if orcid != none { [ ]; link("https://orcid.org/" + orcid, text(size: 0.7em, fill: ink.link, [ORCID])) }
  if affiliation != none { linebreak(); text(size: 0.88em, affiliation) }
})

#set document(title: ${string(title)}, author: ${array(authors.map(string))}, keywords: ${array(keywords.map(string))}, date: none${
    settings.description === undefined ? '' : `,\n  description: ${string(settings.description)}`
  })
#set text(font: serif-fonts, size: ${size}pt, lang: ${string(language ?? 'en')}${
    region !== undefined && /^[A-Za-z]{2}$/.test(region) ? `, region: ${string(region)}` : ''
  }, fallback: false)
${
  settings.hasEastAsian
    ? `// Their fonts have no italics: what is emphasized is in another kind of letters.
#let upright-letters = regex("[\\p{Han}\\p{Hangul}\u3000-\u30ff\u31f0-\u33ff\uff00-\uffef]+")
#let emphasized(body) = { show upright-letters: set text(font: (${string(eastAsianSans(lang))}, ..serif-fonts)); body }
#show emph: emphasized
#show heading.where(level: 3): emphasized
`
    : ''
}#set smartquote(enabled: false)
#set page(
  paper: "${paper}", margin: (x: ${x}pt, top: ${top}pt, bottom: ${bottom}pt), columns: ${print.columns},
  header: context if here().page() > 1 {
    set text(size: 8pt)
    align(${isTwo ? 'center' : 'start'}, emph(${string(runningHead(title, print))}))
  },
  footer: context { set text(size: 8pt); align(center, [#here().page()]) },
)
#set columns(gutter: ${gutter}pt)
#set par(justify: true${settings.isLong ? ', linebreaks: "simple"' : ''}, leading: ${isEastAsian(lang) ? '0.72em' : '0.56em'}, spacing: ${isEastAsian(lang) ? '0.72em' : '0.56em'}, first-line-indent: 1em)
#let between(body) = block(above: 0.9em, below: 0.9em, width: 100%, body)
#let rule = block(above: 1em, below: 1em, width: 100%, align(center, line(length: 30%, stroke: 0.5pt)))
#set list(indent: 0.4em, body-indent: 0.5em, spacing: 0.55em)
#set enum(indent: 0.4em, body-indent: 0.5em, spacing: 0.55em)
#set table(stroke: none)
#set image(fit: "contain")
#set footnote.entry(gap: 0.45em, clearance: 0.7em)
#set math.equation(supplement: none)
// A font with \`covers\` gives its letters, but not its measures, without which limits touch what they stand under.
#show math.equation: set text(font: (${string(mathematicalFont)}, ..serif-fonts))
#show math.equation: it => { show regex("\\p{${unjoined}}+"): set text(font: serif-fonts); it }
#show math.equation.where(block: true): set block(spacing: 0.9em)
#show footnote.entry: set text(size: 0.84em)
#show footnote.entry: set par(leading: 0.42em, first-line-indent: 0pt)
#show title: set text(size: ${isTwo ? 17 : 18}pt, weight: "bold")
#show title: set par(leading: 0.4em)
#show heading: set par(justify: false, first-line-indent: 0pt, leading: 0.4em)
#show heading: set text(hyphenate: false)
#show heading.where(level: 1): set text(size: ${(size * 1.2).toFixed(1)}pt)
#show heading.where(level: 1): set block(above: 1.35em, below: 0.75em)
#show heading.where(level: 2): set text(size: ${(size * 1.06).toFixed(1)}pt)
#show heading.where(level: 2): set block(above: 1.2em, below: 0.65em)
#show heading.where(level: 3): set text(size: ${size}pt, style: "italic")
#show heading.where(level: 3): set block(above: 1em, below: 0.6em)
#show raw: set text(font: monospaced, size: 0.86em)
#show link: set text(fill: ink.link)
#show figure: set par(first-line-indent: 0pt)
#show figure.caption: it => block(width: 100%, sticky: it.position == top, { set text(size: ${isTwo ? 8.6 : 9.4}pt); set par(justify: false, leading: 0.45em); align(start, it.body) })
#show figure.where(kind: table): set figure.caption(position: top)
#show figure.where(kind: table): set block(breakable: true)
#show figure.where(kind: "code"): set figure.caption(position: top)
#show figure.where(kind: "code"): set block(breakable: true)
#set figure(gap: 0.6em)
#show figure: set block(above: 1.3em, below: 1.5em)
#set place(clearance: 1.3em)
#show table: set text(size: ${isTwo ? 8 : 8.8}pt, hyphenate: false)
#show table: set par(justify: false, leading: 0.4em, first-line-indent: 0pt)
#show quote.where(block: true): set pad(x: 1em)
#show quote.where(block: true): set block(above: 0.9em, below: 0.9em)
#let page-words = (abstract: ${string(messages.page.abstract)}, references: ${string(messages.references.title)})
`
}

/** A title in one line at the head of pages. */
function runningHead(title: string, print: PrintOptions): string {
  const room = 0.95 * measures(print).text
  if (textWidth(title, headSize) <= room) return title
  const signs = [...title]
  let [low, high] = [0, signs.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (textWidth(`${signs.slice(0, middle).join('')}…`, headSize) <= room) low = middle
    else high = middle - 1
  }
  const cut = signs.slice(0, low).join('')
  // At a blank, unless the last word is most of it.
  const word = cut.replace(/\s+\S*$/, '')
  return `${word.length > 0.6 * cut.length ? word : cut}…`
}
