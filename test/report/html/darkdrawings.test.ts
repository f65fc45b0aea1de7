import { describe, expect, it } from 'vitest'
import { darkColor, darkStyle, rgbOf } from '../../../src/report/html/darkdrawings.ts'
import { drawingElement } from '../../../src/report/html/drawing.ts'
import { theme } from '../../../src/report/theme.ts'

const paper = '#191817'

/** Contrast of two colours (WCAG 2.2), from 1 to 21. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [one, other].map(luminance).sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (rgbOf(color) ?? []).map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const dark = (color: string) => darkColor(rgbOf(color) as readonly [number, number, number])
const drawing = (inner: string) => {
  const found = drawingElement(`<svg width="900" class="marks">${inner}</svg>`).data?.drawing
  return { svg: found?.text ?? '', style: darkStyle(found?.colors ? [found.colors] : []) }
}
const classesOf = (svg: string) => /^<svg [^>]*class="([^"]*)"/.exec(svg)?.[1]

describe('a colour in the dark', () => {
  const { category } = theme.range as { readonly category: readonly string[] }

  it.each([...category, '#4c78a8', '#b22222', 'navy', 'purple', '#00008b'])(
    'stands out from the page: %s',
    (color) => {
      expect(contrast(dark(color), paper)).toBeGreaterThanOrEqual(3)
    },
  )

  it.each(['#333333', '#333', '#666666', '#555555', 'black'])('of text is read easily: %s', (color) => {
    expect(contrast(dark(color), paper)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(['#ffffff', '#e6e6e6', '#eeeeee', '#cfe3f2', '#dfe5ea'])(
    'of a ground carries light text: %s',
    (color) => {
      expect(contrast(dark('#333333'), dark(color))).toBeGreaterThanOrEqual(4.5)
    },
  )

  it('of the palette stays another than the others', () => {
    expect(new Set(category.map(dark)).size).toBe(category.length)
  })

  it('of lines of a grid stays quiet', () => {
    expect(contrast(dark('#e6e6e6'), paper)).toBeLessThan(2)
  })
})

describe('a drawing', () => {
  it('has a dark form, whose rules name its colours and leave its attributes', () => {
    const { svg, style } = drawing('<path fill="#0072b2" stroke="white" d="M0,0"/>')
    expect(classesOf(svg)).toBe('has-dark marks')
    expect(style).toContain(`.has-dark [fill="#0072b2"] { fill: ${dark('#0072b2')}; }`)
    expect(style).toContain(`.has-dark [stroke="white"] { stroke: ${dark('white')}; }`)
    expect(style).toMatch(/^@media screen and \(prefers-color-scheme: dark\)/)
    expect(svg).toContain('<path fill="#0072b2" stroke="white" d="M0,0"/>')
  })

  it.each([
    ['a gradient', '<defs><linearGradient id="a"/></defs><path fill="url(#a)"/>'],
    ['a colour that is not read', '<path fill="rebeccapurple"/>'],
    ['what could be a rule', '<path fill="red&quot;] { } * { x: url(y)"/>'],
    ['a ramp', Array.from({ length: 40 }, (_, i) => `<path fill="rgb(${i}, 90, 200)"/>`).join('')],
  ])('with %s stays on white', (_, inner) => {
    const { svg, style } = drawing(inner)
    expect(classesOf(svg)).toBe('marks')
    expect(style).toBe('')
  })
})
