import fc from 'fast-check'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { combinationsOf, mostCombinations, silent } from '../../src/document/matrix.ts'
import { folderOf, nameProblem } from '../../src/results/name.ts'
import type { Parameters } from '../../src/results/parameters.ts'

const names = (matrix: Parameters, parameters: Parameters = {}) =>
  combinationsOf(matrix, parameters, silent).map(({ name }) => name)

/** Messages of an experiment block with these further keys, without their places. */
function messages(keys: string): readonly string[] {
  const block = `id: sweep\nscript: a.ts\nenvironments: [local]\ntrials: 2\n${keys}`
  const file = new VFile(`---\ntitle: T\n---\n\n\`\`\`yaml experiment\n${block}\n\`\`\`\n`)
  parseDocument(file)
  return file.messages.map(({ line, column, reason }) => `${line}:${column} ${reason}`)
}

describe('combinations of a matrix', () => {
  it('are the product of its factors, the first one slowest', () => {
    expect(names({ sizeKb: [4, 64], threads: [1, 2] })).toEqual([
      'sizeKb-4.threads-1',
      'sizeKb-4.threads-2',
      'sizeKb-64.threads-1',
      'sizeKb-64.threads-2',
    ])
  })

  it('have labels of all their values, or those of a template', () => {
    const labels = (matrix: Parameters) =>
      combinationsOf(matrix, { sizeKb: 4 }, silent).map(({ label }) => label)
    const matrix = { sizeKb: [4, 64], threads: [1] }
    expect(labels(matrix)).toEqual(['sizeKb 4, threads 1', 'sizeKb 64, threads 1'])
    expect(labels({ ...matrix, label: '{sizeKb} kB' })).toEqual(['4 kB', '64 kB'])
  })

  it('are named by what differs from the baseline, and change that alone', () => {
    const parameters = { sizeKb: 4, domu: { vcpus: 1, memoryMb: 813 } }
    const matrix = { sizeKb: [4, 64], 'domu.vcpus': [1, 2] }
    expect(combinationsOf(matrix, parameters, silent).map(({ name, changes }) => [name, changes])).toEqual([
      ['baseline', {}],
      ['domu.vcpus-2', { domu: { vcpus: 2 } }],
      ['sizeKb-64', { sizeKb: 64 }],
      ['domu.vcpus-2.sizeKb-64', { sizeKb: 64, domu: { vcpus: 2 } }],
    ])
  })

  it('keep their names when a parameter of the baseline becomes a factor, and when values or factors move', () => {
    const parameters = { sizeKb: 4, threads: 1 }
    const before = names({ sizeKb: [4, 64] }, parameters)
    const after = names({ threads: [2, 1], sizeKb: [1024, 64, 4] }, parameters)
    expect(after).toEqual(expect.arrayContaining([...before]))
    expect(names({ b: [1, 2], a: [3] }).sort()).toEqual(names({ a: [3], b: [2, 1] }).sort())
  })

  it.each<[string | number | boolean, string]>([
    [0.5, 'x-0.5'],
    [-5, 'x--5'],
    [1e21, 'x-1e21'],
    [true, 'x-true'],
    ['5.1', 'x-5.1'],
    ['slow path', 'x-slow-path'],
    ['Größe', 'x-Größe'],
    ['/usr/lib', 'x-usr-lib-c6f5d4'],
    ['', 'x-e3b0c4'],
  ])('have %j in their name as %s', (value, name) => {
    const [found = ''] = names({ x: [value] })
    expect(found.replace(/-[0-9a-f]{6}$/, '')).toBe(name.replace(/-[0-9a-f]{6}$/, ''))
    expect(nameProblem(found, { dots: true })).toBeUndefined()
  })

  it('have names that differ and are folders, whatever the values', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom('a', 'A', 'a b', 'a-b'),
    )
    const factor = fc.constantFrom('a', 'a.b', 'b', 'long name of a factor', 'Größe')
    fc.assert(
      fc.property(
        fc.dictionary(factor, fc.uniqueArray(value, { minLength: 1, maxLength: 4 }), { minKeys: 1 }),
        (matrix) => {
          const errors: string[] = []
          const note = (_: string, __: unknown, reason: string) => void errors.push(reason)
          const found = combinationsOf(matrix, {}, { keyError: note, valueError: note })
          for (const { name } of found)
            expect([name, nameProblem(name, { dots: true })]).toEqual([name, undefined])
          const folders = new Set(found.map(({ name }) => folderOf(name)))
          // Two combinations of one name are an error, and never one folder.
          if (folders.size < found.length) expect(errors.join()).toContain('would both be called')
          else expect(errors).toEqual([])
        },
      ),
      { numRuns: 200, seed: 20261129 },
    )
  })
})

