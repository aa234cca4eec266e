/** TUF writes instants in whole seconds: `2026-11-23T08:00:00Z` (TUF 4.2). */
export function expiryAfter(nowMs: number, lifetimeMs: number): string {
  return `${new Date(nowMs + lifetimeMs).toISOString().slice(0, 19)}Z`;
}
