import { badRequest, type KubeObject, type ListMeta } from '@kubetape/apimachinery'
import type { TableColumn } from '@kubetape/api'
import type { Transformation } from './negotiation.ts'
import { partialObjectMetadata } from './partial-object-metadata.ts'

/** What a row carries of its object. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

/** A column as it stands in a Table (API reference, TableColumnDefinition). */
export interface ColumnDefinition extends TableColumn {
  readonly description: string
}

/** One object's row. */
export interface TableRow {
  readonly cells: readonly unknown[]
  /** What clients may grey the row for. */
  readonly conditions?: readonly TableRowCondition[]
  readonly object: KubeObject | null
}

/** A condition of a row (API reference, TableRowCondition): `Completed` is the only type that there is. */
export interface TableRowCondition {
  readonly type: 'Completed'
  readonly status: 'True'
  readonly reason: string
  readonly message: string
}

/** A Table (API concepts, "Receiving resources as Tables"); in a watch, only the first one says its columns. */
export interface Table {
  readonly kind: 'Table'
  readonly apiVersion: string
  readonly metadata: ListMeta
  readonly columnDefinitions: readonly ColumnDefinition[] | null
  readonly rows: readonly TableRow[]
}

/** How Tables of one request are made. */
export interface TableOptions {
  /** Of the resource; undefined for Name and Created At, which are also the cells then. */
  readonly columns: readonly (TableColumn & { readonly description?: string })[] | undefined
  /** The cells of an object, all priorities, in the order of the columns. Not asked when `columns` is undefined. */
  readonly cellsOf?: ((object: Readonly<KubeObject>, nowMs: number) => readonly unknown[]) | undefined
  /** The conditions of an object's row; default: none. */
  readonly conditionsOf?: ((object: Readonly<KubeObject>) => readonly TableRowCondition[] | undefined) | undefined
  /** Wall time in Unix milliseconds; ages are counted to it. */
  readonly nowMs: number
  /** Default: 'Metadata'. */
  readonly includeObject?: IncludeObject
  /** The version of `meta.k8s.io` that was asked for. Default: 'v1'. */
  readonly version?: Transformation['version']
}

/** The time that Go prints where none is set, as of answers that are not stored. */
const NO_TIME = '0001-01-01T00:00:00Z'
const DEFAULT_COLUMNS: readonly TableColumn[] = [
  { name: 'Name', type: 'string', format: 'name', priority: 0 },
  { name: 'Created At', type: 'date', format: '', priority: 0 },
]

/** What columns that many kinds have are about. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  Name: 'The name of the object, unique within its namespace.',
  Age: 'How long ago the object was created.',
  'Created At': 'When the object was created.',
  Namespace: 'The namespace of the object.',
  Labels: 'The labels of the object.',
}

/** Reads the query parameter `includeObject`. Throws 400 with upstream's words for a value that is none. */
export function parseIncludeObject(text: string | null | undefined): IncludeObject {
  if (text === null || text === undefined || text === '') return 'Metadata'
  if (text === 'None' || text === 'Metadata' || text === 'Object') return text
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(text)}: must be 'Metadata', 'Object', 'None', or empty`,
  )
}

/** The Table of a list, or of one object (whose resourceVersion `metadata` then has). */
export function tableOf(objects: readonly Readonly<KubeObject>[], metadata: ListMeta, options: TableOptions): Table {
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version ?? 'v1'}`,
    metadata,
    columnDefinitions: columnDefinitionsOf(options),
    rows: objects.map((object) => rowOf(object, options)),
  }
}

/** The Table of one object: its resourceVersion is the Table's. */
export function tableOfObject(object: Readonly<KubeObject>, options: TableOptions): Table {
  const resourceVersion = object.metadata?.resourceVersion
  return tableOf([object], resourceVersion === undefined ? {} : { resourceVersion }, options)
}

/** Makes the Tables of one watch: columns are said once, in its first event. */
export class WatchTables {
  #said = false

  /** The Table of one event's object; a bookmark has a row too, as upstream. */
  next(object: Readonly<KubeObject>, options: TableOptions): Table {
    const table = tableOfObject(object, options)
    if (this.#said) return { ...table, columnDefinitions: null }
    this.#said = true
    return table
  }
}

function columnDefinitionsOf({ columns }: TableOptions): ColumnDefinition[] {
  return (columns ?? DEFAULT_COLUMNS).map(({ name, type, format, description, priority }: TableColumn & { description?: string }) => ({
    name,
    type,
    format,
    description: description ?? DESCRIPTIONS[name] ?? '',
    priority,
  }))
}

/** One row of a Table. */
export function rowOf(
  object: Readonly<KubeObject>,
  { columns, cellsOf, conditionsOf, nowMs, includeObject = 'Metadata', version = 'v1' }: TableOptions,
): TableRow {
  const cells =
    columns === undefined || cellsOf === undefined
      ? [object.metadata?.name ?? '', object.metadata?.creationTimestamp ?? NO_TIME]
      : cellsOf(object, nowMs)
  const conditions = conditionsOf?.(object)
  return {
    cells,
    ...(conditions !== undefined && { conditions }),
    object: includeObject === 'None' ? null : includeObject === 'Object' ? object : partialObjectMetadata(object, version),
  }
}
