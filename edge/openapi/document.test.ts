import { describe, expect, it } from 'vitest';
import { openapiDocument } from './document.ts';
import current from './openapi.json' with { type: 'json' };

type Document = {
  paths: Record<string, Record<string, { operationId: string; parameters: { name: string }[] }>>;
};

describe('openapi.json', () => {
  it('is what `node edge/openapi/build.ts` writes', () => {
    expect(current).toEqual(JSON.parse(JSON.stringify(openapiDocument())));
  });

  it('names each operation once', () => {
    const { paths } = current as unknown as Document;
    const ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says which parameters a poll needs', () => {
    const { paths } = current as unknown as Document;
    const poll = paths['/v1/models/{vendor}/{model}/poll']?.get;
    expect(poll?.parameters).toContainEqual(
      expect.objectContaining({ name: 'root', in: 'query', required: true }),
    );
  });
});
