import type { KubeObject } from '@kubetape/apimachinery'
import { CLASS_ANNOTATION } from './class-annotation.ts'

const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

/** Access modes in their short forms. */
export const accessModesCell = (modes: readonly string[] | undefined): string =>
  (modes ?? []).map((mode) => ACCESS_MODES[mode] ?? mode).join(',')

/** The phase, or that the object is on its way out. */
export const phaseCell = ({ metadata }: Readonly<KubeObject>, phase: string | undefined): string =>
  metadata?.deletionTimestamp === undefined ? (phase ?? '') : 'Terminating'

/** The class, by the annotation first, as upstream reads it. */
export const classCell = ({ metadata }: Readonly<KubeObject>, name: string | undefined): string =>
  metadata?.annotations?.[CLASS_ANNOTATION] ?? name ?? ''
