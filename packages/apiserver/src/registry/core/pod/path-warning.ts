import type { FieldPath } from '@kubetape/apimachinery'

/** A warning about the field at `path`. */
export const warningAt = (path: FieldPath, message: string): string => `${path.toString()}: ${message}`
