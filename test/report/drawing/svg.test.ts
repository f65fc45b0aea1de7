import { parseXml, XmlElement, XmlText } from '@rgrove/parse-xml'
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
    ['<g><![CDATA[x]]></g>', 'not well-formed SVG, at "<![CDATA[x]]></g>'],
    ['<?x y?>', 'not well-formed SVG'],
    ['<!-- x -->', 'not well-formed SVG'],
    ['<!DOCTYPE x>', 'not well-formed SVG'],
    ['<g', 'not well-formed SVG'],
    ['<g x="1', 'not well-formed SVG'],
    ["<g x='1'/>", 'not well-formed SVG'],
    ['<g  class="a"/>', 'not well-formed SVG'],
    ['<g class="a"class="b"/>', 'not well-formed SVG'],
    ['<g class="a" class="b"/>', 'not well-formed SVG'],
    ['<g __proto__="a"/>', 'not well-formed SVG'],
    ['<g class="<"/>', 'not well-formed SVG'],
    ['<g></path>', 'not well-formed SVG'],
    ['<g></g ></g>', 'not well-formed SVG'],
    ['</svg></svg>', 'not well-formed SVG'],
    ['&x;', 'not well-formed SVG'],
    ['<text>&nbsp;</text>', 'not well-formed SVG'],
    ['<text>a & b</text>', 'not well-formed SVG'],
    ['<text>&#x1;</text>', 'not well-formed SVG'],
    ['<text>&#xD800;</text>', 'not well-formed SVG'],
    ['<text>&#x110000;</text>', 'not well-formed SVG'],
    ['<text>\ud800</text>', 'not well-formed SVG'],
    ['<text>\u0001</text>', 'not well-formed SVG'],
  ])('may not have %s', (markup, message) => {
    expect(() => parseSvg(inside(markup))).toThrow(message)
  })

  it('has the signs that vega writes by their numbers', () => {
    const label = 'a&#x9;&quot;b&quot;&#xA;c&#xD;&amp;d&#x9;1'
    const text = inside(`<path role="graphics-symbol" aria-label="${label}" d=""/>`)
    const [path] = parseSvg(text).children
    expect(path).toEqual({
      name: 'path',
      attributes: { d: '', 'data-tip': 'a\t"b"\nc\r&d\t1' },
      children: [],
    })
  })

  it('is that of a parser of XML', () => {
    const texts = ['', 'a', ' a &lt; b &amp;&quot; ', '&gt;', '日本 𝒳']
    const all = texts.map((one) => `<g class=""><text font-size="9">${one}</text><path d="M0,0"/></g>`)
    const text = inside(all.join(''))
    const asRead = ({ name, attributes, children }: XmlElement): unknown => ({
      name,
      attributes,
      children: children.flatMap((child) =>
        child instanceof XmlElement ? [asRead(child)] : child instanceof XmlText ? [child.text] : [],
      ),
    })
    expect(parseSvg(text)).toEqual(asRead(parseXml(text).root as XmlElement))
  })

  it('is the same whatever was read before it', () => {
    const first = inside('<a xlink:href="https://x/a>b"><path d="M0,0"/></a><path d="M1,1"/><g class="c"/>')
    const edited = first.replace('M1,1', 'M2,2').replace('a>b', 'a>c')
    const [own, other] = [printSvg(parseSvg(first)), printSvg(parseSvg(edited))]
    expect([own, other]).toEqual([first, edited].map((text) => text.replaceAll(/(?<=x\/a)>/g, '&gt;')))
    expect([printSvg(parseSvg(edited)), printSvg(parseSvg(first))]).toEqual([other, own])
    // A tag that was read does not end another.
    expect(() => parseSvg(first.replace('a>b"><path', 'a>b'))).toThrow('not well-formed')
    expect(() => parseSvg(first.replace('M1,1"/>', 'M1,1"'))).toThrow('not well-formed')
  })

  it('is the only element', () => {
    expect(() => parseSvg('<html/>')).toThrow('the drawing is not an SVG')
    expect(() => parseSvg(`${inside('')}<p/>`)).toThrow('not well-formed SVG')
  })
})
