/** Signs a model's online roles anew, as the Worker does by itself: they hold for fourteen days. */
import type { ModelId } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import { RENEW_AFTER_MS } from '../../shared/trust/roles.ts';
import { advance, readVisible } from './advance.ts';
import { nothingPublished, type OnlineFailure, type OnlineRepository } from './online-repository.ts';

/** `is-fresh`: signed less than a day ago, by these keys. */
export async function renewOnline(
  repository: OnlineRepository,
  model: ModelId,
): Promise<Result<'renewed' | 'is-fresh', OnlineFailure>> {
  const visible = await readVisible(repository, model);
  if (!visible.ok) return visible;
  const { state } = visible.value;
  if (state === null) return nothingPublished(model);
  // Online versions are Unix seconds.
  const ageMs = repository.nowMs() - state.timestamp.signed.version * 1000;
  const isOurs = state.timestamp.signatures.some(({ keyid }) => keyid === repository.signers.timestamp.keyId);
  if (isOurs && ageMs < RENEW_AFTER_MS) return ok('is-fresh');
  const advanced = await advance(repository, model, { kind: 'renewal' });
  return advanced.ok ? ok('renewed') : advanced;
}
