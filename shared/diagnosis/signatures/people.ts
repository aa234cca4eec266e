/** What people write around a log. It changes nothing of what the log shows, only what has to be thought of. */
import type { Signature } from '../signature.ts';

export const peopleSignatures: readonly Signature[] = [
  {
    id: 'another-attempt-told',
    kind: 'remark',
    hint: '',
    pattern:
      /\b(?:interrupted|lost power|power (?:cut|failure|outage)|powered (?:it )?off|power[- ]cycled|unplugged|pulled the plug)\b/i,
    ofPerson: true,
    says: 'The text tells of an interruption or of another attempt that the log does not show; what became of the flash in that one is not known.',
    fix: 'Look for the log of the other attempt and diagnose it as well: what is said here holds for the log that is shown.',
    source: 'field 1b.1',
  },
  {
    id: 'not-on-the-bus-told',
    kind: 'remark',
    hint: '',
    pattern:
      /^(?!.*\bif\b).*?(?:\bnot|n't|no longer|never) (?:\w+ ){0,3}(?:show|see|list|find|detect|accessible|visible|recogni[sz]ed|reachable)\w*/i,
    ofPerson: true,
    says: 'The text tells that the modem is not to be seen.',
    fix: 'If lsusb shows neither 2c7c: nor 05c6: on any bus: switch the power of the modem off for ten seconds (mctl -r, its GPIO, or the plug of the router), try another port or cable, and look again before calling it dead.',
    source: 'field 1b.1, 4',
  },
  {
    id: 'roaming-without-data-told',
    kind: 'remark',
    hint: 'roam',
    pattern: /\broam/i,
    ofPerson: true,
    says: 'The text tells of trouble while roaming. That is seldom the fault of firmware: more often roaming is switched off in the modem or the subscription, or the APN is wrong.',
    fix: 'Before flashing for this, let cistern doctor look: it reads the roaming service, registration, APN and MBN.',
    source: 'field 1b.1, 2e.8',
  },
];
