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
  const shared = attributes['data-tips']?.split('\n') ?? []
  const whole = (text: string) => (text.startsWith('#') ? shared[Number(text.slice(1))] : text)
  return children.map((child) => {
    const tip = typeof child === 'string' ? undefined : child.attributes['data-tip']
    return tip
      ?.split('\n')
      .map((part) => part.split('\t').map(whole).join('\t'))
      .join('\n')
  })
}

describe('tips', () => {
  it.each([
    [['time\t1\npattern\tidle', 'time\t2\npattern\tidle', 'time\t3\npattern\tbusy']],
    [['time\t1']],
    [['name\t#0\ntime\t1', 'name\t#1\ntime\t1']],
    [['a: b\tc', 'long name: b\tc; other: 1\nlast\t', 'long name: b\tc; other: 1\nlast\t']],
  ])('are the same after what they share is said once: %j', (tips) => {
    expect(readBack(withSharedTips(drawing(tips)))).toEqual(tips)
  })

  it('of thousands of marks are kept, and shorter', () => {
    const tips = Array.from(
      { length: 2000 },
      (_, index) =>
        `until the first stamp of the standby (ms, logarithmic)\t${index}\npattern\tboth domUs busy`,
    )
    const shared = withSharedTips(drawing(tips))
    expect(readBack(shared)).toEqual(tips)
    expect(JSON.stringify(shared).length).toBeLessThan(0.6 * JSON.stringify(drawing(tips)).length)
  })

  it('are left out of a drawing with too many of their own', () => {
    const tips = Array.from({ length: 30_000 }, (_, index) => `time\t${index}.${index}${index}`)
    const left = withSharedTips(drawing(tips))
    expect(JSON.stringify(left)).not.toContain('data-tip')
  })
})
