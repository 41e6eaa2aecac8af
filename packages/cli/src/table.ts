/** Columns as kubectl prints them: three spaces between them, no borders. */
const GAP = '   '

/**
 * Prints rows in columns as they come. Column widths only grow, so that batches of a stream stay in line as far as that is possible; the
 * headings come before the first batch.
 */
export class Table {
  readonly #widths: number[]
  readonly #headings: readonly string[]
  #headed: boolean

  /** `headers: false` leaves the headings out. */
  constructor(headings: readonly string[], options: { headers?: boolean } = {}) {
    this.#headings = headings
    this.#headed = options.headers === false
    this.#widths = this.#headed ? headings.map(() => 0) : headings.map((heading) => heading.length)
  }

  /** The lines of a batch; none for an empty one. */
  lines(rows: readonly (readonly string[])[]): string[] {
    if (rows.length === 0) return []
    for (const row of rows)
      for (const [column, cell] of row.entries()) this.#widths[column] = Math.max(this.#widths[column] ?? 0, cell.length)
    const all = this.#headed ? rows : [this.#headings, ...rows]
    this.#headed = true
    return all.map((row) => this.#line(row))
  }

  #line(row: readonly string[]): string {
    return row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(this.#widths[column]!)))
      .join(GAP)
      .trimEnd()
  }
}
