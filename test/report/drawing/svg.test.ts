import { describe, expect, it } from 'vitest'
import { parseSvg, printSvg } from '../../../src/report/drawing/svg.ts'

const inside = (markup: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${markup}</svg>`

describe('the SVG of a drawing', () => {
  it('is printed as vega prints it', () => {
    const text = inside(
      '<g class="mark-text"><text font-family="&quot;A&quot;">a &lt; b &amp; c</text><path d=""/></g>',
    )
    expect(printSvg(parseSvg(text))).toBe(text)
  })

  it.each([
    ['<script>x</script>', '<script>'],
    ['<style>*{}</style>', '<style>'],
    ['<image xlink:href="x"/>', '<image>'],
    ['<foreignObject><p/></foreignObject>', '<foreignObject>'],
    ['<use href="#a"/>', '<use>'],
    ['<animate attributeName="href"/>', '<animate>'],
    ['<title>x</title>', '<title>'],
    ['<SCRIPT>x</SCRIPT>', '<SCRIPT>'],
    ['<g onload="x"/>', 'onload="x" (of <g>)'],
    ['<g onclick="x"/>', 'onclick="x"'],
    ['<g style="fill:url(x)"/>', 'style='],
    ['<g style="mix-blend-mode: multiply; background: url(x);"/>', 'style='],
    ['<path fill="url(http://x)"/>', 'fill='],
    ['<path fill="url(#elsewhere)"/>', 'fill="url(#elsewhere)"'],
    ['<path fill="var(--x)"/>', 'fill='],
    ['<path fill="image(x)"/>', 'fill='],
    ['<path clip-path="url(x.svg#a)"/>', 'clip-path='],
    ['<path filter="url(#a)"/>', 'filter='],
    ['<path d="M0,NaN"/>', 'd="M0,NaN"'],
    ['<g transform="translate(Infinity,0)"/>', 'transform='],
    ['<path stroke-width="undefined"/>', 'stroke-width='],
    ['<text font-family="x;} body {"/>', 'font-family='],
    ['<g id="a"/>', 'id='],
    ['<g data-x="1"/>', 'data-x='],
    ['<g xml:base="http://x"/>', 'xml:base='],
    ['<g constructor="1"/>', 'constructor='],
    ['<a href="https://x"/>', 'href='],
    ['<a xlink:href="javascript:x"/>', 'links only to'],
    ['<g>text</g>', 'text in <g>'],
    ['<g><![CDATA[x]]></g>', 'in <g>'],
    ['<?x y?>', 'in <svg>'],
    ['<g', 'not well-formed SVG'],
    ['&x;', 'not well-formed SVG'],
    ['<text>\u0001</text>', 'not well-formed SVG'],
  ])('may not have %s', (markup, message) => {
    expect(() => parseSvg(inside(markup))).toThrow(message)
  })

  it('is the only element', () => {
    expect(() => parseSvg('<html/>')).toThrow('the drawing is not an SVG')
    expect(() => parseSvg(`${inside('')}<p/>`)).toThrow('not well-formed SVG')
  })
})
