const WORDS: Readonly<Record<string, boolean>> = {
  1: true,
  t: true,
  T: true,
  TRUE: true,
  true: true,
  True: true,
  0: false,
  f: false,
  F: false,
  FALSE: false,
  false: false,
  False: false,
}

/** Reads a boolean as Go's `strconv.ParseBool` does: twelve words, no spaces, no others. Throws a SyntaxError with Go's text. */
export function parseGoBool(text: string): boolean {
  const value = Object.hasOwn(WORDS, text) ? WORDS[text] : undefined
  if (value === undefined) throw new SyntaxError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`)
  return value
}
