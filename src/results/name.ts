/**
 * Names that authors give: experiments, environments, patterns, groups, tables and figures. They are folders in
 * results/, words of the command line, parts of paths in expressions, and ids in HTML.
 */

export interface NameRules {
  /** Whether dots may stand inside: `xen-4.14`. An experiment has none, as `from` tells it from a file by them. */
  readonly dots?: boolean
  /** Whether it is referred to in running text, where scripts without blanks would end it nowhere. */
  readonly latin?: boolean
}

/** Of what running text refers to behind an @, with its prefix: a regular expression with the flag `u`. */
export const referredId = String.raw`\p{Script=Latin}[\p{Script=Latin}\d_-]*`

/** In UTF-8: file systems take 255, and temporary names are longer. */
const mostBytes = 100

/**
 * Returns what is wrong with a name, as advice; undefined if it is one. Refused are signs that a path, a shell
 * or an expression gives a meaning to, and names that other computers or objects would take for something else.
 */
export function nameProblem(
  name: string,
  { dots = false, latin = false }: NameRules = {},
): string | undefined {
  if (!signs(latin, dots).test(name)) {
    const others = dots ? 'digits, hyphens, underscores and dots' : 'digits, hyphens and underscores'
    return `use ${latin ? 'Latin letters' : 'letters'}, ${others}, starting with a letter or a digit`
  }
  // Keys that look like whole numbers lose their order, and in a path a number is a number.
  if (!/\p{L}/u.test(name)) return 'use at least one letter: a number alone is no name'
  if (/\.\.|\.$/.test(name)) return 'a dot stands between other signs'
  if (name !== name.normalize('NFC'))
    return 'write its letters in one piece (Unicode NFC): computers differ in how they keep accents apart'
  if (Buffer.byteLength(name) > mostBytes) return `use at most ${mostBytes} bytes: it is the name of a folder`
  if (objectNames.has(name)) return 'every object of JavaScript has this name: take another one'
  return undefined
}

function signs(latin: boolean, dots: boolean): RegExp {
  if (latin)
    return dots
      ? /^[\p{Script=Latin}\d][\p{Script=Latin}\p{M}\d_.-]*$/u
      : /^[\p{Script=Latin}\d][\p{Script=Latin}\p{M}\d_-]*$/u
  return dots ? /^[\p{L}\d][\p{L}\p{M}\d_.-]*$/u : /^[\p{L}\d][\p{L}\p{M}\d_-]*$/u
}

/** Without `constructor`, which could always be a name. */
const objectNames = new Set(
  Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== 'constructor'),
)

/** Returns what names have in common that would be one folder where file systems do not tell case apart. */
export function folderOf(name: string): string {
  return name.normalize('NFC').toLowerCase()
}
