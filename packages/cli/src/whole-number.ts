import { CommandFailed } from './output.ts'

/** Reads a flag's whole number from 0 to `max`; throws a CommandFailed that names the flag. */
export function wholeNumber(flag: string, text: string, max: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > max)
    throw new CommandFailed(`Cannot use ${flag} "${text}": it must be a whole number from 0 to ${max}`, 2)
  return value
}
