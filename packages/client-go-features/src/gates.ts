/** Answers whether a feature is on. Asking for an unknown feature is a programming error and throws, naming the feature. */
export interface Gates {
  enabled(feature: string): boolean
}

/** Gates that a program may set: above the environment, below nothing. */
export interface SettableGates extends Gates {
  /** `undefined` takes back what was set. Throws for an unknown feature, and for a locked one unless `value` is its default. */
  set(feature: string, value: boolean | undefined): void
  /** What the program set; undefined where it set nothing. */
  setting(feature: string): boolean | undefined
}

/** Whether `gates` can be set. */
export function isSettable(gates: Gates): gates is SettableGates {
  return 'set' in gates && typeof gates.set === 'function' && 'setting' in gates && typeof gates.setting === 'function'
}
