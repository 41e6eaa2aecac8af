/** A CSI driver whose volumes are directories: `openDirectoryDriver` makes what `serveCsiDriver` serves. */
export { DIRECTORY_DRIVER_NAME, type DirectoryDriver, type DirectoryDriverOptions, openDirectoryDriver } from './directory-driver.ts'
