import { yamlLibrary } from '../yaml-library.ts'

/** What upstream's parser says of the mistakes that ours tells apart. */
const WORDS: Readonly<Record<string, string>> = {
  BAD_SCALAR_START: 'found character that cannot start any token',
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  TAB_AS_INDENT: 'found character that cannot start any token',
  UNEXPECTED_TOKEN: 'did not find expected key',
  BAD_INDENT: 'did not find expected node content',
  MISSING_CHAR: 'did not find expected node content',
}

/** The error of a YAML text in the words of upstream's parser: `line 1: did not find expected node content`. */
export function goYamlError(error: Error): string {
  if (!(error instanceof yamlLibrary().YAMLParseError)) return error.message
  const words = WORDS[error.code] ?? error.message.split('\n', 1)[0]!
  const line = error.linePos?.[0].line
  return line === undefined ? words : `line ${line}: ${words}`
}
