import type { Root } from 'hast'

/** A grammar of highlight.js. */
export type Grammar = (library: unknown) => unknown

export const grammars: ReadonlyMap<string, () => Promise<{ readonly default: Grammar }>>

export const loadLowlight: () => Promise<{
  readonly createLowlight: (grammars: Readonly<Record<string, Grammar>>) => {
    readonly highlight: (language: string, code: string) => Root
    readonly registered: (language: string) => boolean
  }
}>
