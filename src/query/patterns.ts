/**
 * The pattern part of a path, which may name several: `baseline`, `dom0-cpu, dom0-net`, a group of the experiment, or `*`. A path with
 * several reads one number from each, and aggregates such as `min` make one of them.
 */

/** What an experiment offers. */
export interface Offer {
  /** By name, in the block's order: the environments that a pattern is restricted to. */
  readonly patterns: ReadonlyMap<string, readonly string[] | undefined>
  readonly groups: ReadonlyMap<string, readonly string[]>
}

export type Choice =
  /** `several` is about the writing: a list may be of one. */
  | { readonly type: 'chosen'; readonly names: readonly string[]; readonly several: boolean }
  /** `at` is where the name starts in the word. */
  | {
      readonly type: 'unknown'
      readonly name: string
      readonly at: number
      readonly known: readonly string[]
    }
  /** A pattern does not run in this environment, or no pattern of a group does. */
  | { readonly type: 'elsewhere'; readonly name: string; readonly only: readonly string[] }

/**
 * The patterns that a word names in an environment, in the order of writing. A group and `*` stand for those of theirs that run there;
 * one that is named by itself must run there.
 */
export function choosePatterns(word: string, environment: string, { patterns, groups }: Offer): Choice {
  const runs = (name: string) => patterns.get(name)?.includes(environment) ?? true
  const chosen: string[] = []
  for (const { 0: one, index: at } of word.matchAll(/[^,\s](?:[^,]*[^,\s])?/g)) {
    if (patterns.has(one)) {
      if (!runs(one)) return { type: 'elsewhere', name: one, only: patterns.get(one) ?? [] }
      chosen.push(one)
      continue
    }
    const members = one === all ? [...patterns.keys()] : groups.get(one)
    if (members === undefined)
      return { type: 'unknown', name: one, at, known: [...patterns.keys(), ...groups.keys()] }
    const running = members.filter(runs)
    if (running.length === 0) {
      return { type: 'elsewhere', name: one, only: members.flatMap((name) => patterns.get(name) ?? []) }
    }
    chosen.push(...running)
  }
  return { type: 'chosen', names: [...new Set(chosen)], several: isSeveral(word, { patterns, groups }) }
}

/** Whether a word is written for several patterns, so that what is read is a list. */
export function isSeveral(word: string, { patterns, groups }: Offer): boolean {
  return word.includes(',') || (!patterns.has(word) && (word === all || groups.has(word)))
}

const all = '*'

/** An experiment's patterns and groups, as its block has them. */
export interface Patterned {
  readonly patterns: readonly { readonly name: string; readonly only?: readonly string[] }[]
  readonly groups?: Readonly<Record<string, readonly string[]>>
}

/** What a block of an experiment offers. */
export function offerOf(block: Patterned): Offer {
  return {
    patterns: new Map(block.patterns.map(({ name, only }) => [name, only])),
    groups: new Map(Object.entries(block.groups ?? {})),
  }
}
