import { buildCommand, buildRouteMap } from '@stricli/core';
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import type { ModelId } from '../../shared/model.ts';
import type { RepoContext } from '../context.ts';
import { percentageArgument, textArgument } from './parsers.ts';
import { changeRollout, type RolloutFlags, rolloutArguments, rolloutFlags } from './rollout-change.ts';

type Arguments = [ModelId, FirmwareVersion];

const set = buildCommand<RolloutFlags & { readonly percentage: number }, Arguments, RepoContext>({
  func(flags, model, version) {
    return changeRollout(
      this,
      flags,
      { model, version },
      { kind: 'percentage', percentage: flags.percentage },
    );
  },
  parameters: {
    positional: rolloutArguments,
    flags: {
      ...rolloutFlags,
      percentage: {
        kind: 'parsed',
        parse: percentageArgument,
        brief: 'Share of devices that are offered it',
        placeholder: 'percent',
      },
    },
  },
  docs: { brief: 'Offer a release to a share of the devices' },
});

const resume = buildCommand<RolloutFlags, Arguments, RepoContext>({
  func(flags, model, version) {
    return changeRollout(this, flags, { model, version }, { kind: 'running' });
  },
  parameters: { positional: rolloutArguments, flags: rolloutFlags },
  docs: { brief: 'Go on with a rollout that was halted' },
});

const whyFlag = {
  kind: 'parsed',
  parse: textArgument,
  brief: 'Reason, shown to operators of devices',
  placeholder: 'text',
} as const;

const stop = (kind: 'halted' | 'recalled', brief: string) =>
  buildCommand<RolloutFlags & { readonly why: string }, Arguments, RepoContext>({
    func(flags, model, version) {
      return changeRollout(this, flags, { model, version }, { kind, why: flags.why });
    },
    parameters: { positional: rolloutArguments, flags: { ...rolloutFlags, why: whyFlag } },
    docs: { brief },
  });

export const rollout = buildRouteMap({
  routes: {
    set,
    halt: stop('halted', 'Offer a release to no further device for now'),
    recall: stop('recalled', 'Withdraw a release for good'),
    resume,
  },
  docs: { brief: 'Say which devices are offered a release; needs the operator token alone' },
});
