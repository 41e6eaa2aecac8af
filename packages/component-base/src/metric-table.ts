import type { Cell } from './metric-cell.ts'
import type { Labels, MetricFamily, MetricSpec } from './metrics.ts'

/** The kinds of metric that are kept. */
export type MetricKind = 'counter' | 'gauge' | 'histogram'

/** One line of the text format. */
interface Line {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/** All cells of one metric, by label values. It answers prom-client's registry as one of its own metrics does. */
export class MetricTable<C extends Cell> implements MetricFamily<C> {
  readonly name: string
  readonly kind: MetricKind
  readonly labelNames: readonly string[]
  readonly #help: string
  readonly #newCell: () => C
  readonly #cells = new Map<string, { labels: Labels; cell: C }>()

  constructor(options: { spec: MetricSpec; kind: MetricKind; newCell: () => C }) {
    const { spec, kind, newCell } = options
    this.name = spec.name
    this.kind = kind
    this.labelNames = (spec.labelNames ?? []).toSorted()
    this.#help = spec.help
    this.#newCell = newCell
  }

  with(labels: Labels = {}): C {
    let key = ''
    for (const name of this.labelNames) {
      const value = labels[name]
      if (value === undefined) throw new Error(`Cannot label metric "${this.name}": label "${name}" has no value`)
      key += `${value}\u0000`
    }
    const known = this.#cells.get(key)
    if (known !== undefined) return known.cell
    const cell = this.#newCell()
    this.#cells.set(key, { labels: this.#ordered(labels), cell })
    return cell
  }

  /** What prom-client's registry asks its metrics for; lines are in the order of the label values. */
  get(): Promise<{ name: string; help: string; type: MetricKind; values: Line[] }> {
    const rows = [...this.#cells].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
    const values = rows.flatMap(({ labels, cell }) =>
      cell.samples().map(({ suffix, le, value }): Line => {
        return { metricName: this.name + suffix, labels: le === undefined ? labels : { ...labels, le }, value }
      }),
    )
    return Promise.resolve({ name: this.name, help: this.#help, type: this.kind, values })
  }

  #ordered(labels: Labels): Labels {
    return Object.fromEntries(this.labelNames.map((name) => [name, labels[name]!]))
  }
}
