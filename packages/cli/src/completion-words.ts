import { allResources } from '@kubetape/api'
import type { Command, Option } from 'commander'

/** One flag of a verb. */
export interface FlagWords {
  /** `--output` and `-o`, as far as there are. */
  readonly names: readonly string[]
  readonly description: string
  /** What may follow: one of these words, a file, a folder, any text, or nothing at all. */
  readonly value: readonly string[] | 'file' | 'folder' | 'text' | 'none'
}

/** One verb with all that can be completed after it. */
export interface VerbWords {
  readonly name: string
  readonly description: string
  readonly flags: readonly FlagWords[]
  /** Words for the verb's first argument; empty where there is nothing to offer. */
  readonly firstArgument: readonly string[]
}

/** What shells complete, read off the program itself. */
export function completionWords(program: Command): readonly VerbWords[] {
  const verbs = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    flags: [...command.options.map(flagWords), HELP],
    firstArgument: firstArgument(command),
  }))
  const help: VerbWords = { name: 'help', description: 'Show what a verb does', flags: [], firstArgument: verbs.map(({ name }) => name) }
  return [...verbs, help]
}

const HELP: FlagWords = { names: ['--help', '-h'], description: 'show what the verb does', value: 'none' }

function flagWords(option: Option): FlagWords {
  const names = [option.long, option.short].filter((name) => typeof name === 'string')
  return { names, description: option.description || names[0]!, value: valueWords(option) }
}

function valueWords({ argChoices, required, optional, flags }: Option): FlagWords['value'] {
  if (!required && !optional) return 'none'
  if (argChoices !== undefined) return argChoices
  if (flags.includes('<file>')) return 'file'
  return flags.includes('<folder>') ? 'folder' : 'text'
}

function firstArgument(command: Command): readonly string[] {
  const [argument] = command.registeredArguments
  if (argument === undefined) return []
  if (argument.argChoices !== undefined) return argument.argChoices
  return argument.name() === 'kind' || argument.name() === 'object' ? kindNames() : []
}

/** Plural names of what can be listed; a group follows where two have the same name. */
function kindNames(): string[] {
  const names = new Map<string, string>()
  for (const { resource, group, verbs } of allResources()) {
    if (!verbs.includes('list')) continue
    const taken = names.get(resource)
    if (taken === undefined) names.set(resource, group)
    else if (taken !== group) names.set(`${resource}.${group}`, group)
  }
  return [...names.keys()].sort()
}
