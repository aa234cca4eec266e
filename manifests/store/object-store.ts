/**
 * A repository as a tree of objects, in a directory or in a bucket (keys: `shared/bucket-keys.ts`). Nothing here knows
 * what the objects mean.
 */
import type { Result } from '../../shared/result.ts';

export type StoreFailure =
  | { readonly reason: 'store-unreachable'; readonly store: string; readonly why: string }
  /** The store answered, and will answer so again. */
  | { readonly reason: 'store-refused'; readonly store: string; readonly why: string }
  | {
      readonly reason: 'object-too-large';
      readonly store: string;
      readonly key: string;
      readonly maxBytes: number;
    };

export type ListedObject = {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
};

export type StoredObject = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Names this content of this key; what `replace` compares. */
  readonly tag: string;
};

export type ObjectStore = {
  /** As an operator calls it: `s3://bucket/prefix`, `/srv/mirror`. */
  readonly name: string;
  /** Null where there is no such object. */
  readonly get: (key: string, maxBytes: number) => Promise<Result<StoredObject | null, StoreFailure>>;
  readonly has: (key: string) => Promise<Result<boolean, StoreFailure>>;
  /** Stores where nothing is, whole or not at all; what is there stays as it is. */
  readonly create: (key: string, bytes: Uint8Array) => Promise<Result<'stored' | 'was-there', StoreFailure>>;
  /** Takes the place of the content that `tag` names; null: of nothing. `taken` where something else is there. */
  readonly replace: (
    key: string,
    bytes: Uint8Array,
    tag: string | null,
  ) => Promise<Result<'stored' | 'taken', StoreFailure>>;
  readonly list: (prefix: string) => AsyncIterable<Result<ListedObject, StoreFailure>>;
  readonly remove: (key: string) => Promise<Result<void, StoreFailure>>;
};

/** Every object below the prefix; for prefixes of which the caller knows that they hold few. */
export async function listAll(
  store: Pick<ObjectStore, 'list'>,
  prefix: string,
): Promise<Result<readonly ListedObject[], StoreFailure>> {
  const objects: ListedObject[] = [];
  for await (const object of store.list(prefix)) {
    if (!object.ok) return object;
    objects.push(object.value);
  }
  return { ok: true, value: objects };
}
