/** Kinds of callouts, GitHub's alerts: `> [!NOTE]`. */

export const calloutKinds = ['note', 'tip', 'important', 'warning', 'caution'] as const
export type CalloutKind = (typeof calloutKinds)[number]

/** As they are written. */
export const calloutKindNames: readonly string[] = calloutKinds.map((kind) => kind.toUpperCase())
