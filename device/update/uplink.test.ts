/** What an attempt gets where no repository is asked. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../clock.ts';
import { prepareStage } from '../stage/prepare-stage.ts';
import { aPackage, TEST_VERSION } from '../stage/test-package.ts';
import { aDirectory, platformAt } from '../stage/test-places.ts';
import type { ModemPorts } from './attempt.ts';
import type { ReleaseDocuments } from './documents.ts';
import { openAccount } from './spent-bytes.ts';
import { withoutUplink } from './uplink.ts';

it.each([0, 1_000_000_000])(
  'what no disk holds stays missing for the reason that is given, where earlier runs have spent %d bytes',
  async (spentBytes) => {
    const base = aDirectory();
    onTestFinished(() => rmSync(base, { recursive: true }));
    const never = new AbortController().signal;
    const platform = platformAt(join(base, 'memory'));
    const stage = await prepareStage({ wanted: base, neededBytes: 1024 * 1024, platform }, never);
    if (!stage.ok) throw new Error(stage.failure.reason);
    const ports = {
      stateDir: join(base, 'state'),
      door: { key: 'usb-1' },
      stagePlatform: platform,
      clock: systemClock,
      events: { onNote: () => {}, onFetch: () => {} },
    } as unknown as ModemPorts;
    await (await openAccount(TEST_VERSION, ports)).close(spentBytes);
    const documents = { ...aPackage(), entry: {} } as unknown as ReleaseDocuments;
    const why = { reason: 'package-not-found', path: '/package' } as const;
    const { uplink } = withoutUplink(ports, why);
    const fetched = await uplink.fetch({ stage: stage.value, documents, copy: null }, never);
    expect(fetched).toEqual({ ok: false, failure: why });
    expect((await openAccount(TEST_VERSION, ports)).spentBefore).toBe(spentBytes);
  },
);
