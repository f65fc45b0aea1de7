import { describe, expect, it } from 'vitest'
import type { Svg } from '../../../src/report/drawing/element.ts'
import { withSharedTips } from '../../../src/report/drawing/tips.ts'

const drawing = (tips: readonly string[]): Svg => ({
  name: 'svg',
  attributes: {},
  children: tips.map((tip) => ({ name: 'path', attributes: { 'data-tip': tip }, children: [] })),
})

/** As the page's script reads them. */
function readBack({ attributes, children }: Svg): readonly (string | undefined)[] {
  const shared = attributes['data-tips']?.split('; ') ?? []
  const whole = (text: string) => (text.startsWith('#') ? shared[Number(text.slice(1))] : text)
  return children.map((child) => {
    const tip = typeof child === 'string' ? undefined : child.attributes['data-tip']
    return tip
      ?.split('; ')
      .map((part) =>
        part
          .split(/: (.*)/s)
          .slice(0, 2)
          .map(whole)
          .join(': '),
      )
      .join('; ')
  })
}

describe('tips', () => {
  it.each([
    [['time: 1; pattern: idle', 'time: 2; pattern: idle', 'time: 3; pattern: busy']],
    [['time: 1']],
    [['name: #0; time: 1', 'name: #1; time: 1']],
    [['a: b: c', 'long name: b: c; other: ', 'long name: b: c; other: ']],
  ])('are the same after what they share is said once: %j', (tips) => {
    expect(readBack(withSharedTips(drawing(tips)))).toEqual(tips)
  })

  it('of thousands of marks are kept, and shorter', () => {
    const tips = Array.from(
      { length: 2000 },
      (_, index) =>
        `until the first stamp of the standby (ms, logarithmic): ${index}; pattern: both domUs busy`,
    )
    const shared = withSharedTips(drawing(tips))
    expect(readBack(shared)).toEqual(tips)
    expect(JSON.stringify(shared).length).toBeLessThan(0.6 * JSON.stringify(drawing(tips)).length)
  })

  it('are left out of a drawing with too many of their own', () => {
    const tips = Array.from({ length: 30_000 }, (_, index) => `time: ${index}.${index}${index}`)
    const left = withSharedTips(drawing(tips))
    expect(JSON.stringify(left)).not.toContain('data-tip')
  })
})
