import { expect, it } from 'vitest'
import { lean } from '../../../src/report/drawing/lean.ts'
import { parseSvg, printSvg } from '../../../src/report/drawing/svg.ts'

const made = (inside: string) =>
  printSvg(lean(parseSvg(`<svg width="10" height="10" viewBox="0 0 10 10">${inside}</svg>`)))

it('says a font once that all texts have', () => {
  const two = made('<text font-family="A">a</text><g><text font-family="A">b</text></g>')
  expect(two).toContain('viewBox="0 0 10 10" font-family="A"')
  expect(two.match(/font-family/g)).toHaveLength(1)
})

it.each([
  '<text font-family="A">a</text><text font-family="B">b</text>',
  '<text font-family="A">a</text><text>b</text>',
])('leaves fonts that differ: %s', (inside) => expect(made(inside)).toContain(inside))

it('rounds places that nobody sees, and nothing else', () => {
  expect(made('<g transform="translate(130.68943227349936,-0.0000001)rotate(-90)"/>')).toContain(
    'transform="translate(130.689,0)rotate(-90)"',
  )
  expect(made('<g transform="translate(1.5,2)"/>')).toContain('translate(1.5,2)')
  expect(made('<g transform="translate(1.23456e-7,2)"/>')).toContain('translate(1.23456e-7,2)')
})

it('leaves out what is not drawn', () => {
  expect(made('<path d="" display="none"/><path d="M0,0"/>')).not.toContain('none')
  expect(made('<path d="" fill="#fff"/>')).toContain('d=""')
})
