/** The one place that turns a reason into an exit code and sentences. */
import type { UpdateFailure } from '../../failure.ts';
import type { Explainers, Explanation } from './explanation.ts';
import { flashSentences } from './flash-sentences.ts';
import { helpSentences } from './help-sentences.ts';
import { modemSentences } from './modem-sentences.ts';
import { packageSentences } from './package-sentences.ts';
import { remoteSentences } from './remote-sentences.ts';
import { repositorySentences } from './repository-sentences.ts';
import { routerSentences } from './router-sentences.ts';
import { scheduleSentences } from './schedule-sentences.ts';
import { stageSentences } from './stage-sentences.ts';

const EXPLAINERS: Explainers = {
  ...modemSentences,
  ...flashSentences,
  ...stageSentences,
  ...packageSentences,
  ...repositorySentences,
  ...helpSentences,
  ...routerSentences,
  ...remoteSentences,
  ...scheduleSentences,
};

export function explain(failure: UpdateFailure): Explanation {
  const explainer = EXPLAINERS[failure.reason] as (failure: UpdateFailure) => Explanation;
  return explainer(failure);
}
