/** Users know the binder's events under this name. */
export const EVENT_SOURCE = { component: 'persistentvolume-controller' } as const
