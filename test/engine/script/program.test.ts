import { describe, expect, it } from 'vitest'
import { parameterVariables, placeIn } from '../../../src/engine/script/program.ts'

describe('variables of parameters', () => {
  it('hold numbers, words, true and false, with dots as underscores', () => {
    expect(
      parameterVariables({ sizeKb: 64, dom0: { 'net-load': 1.5, on: true }, list: [1], none: null }),
    ).toEqual({
      REPRO_PARAMETER_sizeKb: '64',
      REPRO_PARAMETER_dom0_net_load: '1.5',
      REPRO_PARAMETER_dom0_on: 'true',
    })
  })

  it('are not the same for two parameters', () => {
    expect(() => parameterVariables({ a: { b: 1 }, a_b: 2 })).toThrow(
      'the parameters a.b and a_b are both REPRO_PARAMETER_a_b: rename one',
    )
  })
})

describe('the place in what an interpreter prints of an error', () => {
  it.each([
    [
      'python',
      'Traceback (most recent call last):\n  File "/p/paper/index.md", line 12, in <module>\n    f()\n' +
        '  File "/p/lib/a.py", line 3, in f\n    g()\n' +
        '  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads\n' +
        '  File "/p/.venv/lib/python3.11/site-packages/x.py", line 9, in g\nValueError: no',
      'lib/a.py:3',
    ],
    [
      'python',
      '  File "<string>", line 1, in <module>\n  File "/p/a.py", line 1\n    x = [\nSyntaxError: no',
      'a.py:1',
    ],
    ['R', 'Error in f(1) : boom\nCalls: source -> f\nat /p/a.R:9:1\nat /p/a.R:3:5', 'a.R:3:5'],
    ['R', "Error in source(x) : /p/my dir/a.R:3:1: unexpected '}'\n2: y <-", 'my dir/a.R:3:1'],
    ['sh', '/p/a.sh: 3: nosuch: not found', 'a.sh:3'],
    ['sh', '/p/a.sh: line 3: nosuch: command not found', 'a.sh:3'],
    ['bash', '/p/a.sh: line 2: x: unbound variable', 'a.sh:2'],
    ['perl', 'no at /p/lib/B.pm line 7.\n\tB::f() called at /p/a.pl line 2', 'lib/B.pm:7'],
    ['ruby', "/p/a.rb:2:in `f': boom (RuntimeError)\n\tfrom /p/a.rb:5:in `<main>'", 'a.rb:2'],
    [
      'julia',
      'ERROR: LoadError: boom\nStacktrace:\n [1] error\n   @ ./error.jl:35\n [2] f\n   @ Main /p/a.jl:2\nin expression starting at /p/a.jl:5',
      'a.jl:2',
    ],
    ['python', 'Killed', undefined],
    [undefined, '/p/a: 3: x', undefined],
  ])('of %s', (language, text, place) => {
    expect(placeIn(text, language, '/p')).toBe(place)
  })
})
