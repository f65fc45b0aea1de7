/** Parts of the specifications that figures are tested with, and the end that each must have. */

export interface Specification {
  readonly name: string
  readonly spec: unknown
  /** CSV texts by name; `rows` unless given. */
  readonly data?: Readonly<Record<string, string>>
  /** Of the message; drawn if there is none. */
  readonly refused?: RegExp
  /** Must be in the drawing. */
  readonly draws?: string
}

export const rows = `name,group,x,y,p.95,a b,t,lat,lon
ash,red,1,10,11,5,2024-01-01T00:00,51,0
elm,red,2,20,21,6,2024-02-01T12:00,52,1
fir,blue,3,15,16,7,2024-03-01T00:00,53,2
oak,blue,4,40,41,8,2024-04-01T00:00,54,3
`

export const data = { name: 'rows' }
export const q = (field: string, more: object = {}) => ({ field, type: 'quantitative', ...more })
export const n = (field: string, more: object = {}) => ({ field, type: 'nominal', ...more })
export const xy = { x: q('x'), y: q('y') }
export const unit = { data, mark: 'point', encoding: xy }
/** A point, with more of a mark, an encoding, or the top of the specification. */
export const mark = (more: object) => ({ ...unit, mark: { type: 'point', ...more } })
export const text = (more: object) => ({ ...unit, mark: { type: 'text', text: 'T', ...more } })
export const encoding = (more: object) => ({ ...unit, encoding: { ...xy, ...more } })
export const top = (more: object) => ({ ...unit, ...more })
export const after = (...transform: object[]) => ({
  draw: (mark: string, encoding: object) => ({ data, transform, mark, encoding }),
})
export const calculated = (calculate: string) =>
  after({ calculate, as: 'z' }).draw('text', { ...xy, text: n('z') })
export const quantity = (calculate: string) => after({ calculate, as: 'z' }).draw('point', { x: q('z') })
export const square = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 50],
      [0, 55],
      [4, 55],
      [4, 50],
      [0, 50],
    ],
  ],
}

export const drawn = (list: Readonly<Record<string, unknown>>): readonly Specification[] =>
  Object.entries(list).map(([name, spec]) => ({ name, spec }))
export const refused = (why: RegExp, list: Readonly<Record<string, unknown>>): readonly Specification[] =>
  Object.entries(list).map(([name, spec]) => ({ name, spec, refused: why }))
