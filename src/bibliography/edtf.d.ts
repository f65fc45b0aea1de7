/** What is used of https://github.com/inukshuk/edtf.js, which has no types of its own. */

declare module 'edtf' {
  export interface EdtfDate {
    readonly type: 'Date' | 'Season' | 'Year' | 'Decade' | 'Century'
    /** Year (0 is 1 BC), month from 0 or season from 21, day. */
    readonly values: readonly number[]
    readonly approximate?: boolean | number
    readonly uncertain?: boolean | number
    /** Digits that are not known. */
    readonly unspecified?: number
  }
  /** Null for an end that is not known, infinite for one that is open. */
  export interface EdtfInterval {
    readonly type: 'Interval'
    readonly values: readonly (EdtfDate | number | null)[]
  }
  /** Throws for what is no date. */
  export function parse(text: string): EdtfDate | EdtfInterval
}
