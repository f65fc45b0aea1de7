/** Names of files that TeX and BibTeX can read: on their command line, too, `#`, `%` and blanks mean something, and letters of other scripts fail. */

/** Writes other characters as their numbers: a#b -> a@23@b. Different names stay different. */
export function fileName(name: string): string {
  return name.replace(
    /^[-.]|[^A-Za-z0-9._+-]/gu,
    (character) => `@${(character.codePointAt(0) ?? 0).toString(16)}@`,
  )
}
