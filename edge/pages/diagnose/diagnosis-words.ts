/** The closed words of a diagnosis as people read them, and the colour of each. */
import type { Diagnosis, FindingKind, FlashState, ModemState } from '../../../shared/diagnosis/diagnosis.ts';
import type { Tone } from '../parts/tone.ts';

type Word = { readonly tone: Tone; readonly word: string };

export const FLASH_WORDS: Readonly<Record<FlashState, Word>> = {
  untouched: { tone: 'good', word: 'untouched' },
  erased: { tone: 'bad', word: 'erased' },
  'partly-written': { tone: 'bad', word: 'partly written' },
  written: { tone: 'good', word: 'written' },
  unknown: { tone: 'unsure', word: 'not known' },
};

export const MODEM_WORDS: Readonly<Record<ModemState, Word>> = {
  normal: { tone: 'good', word: 'normal' },
  edl: { tone: 'unsure', word: 'emergency download (EDL)' },
  'programmer-running': { tone: 'unsure', word: 'programmer running' },
  'ram-dump': { tone: 'bad', word: 'crashed (RAM dump)' },
  fastboot: { tone: 'unsure', word: 'fastboot' },
  absent: { tone: 'bad', word: 'not on the bus' },
  unknown: { tone: 'unsure', word: 'not known' },
};

export const FINDING_WORDS: Readonly<Record<FindingKind, Word>> = {
  cause: { tone: 'bad', word: 'cause' },
  symptom: { tone: 'bad', word: 'symptom' },
  warning: { tone: 'unsure', word: 'warning' },
  harmless: { tone: 'plain', word: 'harmless' },
  step: { tone: 'plain', word: 'step' },
  success: { tone: 'good', word: 'success' },
  remark: { tone: 'plain', word: 'remark' },
};

/** Good only where it worked and the modem is back; bad where flash or modem is not whole. */
export function toneOf({ cause, flash, modem }: Pick<Diagnosis, 'cause' | 'flash' | 'modem'>): Tone {
  const tones = [FLASH_WORDS[flash.state].tone, MODEM_WORDS[modem.state].tone];
  if (tones.includes('bad')) return 'bad';
  if (cause !== null || tones.includes('unsure')) return 'unsure';
  return 'good';
}
