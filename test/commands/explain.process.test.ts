import { expect, it } from 'vitest'
import { repro, write } from '../project.ts'

it('explain takes a document, alone for its page, and before or behind a step', async () => {
  write({
    'a.md': '---\ntitle: T\n---\n\n```yaml data\nid: times\nfile: t.csv\n```\n\n`=times.ms.mean`\n',
    't.csv': 'ms\n1\n2\n',
  })
  const page = await repro('explain', 'a.md')
  expect(page.out).toMatch(/^page is /)
  expect(await repro('explain', 'page', 'a.md')).toEqual(page)
  const cell = await repro('explain', 'a.md', 'times/data/all')
  expect(cell.out).toMatch(/^times\/data\/all is /)
  expect(await repro('explain', 'times/data/all', 'a.md')).toEqual(cell)
})

it('explain names a document that is not there', async () => {
  write({ 'paper/index.md': '# T\n' })
  expect(await repro('explain', 'b.md')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('no document, and no step of this name: b.md (known: page)'),
  })
})
