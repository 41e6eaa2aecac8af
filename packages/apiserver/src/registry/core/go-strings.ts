/** Prints lists of strings of a Go type for messages. */
export const printGoStrings =
  (type: string) =>
  (values: readonly string[]): string =>
    `[]${type}{${values.map((value) => JSON.stringify(value)).join(', ')}}`
