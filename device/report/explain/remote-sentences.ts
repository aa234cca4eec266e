/** A router that is reached over SSH, what it lacks, and what its own updater would have done. */
import type { Explainers } from './explanation.ts';

export const remoteSentences = {
  'ssh-missing': () => ({
    exit: 'CONFIG',
    what: 'There is no ssh on this computer.',
    next: 'Install the OpenSSH client, then run the same command again.',
  }),
  'router-unreadable': ({ destination }) => ({
    exit: 'USAGE',
    what: `${destination} is no destination as ssh takes it.`,
    next: 'Write --router root@HOST, or the name of a Host in ~/.ssh/config.',
  }),
  'router-unreachable': ({ destination, said }) => ({
    exit: 'UNAVAILABLE',
    what: `${destination} could not be reached: ${said}.`,
    next: `Check the cable, the address and the port: ssh ${destination} must work by hand.`,
  }),
  'router-host-key-unknown': ({ destination }) => ({
    exit: 'NOT_PERMITTED',
    what: `Nobody has vouched for the host key of ${destination} yet.`,
    next: `Log in once by hand (ssh ${destination}), compare the fingerprint that is shown with the router's, and answer yes.`,
  }),
  'router-host-key-changed': ({ destination, said }) => ({
    exit: 'NOT_PERMITTED',
    what: `${destination} shows another host key than the one in known_hosts: ${said}.`,
    next: 'Find out why: another machine at that address, or a router that was set up anew. Only then remove the old key with ssh-keygen -R HOST.',
  }),
  'router-login-refused': ({ destination, said }) => ({
    exit: 'NOT_PERMITTED',
    what: `${destination} did not let us in: ${said}.`,
    next: 'Put your public key on the router (System, Administration, SSH keys), or run the command at a terminal, where ssh can ask for the password.',
  }),
  'router-not-root': ({ destination }) => ({
    exit: 'NOT_PERMITTED',
    what: `The login of ${destination} is not root: it can neither stop services nor open the modem.`,
    next: 'Use --router root@HOST.',
  }),
  'router-held': ({ destination, pid }) => ({
    exit: 'TEMPORARY',
    what: `Another cistern works on ${destination} over SSH (process ${pid} there).`,
    next: 'Wait until it has ended. Where it has lost its computer, the router is free again within a minute.',
  }),
  'router-link-broken': ({ destination, said }) => ({
    exit: 'UNAVAILABLE',
    what: `The connection to ${destination} broke: ${said || 'nothing was said'}.`,
    next: 'Run the same command again.',
  }),
  'relay-missing': ({ destination }) => ({
    exit: 'CONFIG',
    what: `${destination} has no relay for the modem (quectel_flash or QFirehose), and its kernel no driver that gives a modem in emergency download mode a tty.`,
    next: 'On RutOS install quectel_flash, on OpenWrt kmod-usb-serial-qualcomm; or run a usb2tcp relay of your own and use --modem tcp://HOST:PORT?at=PORT.',
  }),
  'relay-port-held': ({ destination, port }) => ({
    exit: 'TEMPORARY',
    what: `Port ${port} of ${destination}, which the relay needs, is in use.`,
    next: 'End the relay or flasher that holds it, then run the same command again.',
  }),
  'relay-not-started': ({ destination, said }) => ({
    exit: 'UNAVAILABLE',
    what: `The relay on ${destination} did not start: ${said}.`,
    next: 'With --modem serial:1-1.4 (the socket on the router) its ttys are used instead.',
  }),
  'router-lacks-tty-tool': ({ destination }) => ({
    exit: 'CONFIG',
    what: `${destination} has neither stty nor socat: its ttys cannot be spoken to.`,
    next: 'Install socat on the router.',
  }),
  'modem-updater-refused': ({ because, what, next }) => ({
    exit: because === 'unsafe' ? 'NOT_PERMITTED' : 'USAGE',
    what,
    next,
  }),
} satisfies Partial<Explainers>;
