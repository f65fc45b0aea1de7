/** What Typst is written for parts of a text. */

import { describe, expect, it } from 'vitest'
import { writeTypst } from '../../../src/report/print/typst/document.ts'
import { reportOf } from './document.ts'

async function typst(body: string, front = 'title: T') {
  const { text, problems } = writeTypst(await reportOf(body, { front }), 'd')
  return { text: String(text), problems }
}

describe('Typst', () => {
  it('has a check mark for what is done', async () => {
    const { text } = await typst('- [x] done\n- [ ] open')
    expect(text).toContain('[#task(true);~done][#task(false);~open]')
  })

  it('has a title of any length in one line at the head of its pages', async () => {
    const long = `${'many words '.repeat(40)}end`
    expect((await typst('A', `title: ${long}`)).text).toMatch(/emph\("many words [a-z ]{60,160}…"\)/)
    expect((await typst('A', 'title: Short')).text).toContain('emph("Short")')
  })
})
