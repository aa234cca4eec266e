/** What the Worker needs of the bucket that holds the firmware. R2's binding is one as it stands; `s3-store.ts` is one too. */

export type StoredObject = Pick<
  R2Object,
  'key' | 'size' | 'etag' | 'httpEtag' | 'uploaded' | 'customMetadata'
> & { readonly checksums: Pick<R2Checksums, 'sha256'> };

export type StoredBody = StoredObject & Pick<R2ObjectBody, 'body' | 'bytes' | 'text' | 'json'>;

export type PutOptions = {
  /** Of the bytes; the store refuses others. */
  readonly sha256: Uint8Array<ArrayBuffer>;
  /** Nothing may be there, or exactly what has this tag; else `put` stores nothing and answers `null`. */
  readonly onlyIf: { readonly etagDoesNotMatch: '*' } | { readonly etagMatches: string };
  readonly customMetadata?: Record<string, string>;
};

export type ObjectStore = {
  readonly head: (key: string) => Promise<StoredObject | null>;
  readonly get: {
    (key: string): Promise<StoredBody | null>;
    /** `size` is of the whole object. Of a range that begins behind its end: no body, or R2's error 10039. */
    (key: string, options: { readonly range: R2Range }): Promise<StoredBody | StoredObject | null>;
  };
  readonly put: (
    key: string,
    bytes: Uint8Array<ArrayBuffer> | string,
    options: PutOptions,
  ) => Promise<StoredObject | null>;
  /** The first 1000 keys with this prefix, and behind `startAfter`, sorted by their bytes. */
  readonly list: (options: { readonly prefix: string; readonly startAfter?: string }) => Promise<{
    readonly objects: readonly { readonly key: string }[];
    readonly truncated: boolean;
  }>;
};
