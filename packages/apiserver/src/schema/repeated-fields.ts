/** A JSON object in which some key came more than once: all its entries in the order of the text. */
export class RepeatedFields {
  readonly entries: readonly (readonly [string, unknown])[]

  constructor(entries: readonly (readonly [string, unknown])[]) {
    this.entries = entries
  }
}
