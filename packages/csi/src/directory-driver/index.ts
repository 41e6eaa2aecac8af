/** A CSI driver whose volumes are directories: `serveDirectoryDriver` runs one. */
export { DIRECTORY_DRIVER_NAME, type DirectoryDriver, type DirectoryDriverOptions, openDirectoryDriver } from './directory-driver.ts'
export { linkPlacement, type Placement } from './placement.ts'
export { serveDirectoryDriver, type ServedDirectoryDriver, type ServeDirectoryDriverOptions } from './serve-directory-driver.ts'
