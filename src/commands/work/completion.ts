/**
 * Generates completion scripts from the definitions of the commands. They are self-contained; only for names
 * in a document they ask `repro __names` (names.ts).
 */

import { type Command, commandsIn, isGroup, type Registry } from '../command.ts'
import { type Option, positionals } from '../parse.ts'

type Named = readonly [name: string, summary: string]

export const shells: ReadonlyMap<string, (registry: Registry) => string> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
])

/** Values that a shell can offer: words, names of a kind in the document, or files matching a pattern. */
interface Values {
  readonly words?: readonly string[]
  readonly names?: string | undefined
  readonly files?: string
  /** Whether several words may stand with commas between them. */
  readonly isList?: boolean
}

/** By placeholder in usage lines and options. */
const values: ReadonlyMap<string, Values> = new Map<string, Values>([
  ['DOCUMENT', { files: '*.md' }],
  ['FILE', { files: '*' }],
  ['DIR', { files: '*' }],
  ['EXPERIMENT', { names: 'experiments' }],
  ['SHELL', { words: [...shells.keys()] }],
  ['CELL', { names: 'cells' }],
  ['ENVIRONMENT', { names: 'environments' }],
  ['STEP', { names: 'steps', files: '*.md' }],
  ['A', { words: ['recorded', 'latest'] }],
])

/** Returns where a command's name is expected: the words before it, and the names. */
function choices(registry: Registry): readonly (readonly [path: string, names: readonly Named[]])[] {
  const names = (commands: Registry) => [...commands].map(([name, { summary }]) => [name, summary] as const)
  const groups = [...registry].flatMap(([name, found]) =>
    isGroup(found) ? [[name, names(found.commands)] as const] : [],
  )
  const all = names(registry)
  return [
    ['', [...all, ['help', 'how to use repro, or one of its commands']]],
    ...groups,
    ['help', all],
    ...groups.map(([name, found]) => [`help ${name}`, found] as const),
  ]
}

function optionsOf({ options }: Command): readonly (readonly [name: string, option: Option<unknown>])[] {
  const read = () => undefined
  return [...Object.entries(options), ['help', { takes: 'nothing', short: 'h', description: 'help', read }]]
}

function optionValues({ choices, names, value = '' }: Option<unknown>): Values {
  if (choices === undefined && names === undefined) return values.get(value) ?? {}
  return { ...(choices ? { words: choices } : { names }), isList: value === 'LIST' }
}

/** Returns the values of the first kind of word that is known; positions are ignored. */
function wordValues({ usage }: Command): Values {
  return positionals(usage).flatMap(({ name }) => values.get(name) ?? [])[0] ?? {}
}

