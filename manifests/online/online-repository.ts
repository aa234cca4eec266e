/** A store whose online roles are signed on this machine: what the Worker is elsewhere. */
import type { ModelId } from '../../shared/model.ts';
import { err, type Result } from '../../shared/result.ts';
import type { Signer } from '../../shared/trust/keys.ts';
import type { RootFile } from '../keys/roots.ts';
import type { SignedStateFailure } from '../repository/signed-state.ts';
import type { ObjectStore, StoreFailure } from '../store/object-store.ts';

export type OnlineSigners = Readonly<Record<'snapshot' | 'timestamp' | 'rollout', Signer>>;

export type OnlineRepository = {
  readonly store: ObjectStore;
  readonly signers: OnlineSigners;
  /** Roots that this machine trusts, the newest last: what is in the store is judged by them before it is signed. */
  readonly roots: readonly RootFile[];
  readonly nowMs: () => number;
};

/** Codes as the Worker's problems have them. */
export type StoreRefusal = {
  readonly reason: 'publication-refused';
  readonly code:
    | 'already-exists'
    | 'root-invalid'
    | 'metadata-invalid'
    | 'target-missing'
    | 'chunk-missing'
    | 'rollout-invalid'
    | 'precondition-failed'
    | 'publication-raced'
    | 'online-keys-not-trusted'
    | 'not-found';
  readonly why: string;
};

export type OnlineFailure = StoreFailure | StoreRefusal | SignedStateFailure;

export function refuse(code: StoreRefusal['code'], why: string): Result<never, StoreRefusal> {
  return err({ reason: 'publication-refused', code, why });
}

export const nothingPublished = (model: ModelId) =>
  refuse('not-found', `Nothing is published for ${model} yet. Publish a release first.`);

export const raced = refuse(
  'publication-raced',
  'Somebody else changed this model meanwhile; this change is not visible. Run it again.',
);
