import { type Random, randomInt } from './random.ts'

/** The characters of generated suffixes: no vowels, nothing easily misread (API conventions, "generateName"). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'
const SUFFIX_LENGTH = 5
/** The longest base that leaves room for the suffix in a 63-character name. */
export const GENERATED_BASE_MAX = 63 - SUFFIX_LENGTH

/** Five random characters, as the API server appends to `metadata.generateName`. */
export function generatedNameSuffix(random: Random): string {
  let out = ''
  for (let i = 0; i < SUFFIX_LENGTH; i++) out += ALPHABET[randomInt(random, ALPHABET.length)]
  return out
}

/** `base` cut to fit, plus a random suffix. */
export function generatedName(random: Random, base: string): string {
  return base.slice(0, GENERATED_BASE_MAX) + generatedNameSuffix(random)
}
