/** Shows the plan of a staged package: what will be sent, with the names that the package itself gives partitions. */
import type { FlashPlan } from '../../shared/flash-plan.ts';
import { ok, type Result } from '../../shared/result.ts';
import { planDocument } from '../report/plan-document.ts';
import type { StagedPackage } from '../stage/staged-package.ts';
import type { ModemPorts } from './attempt.ts';
import type { Attempt } from './journal.ts';
import { readStagedPartitions, type StagedImageFailure } from './staged-images.ts';

export async function showPlan(
  staged: StagedPackage,
  plan: FlashPlan,
  { model, fromVersion, toVersion, origin }: Attempt,
  { events }: Pick<ModemPorts, 'events'>,
): Promise<Result<void, StagedImageFailure>> {
  const partitions = await readStagedPartitions(staged, plan);
  if (!partitions.ok) return partitions;
  const { programmer } = staged.manifest.flash;
  const vouchedBy = origin.kind === 'local' ? 'md5-list' : 'signature';
  events.onPlan(
    planDocument(plan, partitions.value, { model, fromVersion, toVersion, programmer, vouchedBy }),
  );
  return ok();
}
