/**
 * Languages of scripts besides TypeScript and JavaScript, which Node runs. A script of one is a program: a
 * process that gets its trial as JSON and gives rows back (engine/script/program.ts). A language is a line
 * of the Map.
 */

import { basename, extname } from 'node:path'

export interface ScriptLanguage {
  readonly extensions: readonly string[]
  /** First words of fenced blocks: `python experiment`. */
  readonly fences: readonly string[]
  /** The interpreter that is looked for on PATH. */
  readonly command: string
  /** Names of interpreters of this language; no other program is asked for its version. */
  readonly names: RegExp
  /** Before the script's path. */
  readonly args?: readonly string[]
  /** Arguments that make the interpreter print its version. Absent if it cannot. */
  readonly version?: readonly string[]
  /** What to do if there is no interpreter. */
  readonly install: string
  /** First line of a script in a document, where its code has none. */
  readonly prelude?: string
  /** Places in what it prints of an error: groups file, line, and perhaps column. */
  readonly places: RegExp
  /** Where the innermost place stands among several. */
  readonly innermost: 'first' | 'last'
  /** Variable with the folders where a script in a document looks for imports. */
  readonly importPath?: string
  readonly variables?: (seed: number) => Readonly<Record<string, string>>
  /** Files of the project that the interpreter reads by itself, if they are there. */
  readonly settings?: readonly string[]
  /** Program in dist/, in this language, that finds imports without running anything. */
  readonly finder?: string
}

/**
 * R prints no places, so a handler prints them, the innermost last: of the script's own line, which a frame of
 * `source` knows, and of calls. `source` runs the script as Rscript would, but keeps the lines.
 */
const rScript = `options(keep.source = TRUE, error = quote({
  tell <- function(at) if (!is.null(at))
    cat(sprintf("at %s:%d:%d\\n", attr(at, "srcfile")$filename, at[1], at[5]), file = stderr());
  try({ frame <- as.list(sys.frame(1)); tell(frame$srcrefs[[frame$i]]) }, silent = TRUE);
  for (call in rev(lapply(.traceback(1), attr, "srcref"))) tell(call);
  quit("no", 1, FALSE)
})); source(commandArgs(TRUE)[[1]], print.eval = TRUE, encoding = "UTF-8")`.replace(/\n\s*/g, ' ')

export const languages: ReadonlyMap<string, ScriptLanguage> = new Map<string, ScriptLanguage>([
  [
    'python',
    {
      extensions: ['.py'],
      fences: ['python', 'py'],
      command: 'python3',
      names: /^(?:python|pypy)[\d.]*$/,
      version: ['--version'],
      install: 'install Python 3 (the package python3 of your system, or python.org)',
      places: /^\s*File "(?<file>[^"\n]+)", line (?<line>\d+)/gm,
      innermost: 'last',
      importPath: 'PYTHONPATH',
      // Compiled files in the project would be new inputs of `lib/**`; the order of sets follows the seed.
      variables: (seed) => ({
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONHASHSEED: String(seed),
        PYTHONUTF8: '1',
      }),
      finder: 'imports.py',
    },
  ],
  [
    'R',
    {
      extensions: ['.R', '.r'],
      fences: ['r', 'R'],
      command: 'Rscript',
      names: /^Rscript$/,
      args: ['-e', rScript],
      version: ['--version'],
      install: 'install R (the package r-base or R of your system, or r-project.org)',
      places:
        /^at (?<file>\S.*):(?<line>\d+):(?<column>\d+)$|(?:: |^\s+)(?<file2>\/.+?):(?<line2>\d+):(?<column2>\d+): /gm,
      innermost: 'last',
      settings: ['.Rprofile', '.Renviron', 'renv.lock'],
    },
  ],
  [
    'sh',
    {
      extensions: ['.sh'],
      fences: ['sh'],
      command: 'sh',
      names: /^(?:da|k|mk|z)?sh$/,
      install: 'install a shell',
      prelude: 'set -e',
      places: /^(?<file>\/[^:\n]+): (?:line )?(?<line>\d+): /gm,
      innermost: 'last',
    },
  ],
  [
    'bash',
    {
      extensions: ['.bash'],
      fences: ['bash'],
      command: 'bash',
      names: /^bash$/,
      version: ['--version'],
      install: 'install bash (the package bash of your system)',
      // A command that fails says where, also if it prints nothing.
      prelude: `set -eEo pipefail; trap 'echo "$0: line $LINENO: exit code $?" >&2' ERR`,
      places: /^(?<file>\/[^:\n]+): line (?<line>\d+): /gm,
      innermost: 'last',
    },
  ],
  [
    'julia',
    {
      extensions: ['.jl'],
      fences: ['julia', 'jl'],
      command: 'julia',
      names: /^julia$/,
      args: ['--startup-file=no', '--project=.'],
      version: ['--version'],
      install: 'install Julia (julialang.org/install)',
      places: /(?:@ \w+ |starting at |Error: )(?<file>\/[^:\n]+):(?<line>\d+)/gm,
      innermost: 'first',
      settings: ['Project.toml', 'Manifest.toml'],
    },
  ],
  [
    'ruby',
    {
      extensions: ['.rb'],
      fences: ['ruby', 'rb'],
      command: 'ruby',
      names: /^ruby[\d.]*$/,
      version: ['--version'],
      install: 'install Ruby (the package ruby of your system)',
      places: /(?:^|from )(?<file>\/[^:\n]+):(?<line>\d+):/gm,
      innermost: 'first',
      importPath: 'RUBYLIB',
    },
  ],
  [
    'perl',
    {
      extensions: ['.pl'],
      fences: ['perl', 'pl'],
      command: 'perl',
      names: /^perl[\d.]*$/,
      version: ['--version'],
      install: 'install Perl (the package perl of your system)',
      places: /\bat (?<file>\/.+?) line (?<line>\d+)/gm,
      innermost: 'first',
      importPath: 'PERL5LIB',
      variables: (seed) => ({ PERL_HASH_SEED: String(seed) }),
    },
  ],
])

const nodeExtensions: ReadonlySet<string> = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'])

/** Whether Node runs the file as a module of the boot's process. */
export function isNodeScript(path: string): boolean {
  return nodeExtensions.has(extname(path))
}

/** Endings of all scripts that are known by their names. */
export function scriptExtensions(): readonly string[] {
  return [...nodeExtensions, ...[...languages.values()].flatMap(({ extensions }) => extensions)]
}

/** Name of a file's language, by its ending; undefined if that says nothing. */
export function languageOfFile(path: string): string | undefined {
  return nameOf(({ extensions }) => extensions.includes(extname(path)))
}

/** Name of the language of an interpreter: python of /usr/bin/python3.12. */
export function languageOfInterpreter(command: string): string | undefined {
  return nameOf(({ names }) => names.test(basename(command)))
}

function nameOf(matches: (language: ScriptLanguage) => boolean): string | undefined {
  for (const [name, language] of languages) if (matches(language)) return name
  return undefined
}
