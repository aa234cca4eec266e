/** How a device's requests reach the Worker: over connections in a load run, by a call in a test. */
export type Asked = {
  readonly kind: Kind;
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type Answered = { readonly status: number; readonly body: Uint8Array };

/** Rejects where no answer came. */
export type Send = (asked: Asked) => Promise<Answered>;

/** What a device asks for. */
export const KINDS = ['poll-unchanged', 'poll-news', 'target', 'chunk-range', 'report'] as const;
export type Kind = (typeof KINDS)[number];
