import { describe, expect, it } from 'vitest'
import {
  otherVariables,
  requireVariables,
  scriptVariables,
  variableInputs,
  withItsVariables,
} from '../../../src/engine/script/variables.ts'
import { variableDigest } from '../../../src/files/variable.ts'

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
      'the experiment nap needs environment variables that are not set: ONE, TWO (env or untrackedEnv in its block)',
    )
  })

  it('gives digests of values as inputs, which another value does not have', () => {
    const digestOf = (name: string) => variableDigest(name, all)
    const inputs = variableInputs({ variables: ['PORT', 'NONE'], untrackedVariables: ['TZ'] }, digestOf)
    expect(Object.keys(inputs)).toEqual(['variable PORT', 'variable NONE'])
    expect(inputs['variable PORT']).toMatch(/^[0-9a-f]{64}$/)
    expect(otherVariables(inputs, all)).toEqual(['NONE'])
    expect(otherVariables(inputs, { ...all, PORT: '8' })).toEqual(['PORT', 'NONE'])
    expect(variableDigest('OTHER', { OTHER: '7' })).not.toBe(inputs['variable PORT'])
  })

  it('takes a run as it is where a variable is not set, if the run had one', () => {
    const own = { 'variable PORT': 'a', 'variable HOST': 'b', trials: 1 }
    const now = { 'variable PORT': 'not set', 'variable HOST': 'c', trials: 2 }
    expect(withItsVariables(now, { inputs: own })).toEqual({ ...now, 'variable PORT': 'a' })
    expect(withItsVariables(now, { inputs: {} })).toEqual(now)
  })
})
