import { expect, it } from 'vitest'
import { loadHighlighter } from '../../src/report/highlight.ts'
import { within } from '../../src/text/deadline.ts'
import { reportOf } from './print/document.ts'

/** Takes the cube of its length. */
const links = '[a]('.repeat(12_000)

it('finds kinds of words, also in what follows a code that takes too long', async () => {
  const highlight = await loadHighlighter(['md', 'c', 'unknown'], 100)
  expect(highlight('int a;', 'c')).toEqual([{ kind: 'type', text: 'int' }, ' a;'])
  expect(highlight('int a;', 'unknown')).toEqual(['int a;'])
  expect(highlight('a'.repeat(50_001), 'c')).toEqual({ reason: 'it has more than 50000 characters' })
  expect(highlight(links, 'md')).toEqual({ reason: 'finding them takes too long' })
  expect(highlight('int a;', 'c')).toEqual({ reason: 'those before it take too long' })
  const again = await loadHighlighter(['md'])
  expect(again('# a', 'md')).toEqual([{ kind: 'name', text: '# a' }])
})

it('ends work at its deadline, within a pattern, and passes on what it throws', () => {
  const pattern = /^(a+)+$/
  expect(within(30, () => pattern.test(`${'a'.repeat(60)}b`))).toBeUndefined()
  expect(within(1000, () => within(1000, () => 'made'))).toBe('made')
  expect(() => within(1000, () => JSON.parse('{'))).toThrow(SyntaxError)
})

it('a report tells at which code it has no colours, and shows its text', async () => {
  const { body, problems } = await reportOf(
    `A\n\n\`\`\`c\n${'a'.repeat(50_001)}\n\`\`\`\n\n\`\`\`c\nint a;\n\`\`\``,
  )
  expect(problems).toEqual([
    {
      type: 'loss',
      message: 'the code is shown without colours, as it has more than 50000 characters',
      place: expect.objectContaining({ line: 7, column: 1 }),
    },
  ])
  expect(body.children.slice(1)).toMatchObject([
    { type: 'listing', code: ['a'.repeat(50_001)] },
    { type: 'listing', code: [{ kind: 'type', text: 'int' }, ' a;'] },
  ])
})
