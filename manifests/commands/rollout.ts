import { buildCommand, buildRouteMap } from '@stricli/core';
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import type { ModelId } from '../../shared/model.ts';
import type { RepoContext } from '../context.ts';
import { type OfferFlags, offerFlags } from './offer-flags.ts';
import { fail } from './output.ts';
import { percentageArgument, textArgument } from './parsers.ts';
import { changeRollout, type RolloutFlags, rolloutArguments, rolloutFlags } from './rollout-change.ts';

type Arguments = [ModelId, FirmwareVersion];

const set = buildCommand<
  RolloutFlags & OfferFlags & { readonly percentage?: number },
  Arguments,
  RepoContext
>({
  func(flags, model, version) {
    const { percentage, channel, startsAt } = flags;
    if (percentage === undefined && channel === undefined && startsAt === undefined)
      return fail(this, flags, { reason: 'offer-not-given' });
    return changeRollout(
      this,
      flags,
      { model, version },
      {
        kind: 'offer',
        ...(percentage === undefined ? {} : { percentage }),
        ...(channel === undefined ? {} : { channel }),
        ...(startsAt === undefined ? {} : { startsAt }),
      },
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
        optional: true,
      },
      ...offerFlags,
    },
  },
  docs: { brief: 'Say to which share of the devices, on which channel, and from when a release is offered' },
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
