import type { FlagWords, VerbWords } from './completion-words.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** The script that teaches a shell to complete `kubetape`. */
export function completionScript(shell: Shell, verbs: readonly VerbWords[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](verbs)
}

function bashScript(verbs: readonly VerbWords[]): string {
  const valueCases = verbs.flatMap(({ name, flags }) =>
    flags
      .filter(({ value }) => value !== 'none')
      .map((flag) => `    ${flag.names.map((word) => `${name}:${word}`).join('|')}) ${bashReply(flag.value)}; return ;;`),
  )
  const verbCases = verbs.map(
    ({ name, flags, firstArgument }) =>
      `    ${name}) flags="${flags.flatMap(({ names }) => names).join(' ')}"; words="${firstArgument.join(' ')}" ;;`,
  )
  return `# bash completion of kubetape; use it with: source <(kubetape completion bash)
_kubetape() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" verb="\${COMP_WORDS[1]}" flags="" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${verbs.map(({ name }) => name).join(' ')} --help" -- "$current"))
    return
  fi
  case "$verb:$previous" in
${valueCases.join('\n')}
  esac
  case "$verb" in
${verbCases.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
  esac
}
complete -F _kubetape kubetape`
}

function bashReply(value: FlagWords['value']): string {
  if (value === 'file') return 'COMPREPLY=($(compgen -f -- "$current"))'
  if (value === 'folder') return 'COMPREPLY=($(compgen -d -- "$current"))'
  return typeof value === 'string' ? 'COMPREPLY=()' : `COMPREPLY=($(compgen -W "${value.join(' ')}" -- "$current"))`
}

function zshScript(verbs: readonly VerbWords[]): string {
  const described = verbs.map(({ name, description }) => `    ${quoted(`${name}:${description.replaceAll(':', '\\:')}`)}`)
  const cases = verbs.map(({ name, flags, firstArgument }) => {
    const specs = flags.flatMap((flag) => flag.names.map((word) => quoted(`${word}[${zshText(flag.description)}]${zshValue(flag.value)}`)))
    const argument = firstArgument.length === 0 ? [] : [quoted(`1:what:(${firstArgument.join(' ')})`)]
    return `    ${name}) _arguments -S ${[...specs, ...argument].join(' ')} ;;`
  })
  return `#compdef kubetape
# zsh completion of kubetape; use it with: source <(kubetape completion zsh)
_kubetape() {
  local -a verbs
  verbs=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'verb' verbs
    return
  fi
  local verb="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$verb" in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = "_kubetape" ]; then
  _kubetape "$@"
else
  compdef _kubetape kubetape
fi`
}

/** Brackets and colons mean something in the specifications of \`_arguments\`. */
const zshText = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&')

function zshValue(value: FlagWords['value']): string {
  if (value === 'none') return ''
  if (value === 'file') return ':file:_files'
  if (value === 'folder') return ':folder:_files -/'
  return typeof value === 'string' ? ':value:' : `:value:(${value.join(' ')})`
}

function fishScript(verbs: readonly VerbWords[]): string {
  const lines = verbs.map(({ name, description }) => `complete -c kubetape -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`)
  for (const { name, flags, firstArgument } of verbs) {
    const when = `complete -c kubetape -n '__fish_seen_subcommand_from ${name}'`
    for (const flag of flags)
      lines.push(
        `${when} ${flag.names.map((word) => (word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`)).join(' ')} -d ${quoted(flag.description)}${fishValue(flag.value)}`,
      )
    if (firstArgument.length > 0) lines.push(`${when} -a ${quoted(firstArgument.join(' '))}`)
  }
  return ['# fish completion of kubetape; use it with: kubetape completion fish | source', 'complete -c kubetape -f', ...lines].join('\n')
}

function fishValue(value: FlagWords['value']): string {
  if (value === 'none') return ''
  if (value === 'file') return ' -rF'
  if (value === 'folder') return " -xa '(__fish_complete_directories)'"
  return typeof value === 'string' ? ' -x' : ` -xa ${quoted(value.join(' '))}`
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