function bash(registry: Registry): string {
  const quoted = (words: readonly string[]) => `'${words.join(' ')}'`
  const set = ({ words, names, files, isList }: Values) =>
    [
      ...(words ? [`words=${quoted(words)}`] : []),
      ...(names ? [`names=${names}`] : []),
      ...(files ? [`files='${files}'`] : []),
      ...(isList ? ['list=1'] : []),
    ].join(' ') || 'return'
  const flags = (name: string, { takes, short }: Option<unknown>) => [
    ...(takes === 'value' ? [`--${name}`] : []),
    `--${name}=`,
    ...(short === undefined ? [] : [`-${short}`]),
  ]
  const afterOption = commandsIn(registry).flatMap(([path, command]) =>
    optionsOf(command).flatMap(([name, option]) => {
      if (option.takes === 'nothing') return []
      const patterns = flags(name, option).map((one) => `'${path} ${one}'`)
      return [`    ${patterns.join(' | ')}) ${set(optionValues(option))} ;;`]
    }),
  )
  const afterCommand = commandsIn(registry).map(([path, command]) => {
    const options = quoted(optionsOf(command).map(([name]) => `--${name}`))
    const other = set(wordValues(command))
    return `    '${path} '*) if [[ $current == -* ]]; then words=${options}; else ${other}; fi ;;`
  })
  const names = choices(registry).map(([path, named]) => {
    const more = path === '' ? ['--help', '--version'] : []
    return `    '${path}') words=${quoted([...named.map(([name]) => name), ...more])} ;;`
  })
  return `# Completion of repro for bash: source <(repro completion bash)
_repro() {
  local current=$2 previous=$3 words= names= files= list= prefix= word glued= at=COMP_CWORD
  local before="\${COMP_WORDS[*]:1:COMP_CWORD-1}"
  # Bash divides --to=csv and threads=2 at the sign, and replaces what stands behind it.
  if [[ $current == '=' ]]; then
    current= at=COMP_CWORD-1 previous=\${COMP_WORDS[COMP_CWORD-1]}=
  elif [[ $previous == '=' ]]; then
    at=COMP_CWORD-2 previous=\${COMP_WORDS[COMP_CWORD-2]}=
  fi
  if [[ $previous == *= && $previous != -* ]]; then
    glued=$previous current=$previous$current previous=\${COMP_WORDS[at-1]}
    if [[ $previous == '=' ]]; then previous=\${COMP_WORDS[at-2]}=; fi
  fi
  local command=\${COMP_WORDS[1]}
  case $command in ${groupNames(registry).join(' | ')}) command+=" \${COMP_WORDS[2]}" ;; esac
  COMPREPLY=()
  case "$before" in
${names.join('\n')}
    *) case "$command $previous" in
${afterOption.map((line) => `  ${line}`).join('\n')}
      *) case "$command " in
${afterCommand.map((line) => `    ${line}`).join('\n')}
        esac ;;
      esac ;;
  esac
  if [[ -n $names ]]; then
    local document=
    for word in "\${COMP_WORDS[@]:2}"; do if [[ $word == *.md ]]; then document=$word; fi; done
    words=$("\${COMP_WORDS[0]}" __names "$names" \${document:+"$document"} 2>/dev/null </dev/null)
  fi
  if [[ -n $list && $current == *,* ]]; then prefix=\${current%,*}, current=\${current##*,}; fi
  for word in $words; do
    if [[ $word == "$current"* && ,$prefix != *",$word,"* ]]; then word=$prefix$word COMPREPLY+=("\${word#"$glued"}"); fi
  done
  if [[ \${#COMPREPLY[@]} == 0 && -n $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -X "!$files" -- "$current")
    if [[ $files != '*' ]]; then mapfile -t -O \${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$current"); fi
  fi
}
complete -F _repro repro`
}

function groupNames(registry: Registry): readonly string[] {
  return [...registry].flatMap(([name, found]) => (isGroup(found) ? [name] : []))
}

