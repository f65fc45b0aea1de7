import { describe, expect, it } from 'vitest'
import { requireVariables, scriptVariables } from '../../../src/engine/script/variables.ts'

const all = {
  ...{ PATH: '/bin', HOME: '/home/a', LC_ALL: 'C', LANG: 'C', REPRO_CACHE: '/c', TZ: 'UTC' },
  ...{ AWS_SECRET_ACCESS_KEY: 's', NODE_OPTIONS: '--inspect', LD_PRELOAD: 'x', PORT: '7', LCD: '1' },
}

describe('the environment of scripts', () => {
  it('is short: the usual variables, and those of this program', () => {
    expect(Object.keys(scriptVariables([], all))).toEqual([
      'PATH',
      'HOME',
      'LC_ALL',
      'LANG',
      'REPRO_CACHE',
      'TZ',
    ])
  })

  it('has what the block names, and nothing that is not set', () => {
    expect(scriptVariables(['PORT', 'NONE'], all)).toEqual({ ...scriptVariables([], all), PORT: '7' })
  })

  it('must have what a block names', () => {
    const nap = (...variables: readonly string[]) => ({ id: 'nap', variables })
    expect(() => requireVariables([{ id: 'rest' }, nap('PORT')], all)).not.toThrow()
    expect(() => requireVariables([nap('PORT', 'ONE', 'TWO')], all)).toThrow(
      'the experiment nap needs environment variables that are not set: ONE, TWO (env: in its block)',
    )
  })
})
