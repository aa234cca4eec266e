/** How a release did in the field: a rate with its count, or that there are too few devices to say. */
import type { ReleaseHealth } from '../../../shared/rollout-health.ts';
import { Bar } from './bar.tsx';
import { healthSaid } from './health-said.ts';

export function HealthLine({ health }: { readonly health: ReleaseHealth }) {
  const { percent, sentence } = healthSaid(health);
  return (
    <div class="text">
      {percent === null ? null : (
        <>
          <p class="figure">{`${percent} %`}</p>
          <Bar parts={[{ share: percent / 100 }]} />
        </>
      )}
      <p>{sentence}</p>
    </div>
  );
}
