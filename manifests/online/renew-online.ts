/** Signs a model's online roles anew, as the Worker does by itself: they hold for fourteen days. Lays the roots beside it that it lacks. */
import type { ModelId } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import { layRootsBeside } from './accept-root.ts';
import { advance } from './advance.ts';
import { nothingPublished, type OnlineFailure, type OnlineRepository } from './online-repository.ts';
import { dueOf, readVisible } from './visible.ts';

/** `is-fresh`: signed less than a day ago, by these keys. */
export async function renewOnline(
  repository: OnlineRepository,
  model: ModelId,
): Promise<Result<'renewed' | 'is-fresh', OnlineFailure>> {
  const roots = await layRootsBeside(repository.store, model);
  if (!roots.ok) return roots;
  const visible = await readVisible(repository, model);
  if (!visible.ok) return visible;
  if (visible.value.state === null) return nothingPublished(model);
  if (!dueOf(visible.value, repository).timestamp) return ok('is-fresh');
  const advanced = await advance(repository, model, { kind: 'renewal' });
  return advanced.ok ? ok('renewed') : advanced;
}
