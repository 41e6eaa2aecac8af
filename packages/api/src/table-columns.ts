import { formatGroupVersion, type GroupVersionResource } from '@kubetape/apimachinery'
import { tableData } from './generated/table-data.ts'

/** A column of the Table that a list answers with (API reference, TableColumnDefinition); `priority` above 0 shows with `-o wide`. */
export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly priority: number
}

let parsed: Record<string, readonly [string, string, string, number][]> | undefined

/** The columns of a resource's Table; undefined where v1.31 has none of its own (Name and Created At then). */
export function tableColumns(target: GroupVersionResource): readonly TableColumn[] | undefined {
  parsed ??= JSON.parse(tableData) as Record<string, [string, string, string, number][]>
  return parsed[`${formatGroupVersion(target)}/${target.resource}`]?.map(([name, type, format, priority]) => ({
    name,
    type,
    format,
    priority,
  }))
}
