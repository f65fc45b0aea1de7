import { describe, expect, it } from 'vitest'
import { TestbedError } from '../../src/testbed/board.ts'
import { cacheError, cacheFolder, freeBytes } from '../../src/testbed/cache.ts'

describe('cacheFolder', () => {
  it.each([
    [{ REPRO_CACHE: '/big', XDG_CACHE_HOME: '/xdg', HOME: '/home/a' }, '/big'],
    [{ XDG_CACHE_HOME: '/xdg', HOME: '/home/a' }, '/xdg/repro'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/home/a' }, '/home/a/.cache/repro'],
    [{ REPRO_CACHE: '', XDG_CACHE_HOME: '', HOME: '/home/a' }, '/home/a/.cache/repro'],
  ])('of %j is %s', (variables, folder) => {
    expect(cacheFolder(variables)).toBe(folder)
  })
})

describe('cacheError', () => {
  it.each([
    ['ENOSPC', 'disk full: cannot write /cache/a'],
    ['EDQUOT', 'disk full: cannot write /cache/a'],
    ['EROFS', 'cannot write /cache/a (EROFS)'],
    ['EACCES', 'cannot write /cache/a (EACCES)'],
  ])('makes %s something a user can act on', (code, message) => {
    const error = cacheError({ code }, '/cache/a') as TestbedError
    expect(error).toBeInstanceOf(TestbedError)
    expect(error.message).toBe(message)
    expect(error.advice).toContain('REPRO_CACHE')
  })

  it('leaves other errors as they are', () => {
    const bug = new TypeError('x is not a function')
    expect(cacheError(bug, '/cache/a')).toBe(bug)
  })
})

it('freeBytes asks the file system', async () => {
  expect(await freeBytes('/proc')).toBe(0)
  expect(await freeBytes('/')).toBeGreaterThan(0)
})
