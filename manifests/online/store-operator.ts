/** The operator's side of a store that has no Worker: the same calls, judged and signed on this machine. */

import { chunkKey, targetKey } from '../../shared/bucket-keys.ts';
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { Rollout } from '../../shared/rollout.ts';
import { judgeNextRollout } from '../../shared/trust/next-rollout.ts';
import { consistentTargetPath } from '../../shared/trust/roles.ts';
import { inParallel } from '../http/in-parallel.ts';
import { DOWNLOADS_IN_FLIGHT } from '../limits.ts';
import type { OperatorClient, PutOutcome } from '../publish/operator-client.ts';
import { acceptRoot } from './accept-root.ts';
import { acceptTargets } from './accept-targets.ts';
import { advance } from './advance.ts';
import { nothingPublished, type OnlineFailure, type OnlineRepository, refuse } from './online-repository.ts';
import { readVisible } from './visible.ts';

export function storeOperator(repository: OnlineRepository): OperatorClient {
  const { store } = repository;
  return {
    putRoot: (version, text) => acceptRoot(repository, version, text),
    putChunk: (id, stored) => store.create(chunkKey(id), stored),
    putTarget: (model, { path, sha256, bytes }) =>
      store.create(targetKey(model, consistentTargetPath(path, sha256)), bytes),
    putTargetsMetadata: (model, version, text) => acceptTargets(repository, model, version, text),
    putRollout: (rollout, replaced) => putRollout(repository, rollout, replaced),
    async missingChunks(ids) {
      const missing: string[] = [];
      const asked = await inParallel(ids, DOWNLOADS_IN_FLIGHT, async (id) => {
        const has = await store.has(chunkKey(id));
        if (has.ok && !has.value) missing.push(id);
        return has;
      });
      return asked.ok ? ok(missing) : asked;
    },
  };
}

async function putRollout(
  repository: OnlineRepository,
  rollout: Rollout,
  replaced: string,
): Promise<Result<PutOutcome, OnlineFailure>> {
  const { model } = rollout;
  const document = utf8(JSON.stringify(rollout));
  const visible = await readVisible(repository, model);
  if (!visible.ok) return visible;
  const { state, rollout: inForce } = visible.value;
  if (state === null || inForce === null) return nothingPublished(model);
  if (inForce.listed.hashes.sha256 === (await sha256Hex(document))) return ok('was-there');
  const published = { model, inForce: inForce.document, targets: state.targets.signed };
  const judged = judgeNextRollout(rollout, published);
  if (!judged.ok) return refuse('rollout-invalid', `${judged.failure.why} Nothing was changed.`);
  const advanced = await advance(repository, model, { kind: 'rollout', document, replaced });
  return advanced.ok ? ok('stored') : advanced;
}
