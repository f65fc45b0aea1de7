import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBibliography } from '../../src/bibliography/bibliography.ts'
import { readBibtex } from '../../src/bibliography/bibtex.ts'

async function problemsOf(text: string, cited: readonly string[] = []): Promise<readonly string[]> {
  const { problems } = await parseBibliography(text, cited)
  return problems.map(({ type, line, column, reason }) => `${line}:${column} ${type} ${reason}`)
}

describe('a mistake in a bibliography', () => {
  it.each([
    ['@book{a, title={A}\n@book{b, title={B}}', '2:1 error expected } at the end of the entry, found @'],
    [
      '@book{a, title={A\n\n@book{b, title={B}}',
      '1:16 error title does not end: no } before the entry at line 3',
    ],
    [
      '@book{a, title="A\n@book{b, title={B}}',
      '1:16 error title does not end: no " before the entry at line 2',
    ],
    ['@book{a, title {A}}\r\n@book{b,}', '1:16 error expected = after title, found {'],
    ['@book{a title={A}}\n@book{b,}', '1:9 error expected , after the key a, found t'],
    ['@book{a, title={A} year=1}\n@book{b,}', '1:20 error expected , or } after title, found y'],
    [
      '@book{a, title={A}}, year=1}\n@book{b,}',
      '1:20 error the entry at line 1 ended before this: one } too many',
    ],
    ['@book{a, title=}\n@book{b,}', '1:16 error title needs a value, found }'],
    ['@book{a, title="A } B"}\n@book{b,}', '1:19 error title has a } without its {'],
    ['@book{a,}\n@book title={A}\n@book{b,}', '2:7 error expected { after @book, found t'],
    ['@book{a,}\n@comment{ x\n@book{b,}', '2:9 error @comment does not end: no } before the entry at line 3'],
    ['@book{a,}\n@string{x={y}\n@book{b,}', '3:1 error expected } at the end of @string, found @'],
    ['@book{a,}\n@book{title={A}}\n@book{b,}', '2:7 error @book without a key: write @book{key, ...}'],
    ['@book{a,}@book{b,', '1:18 error expected } at the end of the entry, found the end of the file'],
    ['\uFEFF@book{a,}\r\n@book{b,}\r\n@book{a,}', '3:7 error the key a is already used at line 1'],
    ['@book{a, title={A},\n title={B}}@book{b,}', '2:2 warning title is given twice: the first one is used'],
    [
      '@book{a,}@boook{b,}',
      '1:10 warning unknown type of entry: @boook (did you mean @book?); it is treated as @misc',
    ],
    ['@book{a, title=x}@book{b,}', '1:16 warning unknown string: x (define it by @string, or write {x})'],
    [
      '@book{a,}@book{b,}@book{c d!,}',
      '1:25 warning no citation can name the key c d!: use letters, digits and _ : . + / -',
    ],
    ['@book{a, title={caf\uFFFD}}@book{b,}', '1:20 error this is not UTF-8 text: save the file as UTF-8'],
    [
      '@book{a, date={2020-13}}@book{b,}',
      '1:15 warning date is not a BibLaTeX date, and is shown as written: 2020-13',
    ],
    ['@book{a, title={\\odd{x}}}@book{b,}', '1:16 warning unknown LaTeX is left out: \\odd'],
    ['@book{a, title={$5}}@book{b,}', '1:16 warning title has an unpaired $: write \\$'],
    [
      '@book{a, title={\\newcommand{\\x}{\\x\\x}\\x}}@book{b,}',
      '1:16 error title defines a command: \\newcommand',
    ],
    [
      '@book{a, author={A, B, C, D}}@book{b,}',
      '1:17 warning unexpected 4-part name "A, B, C, D", dropping "D"',
    ],
    ['@book{a, crossref={c}}@book{b,}', '1:19 warning crossref names an unknown entry: c'],
    ['@book{a, xdata={c}}@book{b,}', '1:16 warning xdata names an unknown entry: c'],
  ])('has its place, and hides no other entry: %j', async (text, problem) => {
    const { keys } = await parseBibliography(text, ['a', 'b'])
    expect(keys.slice(0, 2)).toEqual(['a', 'b'])
    expect((await problemsOf(text, ['a', 'b']))[0]).toBe(problem)
  })

  it.each([
    ['', []],
    ['No entries, but an address: me@example.org', []],
    ['% @book{a,}\n@book{b,}', ['b']],
    ['@book{a, % } {\n title={50% of {x}}}', ['a']],
    ['@Book ( a , Title = "A {"} B" , )', ['a']],
    ['@book{a, abstract={\n@foo{bar} is no entry}}', ['a']],
    ['@book{日本:a/b.c+d-e,}', ['日本:a/b.c+d-e']],
  ])('is none in %j', async (text, keys) => {
    expect(readBibtex(text).entries.map(({ key }) => key)).toEqual(keys)
    expect(await problemsOf(text)).toEqual([])
  })

  it.each([
    ['title', 'x'.repeat(10_001), 'title has 10001 characters: at most 10000 are read'],
    ['author', 'x'.repeat(50_001), 'author has 50001 characters: at most 50000 are read'],
    ['title', '{'.repeat(5_000) + '}'.repeat(5_000), 'title has braces nested deeper than 100 levels'],
  ])('is a %s beyond the limits, which leaves the others', async (name, value, reason) => {
    const text = `@book{a, ${name}={${value}}, year=1999}@book{b, title={B}}`
    const { works } = await parseBibliography(text, ['a', 'b'])
    expect(await problemsOf(text, ['a'])).toEqual([expect.stringContaining(`error ${reason}`)])
    expect(works.get('a')?.date).toMatchObject({ date: { year: 1999 } })
    expect(works.get('b')?.fields.get('title')).toBe('B')
  })

  it('does not let strings grow without end, nor xdata', async () => {
    const strings = `@string{a={x}}${'@string{a = a # a}\n'.repeat(30)}@book{b, title=a}`
    expect((await problemsOf(strings))[0]).toContain('error a has more than 20000000 characters')
    const xdata = Array.from({ length: 200 }, (_, index) => `@xdata{x${index}, xdata={x${index + 1}}}`)
    expect((await problemsOf([...xdata, '@book{b, xdata={x0}}'].join('\n'), ['b']))[0]).toContain(
      'error xdata of more than 100 entries',
    )
  })

  it('in a field of ten million characters that nothing shows is none', async () => {
    const text = `@book{a, abstract={${'x '.repeat(5_000_000)}}, title={A}}\n@book{b, title={B}}`
    expect(await problemsOf(text, ['a', 'b'])).toEqual([])
  })

  it('is told for the entries that are cited only, where there are ten thousand', async () => {
    const text = Array.from({ length: 10_000 }, (_, index) => `@book{k${index}, title={\\odd}}`).join('\n')
    const { keys, works, problems } = await parseBibliography(text, ['k5000'])
    expect(keys).toHaveLength(10_000)
    expect([...works.keys()]).toEqual(['k5000'])
    expect(problems).toMatchObject([{ line: 5_001 }])
  })

  it('never throws, whatever the text is', async () => {
    const pieces = [
      '@book{a,',
      '@string',
      '@comment',
      '@',
      '{',
      '}',
      '(',
      ')',
      '"',
      ',',
      '=',
      '#',
      '%',
      '\\',
      '$',
      '\n',
      'title',
      'date',
      'author',
      ' and ',
      '\\url{',
      '^',
      '_',
      '~',
      '\\"',
      '\\begin{x}',
      '<',
      'é',
      '2020/',
      '&',
    ]
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), async (parts) => {
        const text = `@book{z, title={${parts.slice(0, 15).join('')}}}\n${parts.join('')}\n@book{last, title={L}}`
        const lines = text.split('\n').length
        for (const { line, column } of (await parseBibliography(text, ['a', 'z', 'last'])).problems) {
          expect(line).toBeLessThanOrEqual(lines)
          expect(column).toBeGreaterThan(0)
        }
      }),
      { numRuns: 300 },
    )
  })
})
