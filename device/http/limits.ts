/** Bounds of the HTTP room. What a request may cost in bytes and time is said by its caller, each time. */

/** Establishing a connection, name look-up and TLS included. */
export const CONNECT_TIMEOUT_MS = 15_000;
/** Connections to one origin: four chunks at a time, and one for what comes between. */
export const CONNECTIONS_MAX = 5;
/** RFC 9110 section 15.4 asks clients to notice cycles; three hops are more than our repository needs. */
export const REDIRECTS_MAX = 3;
/** Status line and header fields of an answer. */
export const RESPONSE_HEADERS_MAX_BYTES = 16 * 1024;
/** Bytes of a body that wait in memory for a slow reader before the connection is paused. */
export const BODY_BACKLOG_MAX_BYTES = 256 * 1024;
/** What is kept of an address in a failure. */
export const SHOWN_URL_MAX_CHARS = 300;
