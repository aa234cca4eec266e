/** Bounds of a vendor's package as it is read from a disk, each with its unit. */

/** Directories below a package's root; vendors use three. */
export const PACKAGE_MAX_DEPTH = 8;
/** Entries looked at in a directory or zip, directories included. */
export const PACKAGE_MAX_ENTRIES = 4096;
/** A file shown to a parser (XML, md5.txt) is read whole, so it is small. */
export const PARSED_FILE_MAX_BYTES = 256 * 1024;
/** Findings told of one package; a broken one has few distinct causes. */
export const FINDINGS_MAX = 200;
