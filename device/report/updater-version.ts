/** The updater's own version, as reports and `--version` give it. A test holds it against package.json. */
export const UPDATER_VERSION = '0.1.0';