function zsh(registry: Registry): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  const escaped = (text: string) => text.replace(/[\\[\]:]/g, '\\$&')
  const action = ({ words, names, files, isList }: Values) => {
    if (names) return `{_repro_names ${names} ${isList ? 'list' : 'one'} ${files ?? ''}}`
    if (words) return isList ? `{_values -s , word ${words.join(' ')}}` : `(${words.join(' ')})`
    return files === '*' ? '_files' : files ? `_files -g "${files}"` : ' '
  }
  const specifications = ([name, option]: readonly [string, Option<unknown>]) => {
    const { takes, short, value = '', description } = option
    const about = `[${escaped(description)}]`
    const taken = `${escaped(value)}:${action(optionValues(option))}`
    const long = {
      nothing: `--${name}${about}`,
      value: `--${name}=${about}:${taken}`,
      maybe: `--${name}=-${about}::${taken}`,
    }
    const letter = takes === 'nothing' ? `-${short}${about}` : `-${short}+${about}:${taken}`
    return [long[takes], ...(short === undefined ? [] : [letter])]
  }
  const names = choices(registry).map(([path, named]) => {
    const list = named.map(([name, summary]) => quoted(`${name}:${summary}`)).join(' ')
    return `    ${quoted(path)}) local -a names=(${list}); _describe -t commands command names; return ;;`
  })
  const commands = commandsIn(registry).map(([path, command]) => {
    const all = [
      ...optionsOf(command).flatMap(specifications),
      ...(positionals(command.usage).length === 0
        ? []
        : [`*:${nameOfWords(command)}:${action(wordValues(command))}`]),
    ]
    return `    ${quoted(`${path} `)}*) _arguments -s ${all.map(quoted).join(' ')} ;;`
  })
  return `#compdef repro
# Completion of repro for zsh: source <(repro completion zsh)
_repro_names() {
  local document=\${words[(R)*.md]}
  local -a names=(\${(f)"$($program __names $1 $document 2>/dev/null </dev/null)"})
  if (( $#names == 0 )); then
    if [[ -n $3 ]]; then _files -g "$3"; fi
  elif [[ $2 == list ]]; then _values -s , name $names
  else compadd -a names
    if [[ -n $3 ]]; then _files -g "$3"; fi
  fi
}
_repro() {
  local program=\${words[1]}
  case "\${words[2,CURRENT-1]}" in
${names.join('\n')}
  esac
  local command="\${words[2]} "
  shift words; ((CURRENT--))
  case $command in ${groupNames(registry)
    .map((name) => quoted(`${name} `))
    .join(' | ')})
    command+="\${words[2]} "; shift words; ((CURRENT--)) ;;
  esac
  case $command in
${commands.join('\n')}
  esac
}
compdef _repro repro`
}

function nameOfWords({ usage }: Command): string {
  return positionals(usage)
    .map(({ name }) => name)
    .join(' or ')
}

function fish(registry: Registry): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`
  const offered = ({ words, names, files, isList }: Values) => {
    const all = words?.join(' ') ?? (names && `(__repro_names ${names})`)
    if (all !== undefined) {
      const more = files ? ` (__fish_complete_suffix ${files.slice(1)})` : ''
      return `-x -a ${quoted(isList ? `(__repro_list ${all})` : `${all}${more}`)}`
    }
    if (files === '*') return '-r -F'
    return files ? `-x -a '(__fish_complete_suffix ${files.slice(1)})'` : '-x'
  }
  const names = choices(registry).flatMap(([path, named]) =>
    named.map(
      ([name, summary]) =>
        `complete -c repro -n ${quoted(`__repro_after ${path}`.trim())} -a ${name} -d ${quoted(summary)}`,
    ),
  )
  const commands = commandsIn(registry).flatMap(([path, command]) => {
    const start = `complete -c repro -n ${quoted(`__repro_in ${path}`)}`
    const found = wordValues(command)
    const words =
      found.words || found.names || found.files ? [`${start} ${offered(found).replace(/^-[xr] /, '')}`] : []
    const options = optionsOf(command).map(([name, option]) => {
      const { takes, short, description } = option
      const letter = short === undefined ? '' : ` -s ${short}`
      const values = takes === 'nothing' ? '' : ` ${offered(optionValues(option))}`
      // An optional value: offered after the equals sign only.
      const value = takes === 'maybe' ? values.replace(/^ -[xr]/, '') : values
      return `${start} -l ${name}${letter}${value} -d ${quoted(description)}`
    })
    return [...words, ...options]
  })
  return `# Completion of repro for fish: repro completion fish | source
function __repro_words
    set -l words (commandline -opc)
    set -e words[1]
    string join ' ' -- $words
end
function __repro_after
    set -l words (__repro_words)
    test "$words" = "$argv"
end
function __repro_in
    set -l words (__repro_words)
    string match -q -- "$argv *" "$words "
end
function __repro_names
    set -l words (commandline -opc)
    set -l document (string match -- '*.md' $words)[-1]
    $words[1] __names $argv[1] $document 2>/dev/null </dev/null
end
function __repro_list
    set -l before (commandline -ct | string replace -r -- '^--?[^=]*=' '' | string match -r -- '^.*,')
    set -q before[1]; or set before ''
    printf '%s\\n' $before$argv
end
complete -c repro -f
${[...names, ...commands].join('\n')}`
}
