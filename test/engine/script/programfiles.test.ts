/** What programs leave in the folders of REPRO_FILES and REPRO_DATASETS. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyFolders, type Folders, foldersIn, gather } from '../../../src/engine/script/programfiles.ts'
import { checkFiles, checkResult } from '../../../src/engine/script/result.ts'

let folder = ''
let folders: Folders
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repro-files-'))
  folders = foldersIn(join(folder, '.process'))
  emptyFolders(folders)
})
afterEach(() => rmSync(folder, { recursive: true }))
const gathered = () => gather(join(folder, '.process/kept'))
const leave = (name: string, text: string) => writeFileSync(join(folders.files, name), text)
const dataset = (name: string, text: string | Uint8Array) => writeFileSync(join(folders.datasets, name), text)
/** As a boot checks the result of any script. */
const checked = (result: object) => {
  const found = checkResult({ columns: [{ name: 'a', role: 'measure' }], rows: [{ a: 1 }], ...result })
  checkFiles(found.files, folder)
  return found
}

describe('files', () => {
  it('of each trial have names of their own, also if the next trial begins with empty folders', () => {
    const all = gathered()
    for (const trial of [0, 1]) {
      emptyFolders(folders)
      leave('power.log', `of ${trial}`)
      expect(all.take(folders, trial)).toBe(true)
    }
    emptyFolders(folders)
    expect(all.take(folders, 2)).toBe(false)
    const { files = {} } = checked(all.result())
    expect(Object.keys(files)).toEqual(['trial-0-power.log', 'trial-1-power.log'])
    expect(readFileSync(files['trial-1-power.log'] ?? '', 'utf8')).toBe('of 1')
  })

  it('of a process for all trials keep their names', () => {
    const all = gathered()
    leave('trace.bin', 'x')
    all.take(folders, undefined)
    expect(Object.keys(checked(all.result()).files ?? {})).toEqual(['trace.bin'])
  })

  it('are none where nothing was left, or the folder was deleted', () => {
    rmSync(folders.files, { recursive: true })
    const all = gathered()
    expect(all.take(folders, 0)).toBe(false)
    expect(all.result()).toEqual({})
    expect(existsSync(join(folder, '.process/kept'))).toBe(false)
  })

  it('are refused as those of other scripts are: links, folders, names', () => {
    const refused = (name: string, make: (path: string) => void) => {
      emptyFolders(folders)
      make(join(folders.files, name))
      const all = gathered()
      return () => {
        all.take(folders, undefined)
        checked(all.result())
      }
    }
    expect(refused('link', (path) => symlinkSync('/etc/passwd', path))).toThrow(
      /files\.link .*no ordinary file/,
    )
    expect(refused('sub', mkdirSync)).toThrow('sub in the folder of REPRO_FILES is a folder')
    expect(refused('a b', (path) => writeFileSync(path, ''))).toThrow('files.a b is no name of a file')
  })
})

describe('datasets', () => {
  it('are CSV or JSON lines, put together over trials', () => {
    const all = gathered()
    dataset('events.csv', 'event,atNs\nstart,1\nstop,5\n')
    dataset('phases.jsonl', '{"phase": "a", "ms": 1.5}\n')
    all.take(folders, 0)
    emptyFolders(folders)
    // A trial in which nothing happened.
    dataset('events.csv', 'event,atNs\n')
    all.take(folders, 1)
    emptyFolders(folders)
    dataset('events.csv', 'event,atNs\nstart,2\n')
    expect(all.take(folders, 2)).toBe(true)
    const { datasets = {} } = checked(all.result())
    expect(datasets.events).toEqual({
      columns: [
        { name: 'trial', role: 'index' },
        { name: 'event', role: 'factor' },
        { name: 'atNs', role: 'measure', unit: 'ns' },
      ],
      rows: [
        { trial: 0, event: 'start', atNs: 1 },
        { trial: 0, event: 'stop', atNs: 5 },
        { trial: 2, event: 'start', atNs: 2 },
      ],
    })
    expect(datasets.phases?.rows).toEqual([{ trial: 0, phase: 'a', ms: 1.5 }])
  })

  it.each([
    ['events.txt', 'x', 'events.txt in the folder of REPRO_DATASETS is no dataset: name it NAME.csv'],
    ['Events.csv', 'a\n1\n', 'the result has a dataset Events: name it with small letters'],
    ['rows.csv', 'a\n1\n', 'the result has a dataset rows'],
    ['events.csv', 'a,b\n1\n', 'events.csv in the folder of REPRO_DATASETS, line 2'],
    ['events.jsonl', '{"a": NaN}\n', 'events.jsonl in the folder of REPRO_DATASETS, line 1'],
    [
      'events.csv',
      Uint8Array.of(0xff, 10, 49),
      'events.csv in the folder of REPRO_DATASETS, line 1, column 1: byte 0xFF is not UTF-8',
    ],
    ['events.csv', '', 'the dataset events has no row in any trial'],
    ['events.csv', 'a,b\n', 'the dataset events has no row in any trial'],
  ])('%s with %j is refused', (name, text, reason) => {
    dataset(name, text)
    const all = gathered()
    expect(() => {
      all.take(folders, undefined)
      checked(all.result())
    }).toThrow(reason)
  })

  it('of one name, or a link, or with a column of words and numbers, are refused', () => {
    dataset('a.csv', 'x\n1\n')
    dataset('a.jsonl', '{"x": 1}\n')
    expect(() => gathered().take(folders, 0)).toThrow('two datasets a')
    emptyFolders(folders)
    symlinkSync('/etc/passwd', join(folders.datasets, 'a.csv'))
    expect(() => gathered().take(folders, 0)).toThrow(
      'a.csv in the folder of REPRO_DATASETS is no ordinary file',
    )
    emptyFolders(folders)
    const all = gathered()
    dataset('a.csv', 'x\n1\n')
    all.take(folders, 0)
    emptyFolders(folders)
    dataset('a.csv', 'x\nwords\n')
    all.take(folders, 1)
    expect(() => checked(all.result())).toThrow(/the dataset a, row 1: x is/)
  })
})

describe('the head of a dataset', () => {
  it('is the same in each trial', () => {
    const all = gathered()
    for (const [trial, text] of ['a,b\n1,2\n', 'a\n1\n', 'a\n'].entries()) {
      emptyFolders(folders)
      dataset('events.csv', text)
      all.take(folders, trial)
    }
    expect(() => all.result()).toThrow('trial 1: the dataset events has no column b, which trial 0 has')
  })

  it('may differ between events of JSON lines', () => {
    const all = gathered()
    for (const [trial, text] of ['{"a": 1}\n{"b": 2}\n', '{"a": 1}\n'].entries()) {
      emptyFolders(folders)
      dataset('events.jsonl', text)
      all.take(folders, trial)
    }
    expect(checked(all.result()).datasets?.events?.rows).toHaveLength(3)
  })
})
