/** A machine around the modem that is not ready, and power that could not be switched. */
import { type Explainers, megabytes } from './explanation.ts';

export const routerSentences = {
  'preflight-refused': ({ check, what, next, mayOverride }) => ({
    exit: check === 'other-updaters' ? 'TEMPORARY' : 'NOT_PERMITTED',
    what,
    next: mayOverride ? `${next} To go on all the same: --accept ${check}.` : next,
  }),
  'uplink-metered': ({ because, device, neededBytes }) => ({
    exit: 'TEMPORARY',
    what: `${megabytes(neededBytes)} would have to be fetched through ${device}, ${because === 'roaming' ? 'this very modem, which roams' : 'which is marked as metered'}.`,
    next: 'It is fetched when another way leads to the repository, or from a mirror (--mirror DIRECTORY). To fetch it all the same: --metered allow.',
  }),
  'service-not-stopped': ({ name, why, said }) => ({
    exit: 'TEMPORARY',
    what: `${name}, which ${why}, could not be stopped: ${said}.`,
    next: `Stop ${name} by hand, then run the same command again.`,
  }),
  'power-switch-unknown': ({ where }) => ({
    exit: 'UNAVAILABLE',
    what: `No way is known to cut the power of the modem at ${where}.`,
    next: 'Take the modem, or this machine, off its supply for ten seconds by hand.',
  }),
  'power-not-switched': ({ board, said, isOff }) => ({
    exit: 'IO',
    what: isOff
      ? `The modem's power was switched off (${board}) and did not come on again: ${said}.`
      : `The modem's power could not be switched (${board}): ${said}.`,
    next: isOff
      ? 'Take this machine off its supply and connect it again: the modem gets its power back with it.'
      : 'Take the modem, or this machine, off its supply for ten seconds by hand.',
  }),
} satisfies Partial<Explainers>;
