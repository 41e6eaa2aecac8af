import { type TableColumn, tableColumns } from '@kubetape/api'
import type { KubeObject } from '@kubetape/apimachinery'
import { type CustomTable, customTable, strategies } from '@kubetape/apiserver'
import { nameOfResource, type TapeResource } from './object-reference.ts'
import { sortMembers } from './sorted-json.ts'
import { Table } from './table.ts'
import { printYaml } from './yaml-text.ts'

/** The forms in which objects are printed; undefined is a table. */
export const OBJECT_FORMATS = ['json', 'yaml', 'wide', 'name'] as const
export type ObjectFormat = (typeof OBJECT_FORMATS)[number]

export interface PrintOptions {
  readonly format: ObjectFormat | undefined
  /** One object that was asked for by name: no List around it. */
  readonly single: boolean
  /** A column for the namespace comes first. */
  readonly namespaceColumn: boolean
  readonly headers: boolean
  readonly managedFields: boolean
  /** Unix milliseconds that ages count to. */
  readonly nowMs: number
}

/** Objects of one resource as kubectl prints them. */
export function printObjects(resource: TapeResource, objects: readonly KubeObject[], options: PrintOptions): string[] {
  const { format, single } = options
  if (format === 'name') return objects.map((object) => `${nameOfResource(resource)}/${object.metadata?.name ?? ''}`)
  if (format !== 'json' && format !== 'yaml') return printTable(resource, objects, options)
  const shown = objects.map((object) => (options.managedFields ? object : withoutManagedFields(object)))
  const whole = sortMembers(single ? shown[0] : { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: shown })
  return [format === 'json' ? JSON.stringify(whole, null, 4) : printYaml(whole, { version: '1.1' })]
}

function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata?.managedFields === undefined) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

const NAME_AND_TIME: readonly TableColumn[] = [
  { name: 'Name', type: 'string', format: 'name', priority: 0 },
  { name: 'Created At', type: 'date', format: '', priority: 0 },
]

/** The columns that the API server's Tables have, and its cells. */
function printTable(resource: TapeResource, objects: readonly KubeObject[], options: PrintOptions): string[] {
  const { format, namespaceColumn, headers, nowMs } = options
  const { columns, row } = tableOf(resource)
  const shown = [...columns.entries()].filter(([, { priority }]) => priority === 0 || format === 'wide')
  const headings = shown.map(([, { name }]) => name.toUpperCase())
  const table = new Table(namespaceColumn ? ['NAMESPACE', ...headings] : headings, { headers })
  return table.lines(
    objects.map((object) => {
      const cells = row(object, nowMs)
      const texts = shown.map(([index]) => printCell(cells[index]))
      return namespaceColumn ? [object.metadata?.namespace ?? '', ...texts] : texts
    }),
  )
}

/** Of a custom resource the columns that its definition had then. */
function tableOf(resource: TapeResource): CustomTable {
  if (resource.printerColumns !== undefined) return customTable(resource.printerColumns)
  const strategy = strategies.get(`${resource.group}/${resource.resource}`)
  const columns = strategy?.tableRow === undefined ? undefined : tableColumns(resource)
  if (columns === undefined) return { columns: NAME_AND_TIME, row: nameAndTime }
  return { columns, row: (object, nowMs) => strategy?.tableRow?.(object, nowMs) ?? nameAndTime(object) }
}

const nameAndTime = (object: Readonly<KubeObject>): unknown[] => [object.metadata?.name ?? '', object.metadata?.creationTimestamp ?? '']

/** Only the first line of a text, as kubectl does. */
function printCell(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell)
  const end = text.search(/[\n\r\f]/)
  return end < 0 ? text : `${text.slice(0, end)}...`
}
