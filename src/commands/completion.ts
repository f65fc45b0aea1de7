/** `repro completion`: shell completion scripts for commands, options and their values. */

import { type Command, command, type Registry } from './command.ts'
import { UsageError } from './parse.ts'
import { exitCodes, print } from './terminal/terminal.ts'

/** Lazy, as the registry contains this command too. */
export function completion(registry: () => Registry): Command {
  return command({
    usage: 'completion SHELL',
    summary: 'a script that makes bash, zsh or fish complete commands and options',
    description: [
      `SHELL is bash, zsh or fish. The script is for a command called repro: an alias, or a PATH that has
      node_modules/.bin. In zsh it has to come after compinit.`,
    ],
    missing: 'for which shell? bash, zsh or fish',
    examples: [
      ['completion bash', 'in ~/.bashrc: `source <(repro completion bash)`'],
      ['completion zsh', 'in ~/.zshrc: `source <(repro completion zsh)`'],
      ['completion fish', 'in config.fish: `repro completion fish | source`'],
    ],
    async action({ words: [shell = ''] }) {
      const { shells } = await import('./work/completion.ts')
      const script = shells.get(shell)
      if (script === undefined)
        throw new UsageError(`no completion for ${shell} (known: ${[...shells.keys()].join(', ')})`)
      print(script(registry()))
      return exitCodes.done
    },
  })
}
