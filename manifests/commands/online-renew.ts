import { buildCommand } from '@stricli/core';
import type { ModelId } from '../../shared/model.ts';
import { ok } from '../../shared/result.ts';
import type { RepoContext } from '../context.ts';
import { findPassphrase } from '../keys/passphrase.ts';
import { readOnlineSigners } from '../keys/read-online-keys.ts';
import { parseRoot } from '../keys/roots.ts';
import { renewOnline } from '../online/renew-online.ts';
import { listModels } from '../store/list-models.ts';
import { openStore, type StoreLocation } from '../store/location.ts';
import { eachModel, failFirst } from './each-model.ts';
import { modelsFlag, rootFlag, storePositional } from './model-flags.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { textArgument } from './parsers.ts';
import { passphraseFileFlag, passphraseSources } from './passphrase-flags.ts';
import { readRoot } from './read-root.ts';

type Flags = {
  readonly root: string;
  readonly onlineKeys: string;
  readonly passphraseFile?: string;
  readonly model?: readonly ModelId[];
  readonly json: boolean;
};

export const onlineRenew = buildCommand<Flags, [StoreLocation], RepoContext>({
  async func(flags, location) {
    const rootText = await readRoot(flags.root);
    if (!rootText.ok) return fail(this, flags, rootText.failure);
    const root = parseRoot(rootText.value);
    if (root === null) return fail(this, flags, { reason: 'root-unusable', why: `${flags.root} is no root` });
    const signers = await readOnlineSigners(flags.onlineKeys, () =>
      findPassphrase(passphraseSources(this, flags.passphraseFile)),
    );
    if (!signers.ok) return fail(this, flags, signers.failure);
    const store = await openStore(location, this.process.env, this.signal);
    if (!store.ok) return fail(this, flags, store.failure);
    const listed = flags.model === undefined ? await listModels(store.value) : null;
    if (listed !== null && !listed.ok) return fail(this, flags, listed.failure);
    const roots = [{ version: root.signed.version, text: rootText.value, root }];
    const repository = { store: store.value, signers: signers.value, roots, nowMs: this.nowMs };
    const models = flags.model ?? (listed?.ok ? listed.value : []);
    const { done, failed } = await eachModel(models, async (model) => {
      const outcome = await renewOnline(repository, model);
      return outcome.ok ? ok({ model, outcome: outcome.value }) : outcome;
    });
    const words = { renewed: 'signed anew, for 14 days', 'is-fresh': 'was signed less than a day ago' };
    const text = done.map(({ model, outcome }) => `${model}: ${words[outcome]}`).join('\n');
    const failure = failFirst(this, flags, failed, { json: { done }, text });
    if (failure !== undefined) return failure;
    succeed(this, flags, { json: { models: done }, text: text || 'No models.' });
  },
  parameters: {
    positional: storePositional,
    flags: {
      root: rootFlag,
      onlineKeys: {
        kind: 'parsed',
        parse: textArgument,
        brief: 'The online keys: env file with ONLINE_KEYS, or what "online seal" made of it',
        placeholder: 'file',
      },
      passphraseFile: passphraseFileFlag,
      model: modelsFlag('sign for'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Sign timestamp, snapshot and rollout anew where no Worker does; daily, by cron',
    customUsage: [
      { input: 's3://firmware --root keys/1.root.json --online-keys online.env', brief: 'All models' },
    ],
  },
});
