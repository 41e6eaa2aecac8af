import type { CsiParameters } from '../csi-driver.ts'
import { given } from './parts.ts'

/** Maps that requests of the Controller service have. */
export interface Maps {
  readonly parameters?: CsiParameters
  readonly mutableParameters?: CsiParameters
  readonly secrets?: CsiParameters
  readonly volumeContext?: CsiParameters
}

/** Those of a message that are not empty. */
export const maps = ({ parameters, mutableParameters, secrets, volumeContext }: Maps): Maps => ({
  ...given('parameters', parameters),
  ...given('mutableParameters', mutableParameters),
  ...given('secrets', secrets),
  ...given('volumeContext', volumeContext),
})
