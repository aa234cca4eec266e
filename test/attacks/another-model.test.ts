/** Another model's files, signed by the same keys: all models share one root (ota 6, con 1). */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setUpDevice } from '../../device/repository/test-device.ts';
import { aRepository } from '../../device/repository/test-repository.ts';
import { honestAnswer, serveRepository } from '../../device/repository/test-repository-server.ts';
import { TEST_MODEL } from '../../device/stage/test-package.ts';
import type { ModelId } from '../../shared/model.ts';

const at = setUpDevice();
const OTHER = 'quectel/ec25efa-m4g' as ModelId;
const AHEAD = { targets: 9, snapshot: 9, timestamp: 9, rollout: 9 };

describe('another model’s metadata', () => {
  it('is refused, and the honest repository is still believed afterwards', async () => {
    const other = aRepository(at.keys, OTHER);
    other.version = { ...AHEAD };
    at.server.answer = () => other.signAll();
    expect(await at.refresh()).toEqual({
      ok: false,
      failure: { reason: 'metadata-of-another-model', role: 'timestamp', wanted: TEST_MODEL, found: OTHER },
    });
    at.server.answer = (rootVersion, timestamp) => honestAnswer(at.repository, rootVersion, timestamp);
    await at.expectView();
  });

  it.each(['snapshot', 'targets', 'rollout'] as const)('is refused among our own: %s', async (role) => {
    const other = await aRepository(at.keys, OTHER).signAll();
    const ours = await at.repository.signAll();
    at.server.answer = () => ({ ...ours, [role]: other[role] });
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-of-another-model', role } });
  });

  it('is refused from a mirror, file by file', async () => {
    at.server.answersPolls = false;
    at.repository.boundTo = OTHER;
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'metadata-of-another-model', role: 'timestamp', found: OTHER },
    });
    at.repository.boundTo = TEST_MODEL;
    await at.expectView();
  });

  it('is refused when it is bound to no model', async () => {
    at.repository.boundTo = null;
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'metadata-of-another-model', found: 'none' },
    });
  });

  it('that lies in the place of our own on disk does not freeze the device', async () => {
    const other = aRepository(at.keys, OTHER);
    other.version = { ...AHEAD };
    const server = await serveRepository(other);
    const { repository } = at;
    Object.assign(at, { repository: other });
    await at.expectView({ repositoryUrl: server.url });
    Object.assign(at, { repository });
    await server.close();
    const [from, to] = [join(at.stateDir, 'trust', OTHER), at.trustDirectory()];
    cpSync(from, to, { recursive: true });
    rmSync(from, { recursive: true });
    expect(JSON.parse(at.trustedFiles().timestamp ?? '').signed.version).toBe(9);
    const view = await at.expectView();
    expect(view.entry.model).toBe(TEST_MODEL);
  });
});
