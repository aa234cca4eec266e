/** Ends after which a modem is not there, or hears nothing: new power helps, whatever it was doing. */
import type { UpdateFailure } from '../failure.ts';

const GONE_OR_MUTE: ReadonlySet<string> = new Set<UpdateFailure['reason']>([
  'modem-absent',
  'modem-did-not-return',
  'modem-keeps-crashing',
  'modem-disconnected',
  'transfer-timed-out',
  'at-no-answer',
  'diag-no-answer',
  // It came back as something that has neither AT nor EDL; one in EDL is told apart before.
  'modem-not-in-normal-mode',
  'modem-back-but-silent',
  'modem-silent-in-edl',
  'modem-stays-in-edl',
  'sahara-no-hello',
  'sahara-too-many-reads',
  'firehose-silent',
  'programmer-not-ours',
  'firehose-too-talkative',
]);

export function isGoneOrMute(failure: UpdateFailure): boolean {
  if (failure.reason === 'modem-not-confirmed') return failure.last !== null && isGoneOrMute(failure.last);
  return GONE_OR_MUTE.has(failure.reason);
}
