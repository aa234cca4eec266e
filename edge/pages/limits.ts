/** Bounds of the pages alone, with their units. */

/** What was typed is shown again beside its refusal, up to here. */
export const ECHO_MAX_CHARS = 2000;
/** The newest attempts that "how it went for others" counts: what a look-up costs does not grow with the fleet. */
export const ENDS_COUNTED_MAX = 500;
/** Fewer devices than this say nothing about the next one, and would be told of one by one. */
export const DEVICES_SHOWN_MIN = 10;
/** Models on one page of the list. */
export const MODELS_A_PAGE = 50;
/** Releases that a model's page lists; older ones are reached by the API. */
export const RELEASES_SHOWN_MAX = 100;
/** What the frame of a multipart form may add to the log in it. */
export const FORM_OVERHEAD_BYTES = 16 * 1024;

/** A working day: then the token is pasted again. */
export const SESSION_MAX_SECONDS = 8 * 60 * 60;
/** The forms of an operator: a token, a percentage, a sentence. */
export const FLEET_FORM_MAX_BYTES = 16 * 1024;
/** What the charts of a fleet look back. */
export const FLEET_DAYS = 30;
export const FLEET_MODELS_A_PAGE = 20;
/** The newest releases of a model, each with how it does: a question of the database a release. */
export const FLEET_RELEASES_MAX = 20;
/** Devices that need a person, as one page lists them. */
export const ATTENTION_MAX = 20;
/** Reports that left a modem wrong, the newest, among which those devices are looked for. */
export const ATTENTION_EXAMINED_MAX = 2000;
/** Of the audit log, on one page. */
export const DEEDS_SHOWN_MAX = 20;
/** Entries of the audit log in which halts of models on other pages are looked for, and how many of those are shown. */
export const HALT_ENTRIES_MAX = 1000;
export const HALTS_SHOWN_MAX = 20;
