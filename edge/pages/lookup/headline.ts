/** The answer to a look-up as one reads it out: a word, and a sentence that can stand alone. */
import type { Answer } from '../../compatibility/answer.ts';
import type { Tone } from '../parts/tone.ts';

export type Headline = { readonly tone: Tone; readonly title: string; readonly sentence: string };

type Asked = Pick<Answer, 'verdict' | 'path' | 'installed' | 'wanted'> & {
  /** Nobody named a release: `wanted` is the newest that fits. */
  readonly isNewest: boolean;
};

export function headlineOf({ verdict, path, installed, wanted, isNewest }: Asked): Headline {
  const wished = wanted ?? 'a release';
  switch (verdict) {
    case 'fits':
      if (wanted === installed) {
        const sentence = `${installed} is what the modem runs${isNewest ? ', and nothing newer here fits it' : ''}.`;
        return { tone: 'good', title: isNewest ? 'It is up to date' : 'It is installed already', sentence };
      }
      if (path.length > 1) {
        const sentence = `${wished} fits a modem that runs ${installed}, in ${path.length} steps, one after the other.`;
        return { tone: 'good', title: `Yes, in ${path.length} steps`, sentence };
      }
      return {
        tone: 'good',
        title: 'Yes, it fits',
        sentence: `${wished} can be installed on a modem that runs ${installed}.`,
      };
    case 'does not fit':
      return {
        tone: 'bad',
        title: 'No, it does not fit',
        sentence: `Do not install ${wished} on a modem that runs ${installed}.`,
      };
    case 'not known':
      return {
        tone: 'unsure',
        title: 'Not known, so do not install it',
        sentence:
          wanted === null
            ? `Nothing here is known to fit ${installed}.`
            : `Nobody vouches for ${wanted} on a modem that runs ${installed}.`,
      };
  }
}
