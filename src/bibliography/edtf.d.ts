/** Types for the part of https://github.com/inukshuk/edtf.js in use; it ships none. */

declare module 'edtf' {
  export interface EdtfDate {
    readonly type: 'Date' | 'Season' | 'Year' | 'Decade' | 'Century'
    /** Year (0 is 1 BC), month from 0 or season from 21, day. */
    readonly values: readonly number[]
    readonly approximate?: boolean | number
    readonly uncertain?: boolean | number
    /** Unspecified digits. */
    readonly unspecified?: number
  }
  /** Null for an unknown end, infinite for an open one. */
  export interface EdtfInterval {
    readonly type: 'Interval'
    readonly values: readonly (EdtfDate | number | null)[]
  }
  /** Throws if the text is not a date. */
  export function parse(text: string): EdtfDate | EdtfInterval
}
