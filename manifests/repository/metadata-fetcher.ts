/** What tuf-js fetches through: our client, and the model binding checked before a byte reaches the TUF logic (ota 6). */
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { fromUtf8 } from '../../shared/bytes.ts';
import type { ModelId } from '../../shared/model.ts';
import type { Result } from '../../shared/result.ts';
import { type BindingFailure, checkModelBinding } from '../../shared/trust/model-binding.ts';
import type { HttpAnswer, HttpFailure } from '../http/client.ts';

export type Get = (url: string, maxBytes: number) => Promise<Result<HttpAnswer, HttpFailure>>;

export type FetchFailure =
  | HttpFailure
  | BindingFailure
  | { readonly reason: 'metadata-missing'; readonly url: string; readonly status: number };

export class MetadataFetcher {
  /** Why the last fetch failed; tuf-js keeps no more than a sentence of it. */
  failure: FetchFailure | null = null;
  /** What the client threw: an interruption or a defect, which must not pass for bad metadata. */
  thrown: unknown = null;
  readonly #get: Get;
  readonly #model: ModelId;

  constructor(get: Get, model: ModelId) {
    this.#get = get;
    this.#model = model;
  }

  async downloadBytes(url: string, maxLength: number): Promise<Buffer> {
    const answer = await this.#get(url, maxLength).catch((error) => {
      this.thrown = error;
      throw error;
    });
    if (!answer.ok) throw this.#failed(answer.failure);
    const { status, body } = answer.value;
    if (status !== 200) {
      this.failure = { reason: 'metadata-missing', url, status };
      throw new DownloadHTTPError(`status ${status}`, status);
    }
    if (!url.endsWith('.root.json')) {
      const binding = checkModelBinding(fromUtf8(body) ?? '', this.#model);
      if (!binding.ok) throw this.#failed(binding.failure);
    }
    return Buffer.from(body);
  }

  /** Targets are fetched by their consistent paths and verified by ourselves. */
  downloadFile<T>(_url: string, _maxLength: number, _handler: (file: string) => Promise<T>): Promise<T> {
    throw new Error('targets are not fetched through tuf-js');
  }

  #failed(failure: FetchFailure): Error {
    this.failure = failure;
    return new Error(failure.reason);
  }
}
