import type { CelEnvironmentOptions } from '../cel-program.ts'
import { addresses } from './addresses.ts'
import { authorizers, authorizerSelectors } from './authorizer.ts'
import { conversions } from './conversions.ts'
import { formats } from './formats.ts'
import type { CelFunction } from './library.ts'
import { lists, sets } from './lists.ts'
import { operators } from './operators.ts'
import { optionals } from './optionals.ts'
import { quantities } from './quantities.ts'
import { regex } from './regex.ts'
import { coreStrings, strings } from './strings.ts'
import { times } from './times.ts'
import { urls } from './urls.ts'

const SINCE_1_30: readonly CelFunction[] = [
  ...operators,
  ...conversions,
  ...coreStrings,
  ...times,
  ...optionals,
  ...strings,
  ...regex,
  ...lists,
  ...sets,
  ...urls,
  ...addresses,
  ...quantities,
  ...authorizers,
]

const byName = (all: readonly CelFunction[]): ReadonlyMap<string, CelFunction> => new Map(all.map((one) => [one.name, one]))

const V1_30 = byName(SINCE_1_30)
const V1_31 = byName([...SINCE_1_30, ...formats])
const V1_31_SELECTORS = byName([...SINCE_1_30, ...formats, ...authorizerSelectors])

/** The functions that an environment has. New expressions are held to those that the release before knows, too (KEP-2876). */
export function functionsOf({ version = '1.31', authorizeWithSelectors = false }: CelEnvironmentOptions): ReadonlyMap<string, CelFunction> {
  if (version === '1.30') return V1_30
  return authorizeWithSelectors ? V1_31_SELECTORS : V1_31
}
