/** Answers whether a feature is on. Asking for an unknown feature is a programming error and throws, naming the feature. */
export interface Gates {
  enabled(feature: string): boolean
}
