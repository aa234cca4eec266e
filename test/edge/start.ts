/** When tests begin: the time of the Worker under test, and of what is signed for it. */
export const START_MS = Date.parse('2026-11-23T08:00:00Z');
