/** ControlPlane.start(options): apiserver, controllers and nodes over one log, as a library. */
export {}
