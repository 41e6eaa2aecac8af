/** What controller authors import: Manager, controllerFor(kind).owns().watches().reconcile(), predicates, finalizers, events, health; every run is journaled. */
export {}
