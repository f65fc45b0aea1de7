import { describe, expect, it } from 'vitest'
import { dangers, hostilePage, places } from './hostile.ts'
import { addressPayloads, payloads } from './payloads.ts'

describe('a page with hostile texts', () => {
  it('has many of them', () => {
    expect(new Set([...payloads, ...addressPayloads]).size).toBeGreaterThanOrEqual(150)
    expect(Object.keys(places).length).toBeGreaterThanOrEqual(40)
  })

  it.each(Object.keys(places))('in %s can run, load, send and shadow nothing', async (place) => {
    expect(dangers(await hostilePage(places[place] ?? {}))).toEqual([])
  })

  it.each([
    ['<script>1</script>', 'element script'],
    ['<p onclick="x">', 'p onClick=x'],
    ['<a href="javascript:x">x</a>', 'href javascript:x'],
    ['<img src="http://a.b">', 'src http://a.b'],
    ['<p id=""></p>', 'id '],
    ['<base href="x">', 'element base'],
    ['<p style="x">', 'style x'],
  ])('would be found out by %s', async (markup, danger) => {
    const html = await hostilePage({})
    expect(dangers(html.replace('</body>', `${markup}</body>`))).toContain(danger)
  })
})
