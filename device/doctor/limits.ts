/** Bounds of an examination, with their units. */

/** Of one answer line, as facts are read from it and as the archive keeps it. */
export const ANSWER_LINE_MAX_CHARS = 300;
/** Lines of one answer: AT+QMBNCFG="List" of a worldwide module has about sixty. */
export const ANSWER_LINES_MAX = 100;
export const CONTEXTS_MAX = 32;
/** So few LTE bands are a choice that somebody made. */
export const FEW_BANDS = 2;
/** AT+CSQ: 0 is -113 dBm, 31 is -51 dBm; below this data is slow or breaks off. */
export const WEAK_SIGNAL_CSQ = 7;
/** Below all that a module can measure of RSRP (TS 38.133 section 10.1.6): it says that it measured none. */
export const RSRP_MIN_DBM = -156;
/** RSRP of LTE in dBm at the edge of a cell. */
export const WEAK_RSRP_DBM = -115;
