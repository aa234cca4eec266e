/** What a programmer says of itself in its first logs (edl 1c). */

/** Both spellings of the list: one line on 9x07, a line each on SDX55. Empty where there is none. */
export function readFunctions(logs: readonly string[]): readonly string[] {
  const line = logs
    .map((log) => /Supported Functions: (.*)/i.exec(log)?.[1])
    .find((list) => list !== undefined);
  if (line !== undefined) return line.trim().toLowerCase().split(/\s+/);
  const start = logs.findIndex((log) => /Supported Functions \(\d+\):/i.test(log));
  const end = logs.findIndex((log) => /End of supported functions/i.test(log));
  return start === -1 || end < start
    ? []
    : logs.slice(start + 1, end).map((log) =>
        log
          .replace(/^INFO:\s*/, '')
          .trim()
          .toLowerCase(),
      );
}

/** A programmer that validates images (VIP) takes nothing without a digest table signed by the vendor. */
export function needsSignedDigests(logs: readonly string[]): boolean {
  return logs.some((log) => /VIP is enabled/i.test(log));
}
