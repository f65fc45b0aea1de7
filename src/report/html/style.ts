/**
 * The page's style: text of a readable width, tables and figures as wide as needed, quiet marks. Loads no
 * fonts.
 */

export const style = `
:root {
  color-scheme: light dark;
  --paper: #fffefb;
  --ink: #22201d;
  --quiet: #6b655c;
  --line: #ddd8ce;
  --edge: #b5aea1;
  --faint: #f5f2eb;
  --link: #14538a;
  --warn: #8f3a00;
  --warn-paper: #fdf1e3;
  --code-keyword: #7a2a6e; --code-string: #2b6130; --code-comment: #6b655c; --code-number: #8a4b00; --code-name: #14538a; --code-type: #5a3fa0;
  --note: #14538a; --tip: #2a7a4b; --important: #6a3fa0; --warning: #8f5a00; --caution: #a32626;
  --serif: Charter, 'Bitstream Charter', 'Sitka Text', Cambria, 'Liberation Serif', 'Hiragino Mincho ProN', 'Yu Mincho', 'Noto Serif JP', 'Noto Serif CJK JP', serif;
  --sans: system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', 'Hiragino Sans', 'Yu Gothic', Meiryo, 'Noto Sans JP', 'Noto Sans CJK JP', sans-serif;
  --mono: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #191817; --ink: #e4e0d8; --quiet: #a39c90; --line: #3a3733; --edge: #57524b; --faint: #23211f; --link: #8fc1ee;
    --warn: #f0a868; --warn-paper: #2e2319;
    --code-keyword: #e0a3d8; --code-string: #a5d6a0; --code-comment: #a39c90; --code-number: #f0bf86; --code-name: #8fc1ee; --code-type: #c4b1f5;
    --note: #8fc1ee; --tip: #7fcf9d; --important: #c4b1f5; --warning: #f0bf6a; --caution: #f2a09a;
  }
}
* { box-sizing: border-box; --under: var(--paper); }
pre, :is(aside.claim, .callout) .scroll { --under: var(--faint); }
aside.claim details pre { --under: var(--paper); }
html { font: 1.125rem/1.6 var(--serif); background: var(--paper); color: var(--ink); scroll-behavior: smooth; }
body { margin: 0; padding: 0 1.25rem 4rem; overflow-wrap: break-word; }
main { max-width: 62rem; margin: 0 auto; }
main > *, article > * { max-width: 68ch; }
main > article, article > .float, article > .scroll, article > details, article > ul.notes { max-width: 100%; }
h1, h2, h3, h4 { line-height: 1.25; font-weight: 600; text-wrap: balance; scroll-margin-top: 1rem; }
h1 { font-size: 2.1rem; margin: 3rem 0 .5rem; letter-spacing: -.01em; }
h2 { font-size: 1.4rem; margin: 2.75rem 0 .75rem; }
h3 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { margin: 0 0 1em; hanging-punctuation: first; }
a { color: var(--link); text-decoration-thickness: .06em; text-underline-offset: .18em; }
a:focus-visible, .scroll:focus-visible, .formula:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; inset-inline-start: -99rem; }
.skip:focus { inset-inline-start: 1rem; top: 1rem; background: var(--paper); padding: .25rem .5rem; z-index: 1; }
blockquote { margin: 1em 0; padding-inline-start: 1em; border-inline-start: 3px solid var(--line); color: var(--quiet); }
img { max-width: 100%; height: auto; }
hr { border: 0; border-top: 1px solid var(--line); margin: 2.5rem 0; }
code, pre { font-family: var(--mono); font-size: .84em; }
:not(pre) > code { background: var(--faint); border-radius: 3px; padding: .08em .28em; }
pre { border-radius: 4px; padding: .8rem 1rem; overflow-x: auto; line-height: 1.45; }
pre code { font-size: 1em; }
/* In its own letters, which are smaller: lines of code have 80 and more. */
html article > pre { max-width: 84ch; }

/* A paragraph goes in the direction of its first letter; code, formulas and drawings from left to right. */
:is(p, h1, h2, h3, h4, h5, h6, li, dt, dd, th, td, figcaption, summary, caption > span) { unicode-bidi: plaintext; }
:is(pre, code, math, svg) { direction: ltr; }
code { unicode-bidi: isolate; }
pre { text-align: left; }

/* Japanese: more air between lines, a blank of a quarter letter before and after Latin letters, and sans-serif where Latin has italics. */
:lang(ja) { line-break: strict; text-autospace: normal; text-spacing-trim: normal; }
html:lang(ja) { line-height: 1.8; }
html:lang(ja) :is(main > *, article > *) { max-width: 40em; }
html:lang(ja) article > aside.claim { max-width: 40rem; }
html:lang(ja) :is(main > article, article > .float, article > .scroll, article > details, article > ul.notes) { max-width: 100%; }
:lang(ja) :is(h1, h2, h3, h4, .subtitle, nav.contents a, figcaption, caption, table.wordy td) { word-break: auto-phrase; }
:lang(ja) :is(em, cite) { font-family: var(--sans); font-style: normal; }
.translations { font: .86rem/1.5 var(--sans); text-align: end; margin-top: 1rem; }

header.title { margin-bottom: 1.75rem; }
.subtitle { font-size: 1.2rem; color: var(--quiet); margin: 0 0 .75rem; }
.authors, .date { font-family: var(--sans); font-size: .9rem; margin: 0 0 .15rem; }
.affiliation, .date { color: var(--quiet); }
.abstract h2 { font: 600 .8rem var(--sans); letter-spacing: .06em; text-transform: uppercase; color: var(--quiet); margin: 0 0 .4rem; }
.abstract { margin: 2rem 0; padding: 0 0 .4rem; }

.banner { font: .86rem/1.5 var(--sans); background: var(--faint); border-inline-start: 4px solid var(--quiet); padding: .75rem 1rem; margin-bottom: 1.5rem; border-radius: 0 4px 4px 0; }
.banner p { margin: 0 0 .35em; }
.banner p:last-child { margin: 0; }
.banner.unsound { border-inline-start-color: var(--warn); background: var(--warn-paper); }
.missing, .banner .stale, .banner .excluded, .banner .edited, .banner .changed, .banner .concern, .value.stale, td.stale { color: var(--warn); }
td.missing, .value.missing { background: var(--warn-paper); font-style: italic; }
.value.missing { font-size: .9em; padding: 0 .25em; border-radius: 3px; }

/* Signs in the text that turn its direction do not reach a number and its origin. */
.value, .badge { unicode-bidi: isolate; }
.value { font-variant-numeric: lining-nums tabular-nums; }
.value sup { font: .52em/1 var(--sans); color: var(--quiet); letter-spacing: .01em; vertical-align: baseline; position: relative; top: -.62em; font-style: normal; white-space: nowrap; }
.value.stale sup { color: var(--warn); }
.badge { display: inline-block; font: .72rem/1.4 var(--sans); font-weight: 400; color: var(--quiet); border: 1px solid var(--line); border-radius: 99px; padding: 0 .55em; vertical-align: .08em; white-space: nowrap; }

nav.contents { font: .86rem/1.45 var(--sans); max-width: 62rem; margin: 1.5rem auto 0; }
nav.contents h2 { font: 600 .8rem var(--sans); letter-spacing: .06em; text-transform: uppercase; color: var(--quiet); margin: 0 0 .5rem; }
nav.contents ol { list-style: none; margin: 0; padding: 0; columns: 15rem; }
nav.contents li { padding: .125rem 0; break-inside: avoid; }
nav.contents .depth-3 { padding-inline-start: 1rem; font-size: .95em; }
nav.contents a { color: inherit; text-decoration: none; }
nav.contents a:hover { text-decoration: underline; }
/* Added by the page's script. */
.search { margin: 0 0 1rem; max-width: 26rem; font: .86rem/1.45 var(--sans); }
header.title .search { margin-top: 1rem; }
.search input { box-sizing: border-box; width: 100%; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--quiet); border-radius: 4px; padding: .25em .6em; min-height: 28px; }
.search input::placeholder { color: var(--quiet); opacity: 1; }
.search .status { margin: .2rem 0 0; color: var(--quiet); min-height: 0; }
.search .status:empty { display: none; }
.search ol { list-style: none; margin: 0; columns: auto !important; max-height: 18rem; overflow-y: auto; border: 1px solid var(--line); border-radius: 4px; padding: .2rem !important; margin-top: .3rem !important; }
button.hit { all: unset; display: block; box-sizing: border-box; width: 100%; cursor: pointer; padding: .15rem .3rem; border-radius: 3px; overflow-wrap: anywhere; }
button.hit:hover { background: var(--faint); }
:is(button.hit, .search input):focus-visible { outline: 2px solid var(--link); outline-offset: -2px; }
::highlight(found) { background: #ffd84d; color: #000; }
[tabindex='-1']:focus { outline: none; }
nav.contents a[aria-current] { color: var(--link); text-shadow: .025em 0 currentcolor; }

.float { margin: 2.25rem 0; }
.scroll { overflow-x: auto; container-type: inline-size; }
/* A shadow at the side where more is hidden: the covers scroll with the content, the shadows stay. */
.scroll:not(.drawing), .formula, pre {
  background:
    linear-gradient(90deg, var(--under) 40%, transparent) left / 2.5rem 100% no-repeat local,
    linear-gradient(-90deg, var(--under) 40%, transparent) right / 2.5rem 100% no-repeat local,
    linear-gradient(90deg, var(--edge), transparent) left / .7rem 100% no-repeat scroll,
    linear-gradient(-90deg, var(--edge), transparent) right / .7rem 100% no-repeat scroll;
  background-color: var(--under);
}
/* A drawing hides what is under it, so its shadow lies over it: where the window is narrower than its least width. */
.drawing { display: grid; }
.drawing > svg, .drawing::after { grid-area: 1 / 1; }
@container (max-width: 33.9rem) {
  :is(.float, .float > details) > .drawing::after { content: ''; position: sticky; right: 0; justify-self: end; width: .9rem; background: linear-gradient(-90deg, var(--edge), transparent); pointer-events: none; }
  /* These may fit: the animation, which runs where they scroll, shows it. */
  .drawing:has(> .narrow)::after { opacity: 0; }
  @supports (animation-timeline: scroll()) {
    .drawing::after { animation: hide-edge linear both; animation-timeline: scroll(nearest inline); animation-range: 90% 100%; }
  }
}
@keyframes hide-edge { from { opacity: 1; } to { opacity: 0; } }
table { border-collapse: collapse; font: .76rem/1.4 var(--sans); font-variant-numeric: lining-nums tabular-nums; }
article > .scroll { margin: 1.5rem 0; }
:is(li, blockquote, .callout, dd) > .scroll { margin: 1rem 0; }
li:has(> input[type='checkbox']:first-child, > p:first-child > input[type='checkbox']:first-child) { list-style: none; }
caption { text-align: start; padding: 0 0 .55rem; }
caption > span { display: inline-block; position: sticky; inset-inline-start: 0; max-width: min(68ch, 100cqw); font: .92rem/1.45 var(--serif); }
th, td { padding: .26rem .6rem; text-align: start; vertical-align: baseline; }
thead { border-top: 1.5px solid var(--ink); border-bottom: 1px solid var(--ink); }
thead th { font-weight: 600; vertical-align: bottom; white-space: nowrap; }
th[scope='colgroup'] { border-bottom: 1px solid var(--line); }
th .unit { font-weight: 400; color: var(--quiet); }
tbody:last-child { border-bottom: 1.5px solid var(--ink); }
tbody th { font-weight: 400; min-width: 7rem; max-width: 22rem; }
tbody tr:not(.group) + tr { border-top: 1px solid var(--faint); }
/* Wide tables (table.ts): smaller letters, units below names; in large windows they reach beyond the text. */
.dense table { font-size: .66rem; }
.dense :is(th, td) { padding-inline: .3rem; }
.dense thead th { white-space: normal; }
.dense thead .unit { display: block; white-space: nowrap; }
.dense tbody th { min-width: 5.5rem; }
.dense tr.group th > span { left: .3rem; }
@container (max-width: 62rem) {
  .densest table { font-size: .62rem; line-height: 1.35; }
  .densest :is(th, td) { padding-inline: .18rem; }
  .densest tr.group th > span { left: .18rem; }
}
article > .float.dense { max-width: calc(100% + max(0px, (100vw - 83rem) / 2)); width: 200%; }
/* Of a wide table the rows keep their names in sight. */
tr.named > th:first-child, thead tr:first-child > th:first-child { position: sticky; inset-inline-start: 0; background: var(--paper); }
tr.group th { font-weight: 600; padding-top: .8rem; border-bottom: 1px solid var(--line); }
tr.group th > span { position: sticky; left: .6rem; }
.end, td.number, td.none { text-align: end; }
[align='right'] { text-align: right; }
th.center, [align='center'] { text-align: center; }
td.none, td.published, .value.published { color: var(--quiet); }
table.wordy td { text-align: start; white-space: normal; min-width: 5rem; }
.notes { list-style: none; font: .8rem/1.45 var(--sans); color: var(--quiet); margin: .5rem 0 0; padding: 0; max-width: 80ch; }

figure { margin-inline: 0; }
figcaption { font-size: .92rem; line-height: 1.45; max-width: 68ch; margin-top: .6rem; }
details.folded > summary { font-size: .92rem; line-height: 1.45; max-width: 68ch; cursor: pointer; }
details.folded > .drawing { margin-top: .6rem; scroll-margin-top: 6rem; }
.drawing { background: #fff; border-radius: 4px; }
@media screen and (prefers-color-scheme: dark) {
  .drawing:has(> .has-dark) { background: none; }
}
/* A drawing was laid out without the blanks that text-autospace adds; a reader's font may be wider than the one it was measured with. */
.drawing svg { display: block; max-width: 100%; height: auto; min-width: 34rem; overflow: visible; text-autospace: no-autospace; }
.drawing svg:where(.narrow) { min-width: max-content; }

/* What the data of a figure are, and what the page's script adds. */
details.drawn { font: .8rem/1.5 var(--sans); margin-top: .5rem; }
details.drawn summary { color: var(--quiet); cursor: pointer; width: fit-content; }
details.drawn > :not(summary) { margin: .5rem 0; }
details.drawn pre { max-height: 24rem; overflow: auto; font-size: .72rem; margin: .4rem 0; }
.scroll.rows { container-type: normal; max-height: 24rem; overflow: auto; width: fit-content; max-width: 100%; border: 1px solid var(--line); border-radius: 4px; }
.scroll.rows thead th { position: sticky; top: 0; background: var(--paper); box-shadow: 0 1px var(--ink); border: 0; z-index: 1; }
.scroll.rows td { padding-block: .1rem; }
.tools { font: .8rem/1.5 var(--sans); color: var(--quiet); margin: .5rem 0; }
.tools button { font: inherit; color: var(--ink); background: var(--faint); border: 1px solid var(--line); border-radius: 4px; padding: .05em .6em; margin: .1em 0; min-height: 24px; cursor: pointer; }
.float > .tools button { color: var(--quiet); background: none; }
.tools button:hover, .tools button[aria-pressed='true'] { border-color: var(--quiet); }
button.sort { all: unset; box-sizing: border-box; font: inherit; text-align: inherit; color: inherit; cursor: pointer; border-radius: 2px; }
button.sort:hover { text-decoration: underline; text-decoration-thickness: .06em; text-underline-offset: .2em; }
:is(button.sort, .tools button, pre):focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
/* The arrow takes no room, or columns would change their width. */
th[aria-sort] { position: relative; }
th[aria-sort] > .sort::after { position: absolute; bottom: -.15em; inset-inline: 0; text-align: center; font: .6em/1 var(--sans); content: '▲' / ''; }
th[aria-sort='descending'] > .sort::after { content: '▼' / ''; }
.preview { position: fixed; z-index: 3; width: max-content; max-width: min(42rem, calc(100vw - 16px)); max-height: min(26rem, 70vh); overflow: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 6px; box-shadow: 0 6px 24px rgb(0 0 0 / .18); padding: .8rem 1rem; font-size: .9rem; line-height: 1.5; }
.preview > * { margin: 0 !important; max-width: 100% !important; }
.preview > * + * { margin-top: .5rem !important; }
.preview .drawing svg { min-width: 0; max-height: 18rem; margin: auto; }
.preview td, .preview th { padding-block: .1rem; }
.tip { position: fixed; z-index: 4; pointer-events: none; max-width: 22rem; background: var(--paper); color: var(--ink); border: 1px solid var(--line); border-radius: 4px; box-shadow: 0 2px 10px rgb(0 0 0 / .2); padding: .3rem .55rem; font: .76rem/1.45 var(--sans); font-variant-numeric: tabular-nums; }
/* A hollow mark answers all over. Those of a line do not: what it goes around is not its own. */
:is(.mark-symbol, .mark-rect, .mark-arc, .mark-area) > [data-tip] { pointer-events: all; }
svg .dimmed, svg .unselected { opacity: .06; }
svg.selectable { cursor: crosshair; touch-action: pan-x pan-y; user-select: none; }
svg .brush { fill: var(--link); fill-opacity: .1; stroke: var(--link); stroke-opacity: .5; pointer-events: none; }
.selection input { width: 9rem; height: 24px; margin: 0 .2rem; vertical-align: middle; accent-color: var(--link); }
/* Of zoom.js: over the corner of a drawing or picture, and the dialog. The figure is as large as both sides of its view allow, times a scale. */
.zoom { all: unset; box-sizing: border-box; grid-area: 1 / 1; place-self: start end; position: sticky; right: .25rem; z-index: 1; width: 1.75rem; height: 1.75rem; margin: .25rem; text-align: center; font: 1rem/1.6rem var(--sans); cursor: zoom-in; color: var(--quiet); background: var(--paper); border: 1px solid var(--line); border-radius: 4px; }
.zoom::before { content: '⤢' / ''; }
.zoom:hover { color: var(--ink); }
.picture > .zoom { position: absolute; top: .25rem; }
.float .picture > img { cursor: zoom-in; }
@media (hover: hover) {
  .zoom:not(:focus-visible) { opacity: 0; }
  :is(.drawing, .picture):hover > .zoom { opacity: 1; }
}
dialog.zoomed { box-sizing: border-box; width: 100vw; height: 100dvh; max-width: none; max-height: none; margin: 0; border: 0; padding: .75rem 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.6 var(--serif); }
.zoomed[open] { display: flex; flex-direction: column; gap: .5rem; }
.zoomed > .tools { margin: 0; text-align: right; }
.zoomed > .tools button { min-width: 2.25rem; min-height: 2.25rem; font-size: 1.1rem; }
.zoomed [aria-disabled='true'] { color: var(--edge); cursor: default; }
.zoomed > .view { flex: 1; min-height: 0; overflow: auto; container-type: size; display: grid; }
.zoomed > .view > * { display: block; padding: 0; width: calc(min(100cqw, 100cqh * var(--aspect)) * var(--scale)); max-width: none; margin: auto; }
.zoomed .view > * > * { display: block; width: 100%; min-width: 0; max-width: none; height: auto; }
.zoom-caption { margin: 0; max-height: 20dvh; overflow: auto; font-size: .92rem; line-height: 1.45; }
/* Of around.js. */
.anchor { margin-inline-start: .3em; padding: 0 .15em; font-weight: 400; color: var(--quiet); text-decoration: none; opacity: 0; }
.anchor::before { content: '#' / ''; }
:is(h2, h3, h4, h5, h6):hover .anchor, .anchor:focus-visible { opacity: 1; }
.place { color: inherit; text-decoration: none; }
.place:hover { text-decoration: underline; }
.copy { all: unset; box-sizing: border-box; float: right; position: sticky; right: 0; margin: -.4rem -.6rem 0 .5rem; width: 1.75rem; height: 1.75rem; text-align: center; cursor: pointer; color: var(--quiet); background: var(--under); border: 1px solid var(--line); border-radius: 4px; font: .9rem/1.5rem var(--sans); }
/* Two sheets, drawn, since fonts may lack the sign. */
.copy::before { content: ''; display: inline-block; width: .6rem; height: .7rem; margin: .25rem .2rem 0 0; background: var(--under); border: 1.5px solid; border-radius: 2px; box-shadow: .2rem -.2rem 0 -1.5px var(--under), .2rem -.2rem 0 0 currentcolor; }
.copy.done::before { content: '✓' / ''; all: unset; }
@media (hover: hover) {
  pre > .copy:not(:focus-visible, .done) { opacity: 0; }
  pre:hover > .copy { opacity: 1 !important; }
}
.scheme { all: unset; box-sizing: border-box; position: absolute; top: .9rem; inset-inline-end: 1.25rem; width: 1.75rem; height: 1.75rem; text-align: center; font: 1.1rem/1.75rem var(--sans); color: var(--quiet); cursor: pointer; border-radius: 4px; }
.scheme::before { content: '◐' / ''; }
:is(.copy, .scheme):hover { color: var(--ink); }
:is(.copy, .scheme, .anchor, .to-contents, .zoom):focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
.unfold { all: unset; cursor: pointer; }
.unfold:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.unfold::after { content: ' ▾' / ''; }
.unfold[aria-expanded='true']::after { content: ' ▴' / ''; }
.translations { padding-inline-end: 2.5rem; }
nav.contents .to-contents { position: fixed; left: .75rem; bottom: .75rem; z-index: 2; width: 2.5rem; height: 2.5rem; text-align: center; font-size: 1.2rem; line-height: 2.4rem; color: var(--quiet); background: var(--paper); border: 1px solid var(--line); border-radius: 99px; box-shadow: 0 1px 6px rgb(0 0 0 / .15); text-decoration: none; visibility: hidden; }
nav.contents .to-contents::before { content: '↑' / ''; }
nav.contents .to-contents.shown { visibility: visible; }
details.cite { font: .8rem/1.5 var(--sans); margin-top: .4rem; }
details.cite summary { color: var(--quiet); cursor: pointer; width: fit-content; }
details.cite pre { margin: .4rem 0; }
button.entry[aria-pressed='false'] { color: var(--quiet); text-decoration: line-through; }

aside.claim { margin: 1.5rem 0; padding: .6rem 1rem; border-inline-start: 3px solid var(--line); font: .86rem/1.5 var(--sans); background: var(--faint); }
aside.claim p { margin: 0 0 .5rem; }
aside.claim.reproduced { border-inline-start-color: #2a7a4b; }
aside.claim.not-reproduced { border-inline-start-color: var(--warn); }
aside.claim dl { font-size: .92em; margin: 0; grid-template-columns: fit-content(30%) 1fr; }
aside.claim > details { margin-top: .5rem; }
aside.claim summary { color: var(--quiet); cursor: pointer; }
aside.claim details pre { font-size: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
aside.claim table.cells thead tr:first-child > th:first-child { background: none; }
aside.claim details > * { margin-block: .6rem; }

details.experiment { margin: 1.5rem 0; border: 1px solid var(--line); border-radius: 4px; padding: .45rem .9rem; }
details.experiment > summary { font: .86rem/1.5 var(--sans); color: var(--quiet); cursor: pointer; }
details.experiment[open] > summary { margin-bottom: .75rem; }
table.cells { font-size: .72rem; }
td.files { white-space: nowrap; }

footer { border-top: 1px solid var(--line); margin-top: 4rem; padding-top: .5rem; font: .82rem/1.5 var(--sans); color: var(--quiet); }
footer h2 { font-size: 1rem; margin: .75rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.25rem; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
dl.definitions { display: block; }
dl.definitions dt { margin-top: .8em; }
dl.definitions dd { margin: .2em 0; margin-inline-start: 1.5em; }
section.footnotes { font-size: .9rem; border-top: 1px solid var(--line); margin-top: 3rem; }
@counter-style cite { system: extends decimal; prefix: '['; suffix: '] '; }
.references ol { list-style: cite; padding-inline-start: 2.2rem; font-size: .9rem; }
.references li { margin: .35rem 0; overflow-wrap: anywhere; }
.references li:target { background: var(--faint); }
.sr-only { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

@media (min-width: 76rem) {
  body:has(> nav.contents) { display: grid; grid-template-columns: 13rem minmax(0, 62rem); gap: 3.5rem; justify-content: center; }
  nav.contents { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; margin: 0; padding: 3.4rem 0 2rem; }
  nav.contents ~ main { margin: 0; width: 100%; }
  nav.contents .to-contents { display: none; }
}
@media (max-width: 40rem) {
  html { font-size: 1.03rem; }
  .search { margin-inline-end: 2.25rem; }
  .folds nav.contents:not(.unfolded) > ol { display: none; }
  h1 { font-size: 1.65rem; margin-top: 1.75rem; }
  tr.named > th:first-child { white-space: normal; max-width: 8rem; }
  dl, aside.claim dl { grid-template-columns: 1fr; }
  dd { margin-bottom: .4rem; }
}
/* Mathematics. */
math { font-family: 'STIX Two Math', 'Cambria Math', 'Latin Modern Math', 'Libertinus Math', 'TeX Gyre Termes Math', 'DejaVu Math TeX Gyre', 'Noto Sans Math', math; }
p > math[display='block'], li > math[display='block'] { margin: .6em 0; }
/* A flex box that scrolls keeps the baseline of what is in it. */
.formula { display: inline-flex; max-width: 100%; overflow-x: auto; }
.equation { display: flex; align-items: center; gap: 1rem; margin: 1.2em 0; scroll-margin-top: 1rem; }
.equation > .scroll { flex: 1; min-width: 0; padding: .15em 0; }
.equation > .number { font-family: var(--sans); font-size: .86rem; color: var(--quiet); }
:is(.equation .scroll, .formula):not(:focus-visible) { outline: none; }
/* The content of a cell is a block, which text-align moves in browsers' own words only. */
mtd.left { text-align: left; text-align: -moz-left; text-align: -webkit-left; }
mtd.right { text-align: right; text-align: -moz-right; text-align: -webkit-right; }
mtable.tight > mtr > mtd { padding-inline: 0; }
.enclosed-box { border: 1px solid currentcolor; padding: .2em .3em; }
.enclosed-updiagonalstrike { background: linear-gradient(to top right, transparent calc(50% - .6px), currentcolor calc(50% - .6px) calc(50% + .6px), transparent calc(50% + .6px)); }
.enclosed-downdiagonalstrike { background: linear-gradient(to bottom right, transparent calc(50% - .6px), currentcolor calc(50% - .6px) calc(50% + .6px), transparent calc(50% + .6px)); }
.enclosed-horizontalstrike { background: linear-gradient(transparent calc(50% - .6px), currentcolor calc(50% - .6px) calc(50% + .6px), transparent calc(50% + .6px)); }

/* Listings, callouts, pictures, parts of figures. */
.code-keyword { color: var(--code-keyword); }
.code-string { color: var(--code-string); }
.code-comment { color: var(--code-comment); font-style: italic; }
.code-number { color: var(--code-number); }
.code-name { color: var(--code-name); }
.code-type { color: var(--code-type); }
.code-added { color: var(--tip); }
.code-removed { color: var(--caution); }
html article > .float.listing { max-width: 68ch; }
.listing figcaption { margin: 0 0 .4rem; }
.listing pre { margin-top: 0; }
.callout { margin: 1.5rem 0; padding: .6rem 1rem; border-inline-start: 4px solid var(--note); background: var(--faint); border-radius: 0 4px 4px 0; }
.callout > :last-child { margin-bottom: 0; }
.callout-title { font: 600 .86rem/1.5 var(--sans); color: var(--note); margin: 0 0 .35em; }
.callout-tip { border-color: var(--tip); }
.callout-tip .callout-title { color: var(--tip); }
.callout-important { border-color: var(--important); }
.callout-important .callout-title { color: var(--important); }
.callout-warning { border-color: var(--warning); }
.callout-warning .callout-title { color: var(--warning); }
.callout-caution { border-color: var(--caution); }
.callout-caution .callout-title { color: var(--caution); }
/* Pictures are mostly drawn for white paper. */
.picture { position: relative; background: #fff; border-radius: 4px; padding: .5rem; width: fit-content; max-width: 100%; }
.picture img { display: block; }
.parts { display: grid; gap: 1.25rem; align-items: end; }
.parts > figure { margin: 0; min-width: 0; }
.parts figcaption { margin-top: .35rem; }
.parts .drawing svg { min-width: 0; }
@media (min-width: 40.01rem) {
  .columns-2 { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .columns-3 { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .columns-4 { grid-template-columns: repeat(4, minmax(0, 1fr)); }
  .columns-5 { grid-template-columns: repeat(5, minmax(0, 1fr)); }
  .columns-6 { grid-template-columns: repeat(6, minmax(0, 1fr)); }
}
.fact { font-family: var(--sans); font-size: .9rem; color: var(--quiet); margin: 0 0 .15rem; overflow-wrap: anywhere; }
.orcid { display: inline-block; font: 700 .62rem/1.5 var(--sans); margin: 0 .15em 0 .3em; padding: 0 .35em; border-radius: 99px; text-decoration: none; color: #fff; background: #4d7a12; vertical-align: .12em; }
:is(h2, h3, h4, h5, h6) > .number { font-variant-numeric: lining-nums tabular-nums; color: var(--quiet); font-weight: 400; }
td.to-start { text-align: start; }
td.to-center { text-align: center; }
td.to-end { text-align: end; }

@media (prefers-reduced-motion: reduce) {
  html { scroll-behavior: auto; }
}

@page { margin: 18mm 16mm; }
@page wide { size: A4 landscape; margin: 1cm; }
@media print {
  :root { color-scheme: light !important; --paper: #fff; --ink: #000; --quiet: #444; --line: #bbb; --faint: #f4f4f4; --link: #000; --warn: #000; --warn-paper: #eee; }
  html { font-size: 10pt; }
  body, body:has(> nav.contents) { display: block; padding: 0; }
  nav, .skip, .search, .preview, .tip, .tools, .zoom, .zoomed, .anchor, .copy, .scheme, details.drawn { display: none !important; }
  main, main > *, article > *, figcaption, caption > span, html:lang(ja) :is(main > *, article > *) { max-width: 100%; }
  .scroll, .scroll:not(.drawing) { overflow: visible; container-type: normal; background: none; }
  .formula { overflow: visible; background: none; }
  pre { background: var(--faint); }
  .drawing::after { content: none; }
  /* A figure and its caption are on one page. */
  .drawing svg { min-width: 0; max-height: 20cm; }
  img { max-height: 20cm; object-fit: contain; object-position: left; }
  details.folded > summary { break-after: avoid; }
  /* Buttons are left out of heads that are repeated on the next page. */
  button.sort { display: contents; }
  caption > span { max-width: 100%; position: static; }
  table { font-size: 7.5pt; }
  th, td { padding: .15rem .35rem; }
  tr.named > th:first-child, thead tr:first-child > th:first-child { position: static; }
  .float.wide { page: wide; }
  .float.wide table { font-size: 6.5pt; }
  /* A printed page cannot be opened. */
  details.folded::details-content { content-visibility: visible; block-size: auto; }
  summary { list-style: none; }
  summary::-webkit-details-marker { display: none; }
  /* What is closed otherwise stays so: sources and inputs, as the page has them. */
  details:not([open], .folded, :has(details[open])) { display: none; }
  details.experiment, aside.claim, .callout, pre { break-inside: auto; box-decoration-break: clone; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  /* An arrow before what goes on in a further line: of a column of them, as many are seen as there are such lines. */
  pre .line { display: block; position: relative; padding-left: 1.4em; text-indent: -1.4em; }
  pre .line::before { content: '↪\\A↪\\A↪\\A↪\\A↪\\A↪\\A↪\\A↪\\A↪\\A↪\\A↪\\A↪\\A↪' / ''; position: absolute; left: 0; top: 1lh; height: calc(100% - 1lh); overflow: hidden; text-indent: 0; color: var(--quiet); }
  th[aria-sort] > .sort::after { content: none; }
  thead { display: table-header-group; }
  tr, figure, .drawing, .equation, dt, li, .banner { break-inside: avoid; }
  caption { break-after: avoid; }
  dl.definitions dt, figcaption, h2, h3, h4, aside.claim > p:first-child { break-after: avoid; }
  figure > .drawing { break-after: avoid; }
  p { orphans: 3; widows: 3; }
  a { text-decoration: none; }
  /* Where a link leads, unless its text says so. Long lists of works have their addresses in their texts. */
  main a[href^='http']:not(.orcid)::after { content: ' (' attr(href) ')'; font-size: .85em; overflow-wrap: anywhere; color: var(--quiet); }
  :is(.references, .fact, table, .authors) a[href^='http']::after { content: none; }
}
`
