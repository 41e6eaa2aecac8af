// The flags of the benchmarks: --name value, or --name alone where the default is false.

/** Reads `--name value` pairs over these defaults; numbers stay numbers. Ends the process with 2 on anything else. */
export function flagsOf(defaults, args = process.argv.slice(2)) {
  const flags = { ...defaults }
  while (args.length > 0) {
    const word = args.shift()
    const name = word.startsWith('--') ? word.slice(2) : ''
    if (!(name in defaults)) {
      console.error(
        `Cannot use "${word}": the flags are ${Object.keys(defaults)
          .map((one) => `--${one}`)
          .join(' ')}`,
      )
      process.exit(2)
    }
    if (typeof defaults[name] === 'boolean') flags[name] = true
    else flags[name] = typeof defaults[name] === 'number' ? Number(args.shift()) : args.shift()
  }
  return flags
}

/** Flags that every benchmark with a server takes. */
export const SERVER_FLAGS = {
  /** Runs of each side, alternating. */
  runs: 3,
  /** Run the built packages (`npm run build` first) instead of the sources. */
  built: false,
  /** Folder for the CPU profiles of the server; empty: none. */
  profile: '',
  /** The load to use; empty: the one shared with other API servers where it lies beside this repository, else ours. */
  load: '',
}

/** `1,2,3` as numbers. */
export const numbersOf = (list) => String(list).split(',').map(Number)
