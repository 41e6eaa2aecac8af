// Medians and ranges of what was measured, printed with ours beside the limit.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const text = (value) => (value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3))))

/** `median (min-max)` */
function spread(values) {
  if (values.length === 1) return text(values[0])
  return `${text(median(values))} (${text(Math.min(...values))}-${text(Math.max(...values))})`
}

/** Collects values by row and side, and prints them as a table. */
export class Figures {
  #rows = new Map()

  /** Adds one measured value. `unit` is printed; `side` is `ours` or `limit`. */
  add(name, unit, side, value) {
    if (!this.#rows.has(name)) this.#rows.set(name, { unit, ours: [], limit: [] })
    this.#rows.get(name)[side].push(value)
  }

  /** Prints every row; the ratio is ours over the limit, so above 1 is better for rates and worse for times. */
  print() {
    const lines = [['', 'unit', 'ours', 'limit', 'ours/limit']]
    for (const [name, { unit, ours, limit }] of this.#rows) {
      const ratio = ours.length > 0 && limit.length > 0 ? (median(ours) / median(limit)).toFixed(2) : ''
      lines.push([name, unit, ours.length > 0 ? spread(ours) : '', limit.length > 0 ? spread(limit) : '', ratio])
    }
    const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)))
    for (const line of lines)
      console.log(
        line
          .map((cell, column) => cell.padEnd(widths[column]))
          .join('  ')
          .trimEnd(),
      )
  }
}
