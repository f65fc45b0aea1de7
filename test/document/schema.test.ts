import { describe, expect, it } from 'vitest'
import { jsonSchemas } from '../../src/document/schema.ts'

describe('jsonSchemas', () => {
  const schemas = jsonSchemas()

  it('tells editors which keys a block needs and that it takes no others', () => {
    expect(schemas.experiment).toMatchObject({
      required: ['id', 'script', 'environments', 'trials', 'patterns'],
      additionalProperties: false,
      properties: {
        trials: { type: 'integer', minimum: 1 },
        boots: { type: 'integer', minimum: 1, maximum: 1000, default: 1 },
        seed: { default: 1 },
      },
    })
    expect(schemas.figure).toMatchObject({
      required: ['id', 'spec', 'caption', 'alt', 'data'],
      additionalProperties: false,
    })
  })

  it('leaves the options of a table open', () => {
    expect(schemas.table).toMatchObject({ required: ['id', 'kind', 'caption'], additionalProperties: {} })
  })

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(schemas))).toEqual(schemas)
  })
})
