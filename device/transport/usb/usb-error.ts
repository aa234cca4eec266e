/**
 * What an error of npm `usb` means. All are plain Errors with the code GenericFailure, so only their messages tell
 * them apart: `transferIn error: Cancelled`, `claimInterface error: interface is busy (errno 16)`.
 */
import { ERROR_MAX_CHARS } from './limits.ts';

export type UsbErrorKind =
  /** Its time was up. What a cancelled transfer had carried so far is lost, and how much it was is not told. */
  | 'cancelled'
  | 'stalled'
  /** -71 or -75 on the bus: bytes were lost, or the modem is about to be seen as gone. */
  | 'fault'
  | 'disconnected'
  | 'not-permitted'
  | 'busy'
  | 'no-driver'
  | 'no-bus'
  | 'other';

const KINDS: readonly (readonly [pattern: RegExp, kind: UsbErrorKind])[] = [
  [/Cancelled/, 'cancelled'],
  [/\berrno (13|1)\b|[Pp]ermission/, 'not-permitted'],
  [/\berrno 16\b|interface is busy/, 'busy'],
  [/\berrno 61\b|no kernel driver/, 'no-driver'],
  [/Disconnected|device disconnected|\berrno 19\b|device not found/, 'disconnected'],
  [/\/sys\/bus\/usb/, 'no-bus'],
  [/Stall|endpoint stalled/, 'stalled'],
  [/Fault/, 'fault'],
];

export function kindOfUsbError(error: unknown): UsbErrorKind {
  const text = messageOf(error);
  return KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? 'other';
}

/** For people: one line, bounded. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, ' ').slice(0, ERROR_MAX_CHARS);
}
