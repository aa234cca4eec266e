/** A modem with those answers, asked and examined. */
import { askModem } from './ask-modem.ts';
import type { Examination, Seen } from './examination.ts';
import { examine } from './examine.ts';
import { readFacts } from './facts.ts';
import { type Answers, answeringPipe } from './test-answers.ts';

export const seenNormal: Seen = {
  where: 'usb:1-1.4',
  state: 'normal',
  usbId: '2c7c:0125',
  drivers: ['option', 'qmi_wwan'],
  isUnfinished: false,
  atProblem: null,
};

export async function examined(answers: Answers, seen: Partial<Seen> = {}): Promise<Examination> {
  const interview = await askModem(answeringPipe(answers));
  if (!interview.ok) throw new Error(interview.failure.reason);
  return examine({ seen: { ...seenNormal, ...seen }, facts: readFacts(interview.value) });
}
