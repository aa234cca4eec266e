/** Bounds of what goes into a package, with their units. */

/** Files of the native parts, all dependencies together. */
export const NATIVE_FILES_MAX = 2000;
/** Packages that the native parts depend on, themselves included. */
export const NATIVE_PACKAGES_MAX = 100;
