/** How attempts at a release ended: a rate with its count, or that there are too few of them to say. */
import type { AttemptCounts } from '../../store/attempt-counts.ts';
import { attemptsSaid } from './attempts-said.ts';
import { Bar } from './bar.tsx';

export function AttemptsLine({ attempts }: { readonly attempts: AttemptCounts }) {
  const { rate, sentence } = attemptsSaid(attempts);
  return (
    <div class="text">
      {rate === null ? null : (
        <>
          <p class="figure">{`${rate} %`}</p>
          <Bar parts={[{ share: rate / 100 }]} />
        </>
      )}
      <p>{sentence}</p>
    </div>
  );
}
