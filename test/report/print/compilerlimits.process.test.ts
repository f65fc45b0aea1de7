/** Limits of the process that compiles Typst. */

import { describe, expect, it } from 'vitest'
import { compileLimits, openCompiler } from '../../../src/report/print/compiler.ts'

const endless = '#for one in range(400000) { for two in range(400000) { let _ = two } }\n'

describe('a compilation', () => {
  it('that takes too long is ended, while this process goes on', async () => {
    using compiler = openCompiler({ ...compileLimits, seconds: 1, secondsPerMb: 0 })
    let turns = 0
    const timer = setInterval(() => (turns += 1), 20)
    const compiled = await compiler.compile(endless, new Map(), true)
    clearInterval(timer)
    expect(compiled).toEqual({
      mistakes: [
        {
          message:
            'it takes longer than 1 s of processor time (print less: shorten or split its longest table, listing or paragraph)',
          isLimit: true,
        },
      ],
      withoutGlyph: [],
    })
    expect(turns).toBeGreaterThan(3)
    // Or many would stop a build together.
    expect(await compiler.compile('A', new Map(), true)).toMatchObject({
      mistakes: [{ message: 'not made, as one before it took too long or too much memory' }],
    })
  })

  it('that needs too much memory is ended', async () => {
    using compiler = openCompiler({ ...compileLimits, memoryMb: 64 })
    expect(await compiler.compile('#range(900000000).len()\n', new Map(), true)).toMatchObject({
      mistakes: [{ message: expect.stringMatching(/^it needs more than 64 MB of memory \(print less: /) }],
    })
  })

  it('may take longer if it has more to print', async () => {
    using compiler = openCompiler({ ...compileLimits, seconds: 1, secondsPerMb: 2 })
    expect(await compiler.compile(endless, new Map([['a', 'a'.repeat(500_000)]]), true)).toMatchObject({
      mistakes: [{ message: expect.stringMatching(/^it takes longer than 2 s /) }],
    })
  })

  it('may not take longer than any, whatever it has to print', async () => {
    using compiler = openCompiler({ ...compileLimits, seconds: 1, secondsPerMb: 20, mostSeconds: 2 })
    expect(await compiler.compile(endless, new Map([['a', 'a'.repeat(500_000)]]), true)).toMatchObject({
      mistakes: [{ message: expect.stringMatching(/^it takes longer than 2 s /) }],
    })
  })

  it('sees no file but its own, and no environment', async () => {
    using compiler = openCompiler()
    for (const path of ['/etc/passwd', '../../etc/passwd', import.meta.filename])
      expect(await compiler.compile(`#read(${JSON.stringify(path)})\n`, new Map(), true)).toHaveProperty(
        'mistakes',
      )
    expect(
      await compiler.compile('#read("a") #sys.inputs.len()\n', new Map([['a', 'a']]), false),
    ).toHaveProperty('pdf')
  })
})