describe('exclude and include', () => {
  const matrix = { sizeKb: [4, 64], threads: [1, 2] }

  it('leave out what an entry fits, also by some of the factors', () => {
    expect(names({ ...matrix, exclude: [{ sizeKb: 64, threads: 2 }] })).toHaveLength(3)
    expect(names({ ...matrix, exclude: [{ sizeKb: 64 }] })).toEqual([
      'sizeKb-4.threads-1',
      'sizeKb-4.threads-2',
    ])
  })

  it('add parameters to the combinations that an entry fits', () => {
    const found = combinationsOf(
      { ...matrix, include: [{ sizeKb: 64, pinned: true }] },
      { pinned: false },
      silent,
    )
    expect(found.map(({ changes }) => changes.pinned)).toEqual([undefined, undefined, true, true])
  })

  it('add a combination that there is not, also one that was excluded', () => {
    expect(names({ ...matrix, include: [{ sizeKb: 8192, threads: 1 }] }).at(-1)).toBe('sizeKb-8192.threads-1')
    const again = { ...matrix, exclude: [{ sizeKb: 64 }], include: [{ sizeKb: 64, threads: 2 }] }
    expect(names(again)).toEqual(['sizeKb-4.threads-1', 'sizeKb-4.threads-2', 'sizeKb-64.threads-2'])
  })

  it.each([
    ['exclude: [{a: 3}]', '13:17', 'exclude: a has no value 3 (known: 1, 2)'],
    ['exclude: [{b: 1}]', '13:14', 'exclude: no factor of the matrix: b'],
    ['exclude: [{a: 1}, {a: 1}]', '13:21', 'exclude: a 1 is excluded by an entry above'],
    ['exclude: [{a: 1}, {a: 2}]', '11:1', 'exclude leaves no combination of the matrix'],
    ['include: [{a: 1}]', '13:13', 'include: a 1 is in the matrix already, and nothing is added to it'],
    ['include: [{a: 1, c: 1}]', '13:20', 'include: unknown parameter: c'],
    ['include: [{label: x}]', '13:21', 'include: 2 combinations would have the same label'],
    ['include: [{a: 3}, {a: 3}]', '13:21', 'include: a 3 is there twice'],
    ['include: [{a: x}]', '13:17', 'matrix.a has a number and a word'],
    ["label: '{b}'", '13:10', 'label: no factor of the matrix: b'],
    ['label: x', '13:10', 'label: combinations that differ in a would look the same: write {a}'],
  ])('refuse %s', (entry, place, reason) => {
    expect(messages(`\nmatrix:\n  a: [1, 2]\n  ${entry}`)).toContainEqual(
      expect.stringMatching(new RegExp(`^${place} .*`)),
    )
    expect(messages(`\nmatrix:\n  a: [1, 2]\n  ${entry}`).join('\n')).toContain(reason)
  })
})

describe('a matrix', () => {
  it('of too many combinations is refused with their number', () => {
    const ten = '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]'
    const [many] = messages(`matrix: {a: ${ten}, b: ${ten}, c: ${ten}, d: [1, 2]}`)
    expect(many).toContain(
      `matrix has 2000 combinations (10 a x 10 b x 10 c x 2 d): at most ${mostCombinations}`,
    )
    const [more] = messages(`matrix: {a: ${ten}, b: ${ten}, c: ${ten}, d: ${ten}, e: [1, 2]}`)
    expect(more).toContain('matrix has 20000 combinations')
  })

  it.each([
    ['parameters: {sizeKb: 4}\nmatrix: {sizeKB: [4, 8]}', 'unknown parameter: sizeKB (did you mean sizeKb?)'],
    ['parameters: {a: 1}\nmatrix: {a: [x]}', 'a is a number in parameters, here a word: "x"'],
    ['matrix: {a: 1}', 'matrix.a: write a list of values ([1, 2, 4])'],
    ['matrix: {a: [1, 1]}', 'matrix.a has 1 twice'],
    ['matrix: {seed: [1, 2]}', 'seed cannot be a parameter'],
    ['matrix: {}', 'matrix: name at least one factor'],
    ['matrix: {a: [b c, b-c]}', 'a b c and a b-c would both be called a-b-c: write other values'],
    [
      'matrix: {a: [1, 2]}\npatterns: {p: {}}',
      'a has no value in the pattern p: name it in parameters first',
    ],
    [
      'parameters: {a: 1}\nmatrix: {a: [1, 2]}\npatterns: {baseline: {}}',
      'is called baseline, as is a pattern',
    ],
    ['', 'missing key: patterns (or matrix: lists of values and their product)'],
  ])('written as %s is refused', (keys, reason) => {
    expect(messages(keys).join('\n')).toContain(reason)
  })

  it('may stand beside patterns, which come first, and in groups', () => {
    expect(
      messages(
        'parameters: {a: 1}\npatterns: {other: {a: 9}}\nmatrix: {a: [2, 3]}\ngroups: {few: [a-2, other]}',
      ),
    ).toEqual([])
  })
})
