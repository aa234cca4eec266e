/** Releases that were halted of late, as the audit log tells it: found without asking every model for its rollout. */
import * as z from 'zod';

const targetsSchema = z.array(z.strictObject({ target: z.string() }));

/** Targets of the newest halts among the newest entries, newest first; whether they still are, their rollouts know. */
export async function recentlyHaltedTargets(
  db: D1Database,
  bounds: { readonly entries: number; readonly targets: number },
): Promise<readonly string[]> {
  const { results } = await db
    .prepare(
      `SELECT target FROM (SELECT seq, target, action, outcome FROM audit_log ORDER BY seq DESC LIMIT ?1)
       WHERE action = 'rollout.halted' AND outcome = 'done' GROUP BY target ORDER BY max(seq) DESC LIMIT ?2`,
    )
    .bind(bounds.entries, bounds.targets)
    .all();
  return targetsSchema.parse(results).map(({ target }) => target);
}
