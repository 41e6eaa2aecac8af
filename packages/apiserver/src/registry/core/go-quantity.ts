import { type FieldError, type FieldPath, invalid, type Quantity } from '@kubetape/apimachinery'

/** A quantity as Go's `%#v` prints it, which is how upstream shows one that a rule refuses. `text` is what it remembers of how it is written. */
export function printGoQuantity({ unscaled, scale, format }: Quantity, text = ''): string {
  return `resource.Quantity{i:resource.int64Amount{value:${unscaled}, scale:${-scale}}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:${JSON.stringify(text)}, Format:${JSON.stringify(format)}}`
}

/** `Invalid value: resource.Quantity{…}: detail` */
export const invalidQuantity = (path: FieldPath, quantity: Quantity, detail: string): FieldError =>
  invalid(path, quantity, detail, printGoQuantity(quantity))
