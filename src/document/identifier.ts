/** Identifiers in the front matter: ORCID iDs, DOIs, and licences as SPDX writes them. */

import retired from 'spdx-license-ids/deprecated.json' with { type: 'json' }
import licenses from 'spdx-license-ids/index.json' with { type: 'json' }
import { nearest } from '../text/spelling.ts'

/** An ORCID iD without its address; undefined if its check digit (ISO 7064, MOD 11-2) is wrong. */
export function orcidIn(text: string): string | undefined {
  const [, id = ''] = /^(?:https?:\/\/orcid\.org\/)?((?:\d{4}-){3}\d{3}[\dX])$/.exec(text.trim()) ?? []
  const digits = id.replaceAll('-', '')
  if (digits === '') return undefined
  const total = [...digits.slice(0, -1)].reduce((sum, digit) => (sum + Number(digit)) * 2, 0)
  const check = (12 - (total % 11)) % 11
  return digits.at(-1) === (check === 10 ? 'X' : String(check)) ? id : undefined
}

/** A DOI without its address, `10.5281/zenodo.1234`; undefined for anything else. */
export function doiIn(text: string): string | undefined {
  const name = text.trim().replace(/^(?:https?:\/\/(?:dx\.|www\.)?doi\.org\/|doi:\s*)/i, '')
  return /^10\.\d{4,9}(?:\.\d+)*\/[^\s<>"]+$/.test(name) ? name : undefined
}

const known = [...licenses, ...retired]

/** What is wrong with an SPDX expression, such as `CC-BY-4.0` or `MIT OR Apache-2.0`; undefined if nothing. */
export function licenseProblem(text: string): string | undefined {
  const words = text
    .replaceAll(/[()]/g, ' ')
    .trim()
    .split(/\s+(?:AND|OR|WITH)\s+/)
  const wrong = words.find(
    (word) => !known.includes(word.replace(/\+$/, '')) && !/^LicenseRef-[\w.-]+$|exception/i.test(word),
  )
  if (wrong === undefined) return undefined
  const near = nearest(wrong, known) ?? known.find((one) => one.toLowerCase() === wrong.toLowerCase())
  const advice = near === undefined ? 'such as CC-BY-4.0 or MIT; LicenseRef-... for one of your own' : near
  return `${wrong} is no SPDX identifier of a license: write ${near === undefined ? 'one, ' : ''}${advice}`
}

/** Address of a license at SPDX, if it is a single one. */
export function licenseAddress(license: string): string | undefined {
  return known.includes(license) ? `https://spdx.org/licenses/${license}.html` : undefined
}

export function orcidAddress(orcid: string): string {
  return `https://orcid.org/${orcid}`
}

/** Keeps `:`, `;`, `(` and the like, which are usual in DOIs. */
export function doiAddress(doi: string): string {
  const path = doi
    .split('/')
    .map((part) => encodeURI(part.toWellFormed()).replace(/[#?]/g, encodeURIComponent))
  return `https://doi.org/${path.join('/')}`
}
