/** The built-in reconcilers, each a pure plan() and a thin shell. */
export {}
