import { styleText } from 'node:util'
import type { Output } from './output.ts'

type Style = 'bold' | 'dim' | 'red' | 'green'

/** Emphasis on a terminal; elsewhere, and with NO_COLOR, the text as it is. */
export type Ink = (style: Style, text: string) => string

/** The emphasis that an output can show. */
export function inkOf({ isTerminal }: Output): Ink {
  if (!isTerminal || process.env['NO_COLOR']) return (_style, text) => text
  return (style, text) => styleText(style, text, { validateStream: false })
}
