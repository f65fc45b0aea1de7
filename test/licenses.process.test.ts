import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { source } from './source.ts'

interface Locked {
  readonly version: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

const manifest = JSON.parse(readFileSync(source('package.json'), 'utf8'))
const locked: Readonly<Record<string, Locked>> = JSON.parse(
  readFileSync(source('package-lock.json'), 'utf8'),
).packages

/** What is installed with this program: packages by their places in the lock. */
function installed(): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (name: string, from: string) => {
    for (let folder = from; ; folder = folder.replace(/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
      const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
      if (locked[place] !== undefined) {
        if (found.has(place)) return
        found.add(place)
        for (const next of Object.keys(locked[place].dependencies ?? {})) visit(next, place)
        return
      }
      if (folder === '') throw new Error(`${name} of ${from} is not in the lock`)
    }
  }
  for (const name of Object.keys(manifest.dependencies)) visit(name, '')
  return found
}

/** What is part of its files. */
function bundled(): readonly string[] {
  const texts = readFileSync(source('dist/LICENSES.txt'), 'utf8')
  return [...texts.matchAll(/^(\S+) (\d+\.\S+) \(.*\)$/gm)].map(([, name, version]) => `${name} ${version}`)
}

/** The OFL is for fonts, which may go with any program. */
const free =
  /^(?:MIT|MIT AND OFL-1\.1|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|CC0-1\.0|Unlicense|\(MIT OR .*\))$/
/** MIT, as their own files say. */
const unnamed = ['node_modules/format', 'node_modules/i']

it('whatever comes with the program may be passed on with it', () => {
  const named = Object.entries(locked).map(([place, { version }]): [string, string] => [
    `${place.replace(/^.*node_modules\//, '')} ${version}`,
    place,
  ])
  const placeOf = new Map(named)
  const places = [...installed(), ...bundled().map((package_) => placeOf.get(package_) ?? package_)]
  expect(places.length).toBeGreaterThan(150)
  const others = places.filter(
    (place) => !unnamed.includes(place) && !free.test(locked[place]?.license ?? ''),
  )
  expect(others).toEqual([])
})
