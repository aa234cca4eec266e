/**
 * Programmers greet with the serial number of their chip, and describe a storage with its own (edl 1c). Logs end in
 * verdicts and on screens, so no serial number stays in one (P11).
 */
const NUMBER = /\b(?:0x[0-9a-f]+|\d{4,}|(?=[a-f]{0,8}\d)[0-9a-f]{6,})\b/gi;
const SERIAL_IN_JSON = /("serial[^"]{0,20}"\s*:\s*)("[^"]*"|\d+)/gi;

/** JSON stays JSON: the number becomes 0. */
export function withoutSerial(log: string): string {
  if (!/serial/i.test(log)) return log;
  return log.includes('{') ? log.replace(SERIAL_IN_JSON, '$10') : log.replace(NUMBER, 'hidden');
}
