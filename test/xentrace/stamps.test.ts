import { describe, expect, it } from 'vitest'
import { parseStamps } from '../../src/xentrace/stamps.ts'

const dom0 = `repro-stamps 1
hz 54000000
domain 1 active 0
c 1000 1900
o 0 pause 3000 5000 0 paused
o 0 unpause 6000 8000 1 running
end 5
`

describe('a stamp file', () => {
  it('of dom0 holds calibration, the domain under test and the commands', () => {
    expect(parseStamps(dom0)).toEqual({
      hz: 54_000_000,
      loop: null,
      domain: { id: 1, name: 'active', vcpu: 0 },
      brackets: [{ before: 1000, after: 1900 }],
      stamps: [],
      gaps: [],
      commands: [
        { trial: 0, type: 'pause', start: 3000, end: 5000, exitStatus: 0, stateAfter: 'paused' },
        { trial: 0, type: 'unpause', start: 6000, end: 8000, exitStatus: 1, stateAfter: 'running' },
      ],
    })
  })

  it('of a sleeping loop holds its stamps, of a spinning one its gaps', () => {
    const sleeping = parseStamps('repro-stamps 1\nhz 54000000\nloop sleep 4000000\ns 10\ns 20\nend 4\n')
    expect(sleeping.loop).toEqual({ type: 'sleep', periodNs: 4_000_000 })
    expect(sleeping.stamps).toEqual([10, 20])
    const spinning = parseStamps('repro-stamps 1\nhz 54000000\nloop spin 0\ng 10 20\ng 20 31\nend 4\n')
    expect(spinning.loop).toEqual({ type: 'spin' })
    expect(spinning.gaps).toEqual([
      { before: 10, after: 20 },
      { before: 20, after: 31 },
    ])
  })

  it('may come from a console: with CRLF, and with noise before and after', () => {
    const noisy = `[    1.2] random: crng init done\r\n${dom0.replaceAll('\n', '\r\n')}/ # poweroff\r\nend 3\r\n`
    expect(parseStamps(noisy)).toEqual(parseStamps(dom0))
  })

  const body = (...lines: string[]) =>
    ['noise', 'repro-stamps 1', 'hz 54000000', ...lines, `end ${lines.length + 1}`].join('\n')

  it.each([
    ['', "domu.stamps:1: no line 'repro-stamps 1' in 1 lines"],
    ['noise\nrepro-stamps 2\n', "domu.stamps:2: 'repro-stamps 2': expected 'repro-stamps 1'"],
    ['repro-stamps 1\nend 0', "domu.stamps:2: no 'hz' line"],
    ['repro-stamps 1\nhz 54000000\ns 1', "domu.stamps:3: no 'end' line after the header in line 1"],
    [
      'repro-stamps 1\nhz 54000000\ns 1\nend 3',
      "domu.stamps:4: 'end 3': 2 lines are between this line and the header in line 1",
    ],
    [body('s 1', 'x 2'), "domu.stamps:5: 'x 2': expected a line that begins with"],
    [body('s 1', ''), "domu.stamps:5: '': expected a line that begins with"],
    [body('s 1', 's 2 [  3.1] printk'), "domu.stamps:5: 's 2 [  3.1] printk': 5 values, expected 1"],
    [body('s 12a'), "domu.stamps:4: 's 12a': '12a' is not a count below 2^53"],
    [body('s -1'), "'-1' is not a count below 2^53"],
    [body('s 9007199254740992'), "'9007199254740992' is not a count below 2^53"],
    [body('s 5', 's 4'), "domu.stamps:5: 's 4': time runs backwards: 4 after 5"],
    [body('c 5 4'), 'time runs backwards: 4 after 5'],
    [body('c 5'), '1 values, expected 2'],
    [body('g 5 9', 'g 8 12'), "domu.stamps:5: 'g 8 12': time runs backwards: 8 after 9"],
    [body('loop jump 4'), "expected 'loop sleep NANOSECONDS' or 'loop spin 0'"],
    [body('loop sleep 0'), "expected 'loop sleep NANOSECONDS'"],
    [body('loop spin 0', 'loop spin 0'), 'a second loop line'],
    [body('hz 1'), 'a second hz line'],
    [body('domain 1 a 0', 'domain 2 b 0'), 'a second domain line'],
    [body('o 0 stop 1 2 0 paused'), "'stop' is not pause or unpause"],
    [body('o 0 pause 1 2 0 sleeping'), "'sleeping' is not one of paused, running, gone, error"],
    [body('o 0 pause 1 2 zero paused'), "'zero' is not an exit status"],
    [body('o 0 pause 2 1 0 paused'), 'time runs backwards: 1 after 2'],
    [body('o 0 pause 1 5 0 paused', 'o 0 unpause 4 8 0 running'), 'time runs backwards: 4 after 5'],
  ])('with a fault is refused with the line: %j', (text, message) => {
    expect(() => parseStamps(text, 'domu.stamps')).toThrow(message)
  })
})
