import { expect, it } from 'vitest'
import { parseModule } from '../../src/engine/imports.ts'

it('a module that takes long to be parsed is refused at once', () => {
  const line = "import './a.ts'\n"
  const text = line + '// x\n'.repeat(400_000)
  expect(parseModule(text, 'a.ts')).toEqual({
    imports: [],
    problem: {
      reason: expect.stringContaining('more than 2000000 characters of code'),
      place: { line: 1, column: 1 },
    },
  })
  expect(parseModule(text.slice(0, 1000), 'a.ts').imports).toHaveLength(1)
})

it('a glob of braces has an end', async () => {
  const { matching } = await import('../../src/files/glob.ts')
  const found = (pattern: string) => matching(pattern, '/nowhere', () => [])
  expect(() => found('{a,b}'.repeat(30))).toThrow('more than 2000 alternatives')
  expect(() => found('x{1..100000}')).toThrow('more than 2000 alternatives')
  expect(found('data/{a,b}{1..9}.csv')).toEqual([])
})
