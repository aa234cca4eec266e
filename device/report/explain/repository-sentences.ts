/** Failures of the settings, and of reaching, trusting, fetching from and choosing from the repository. */
import type { AddressRefusal } from '../../http/http.ts';
import { type Explainers, megabytes } from './explanation.ts';

const NOT_BELIEVED =
  'Nothing from it is used. Tell the operator of the repository; another mirror may be right.';
const KEPT =
  'What was fetched is kept: on a disk (--stage), and in memory where the machine has enough of it.';
const CHECK_UPLINK = `Check the uplink and the address, then run the same command again. ${KEPT}`;
const TELL_OPERATOR = 'Tell the operator of the repository.';

/** Where the repository itself is right, a hotspot does these. */
const REDIRECTED: ReadonlySet<AddressRefusal> = new Set<AddressRefusal>([
  'redirect-to-another-scheme',
  'redirect-to-this-machine',
  'too-many-redirects',
]);
const LOG_IN =
  'A login page of this network does that: log in, or take another uplink, then run the same command again. Elsewhere tell the operator of the repository.';

const MIRROR_INSTEAD: Readonly<Partial<Record<AddressRefusal, string>>> = {
  'credentials-in-address':
    'Leave the name and the password out: addresses are shown and logged, and chunks prove themselves.',
  'not-http': 'Mount it and name the directory, or have it served over https.',
  'plain-http-to-another-machine':
    'Give its private address as a number (http://192.168.1.5), or have it served over https: a name may lead anywhere.',
};

export const repositorySentences = {
  'signature-wrong': ({ role, found, wanted }) =>
    notBelieved(`its ${role} metadata has ${found} of ${wanted} right signatures`),
  'metadata-expired': ({ role, expiredAt }) => ({
    exit: 'DATA',
    what: `The repository's ${role} metadata expired at ${expiredAt}.`,
    next: `Check this device's clock; if it is right, tell the operator that the repository must be signed again.`,
  }),
  'metadata-rolled-back': ({ role, detail }) =>
    notBelieved(`its ${role} metadata is older than what was seen before (${detail})`),
  'metadata-of-another-model': ({ role, wanted, found }) =>
    notBelieved(`its ${role} metadata is for ${found}, not for ${wanted}`),
  'metadata-mixed': ({ role, detail }) =>
    notBelieved(`its ${role} metadata does not fit the rest (${detail})`),
  'metadata-unreadable': ({ role, detail }) => notBelieved(`its ${role} metadata cannot be read (${detail})`),
  'metadata-incomplete': ({ file }) => notBelieved(`${file} is missing`),
  'pinned-root-wrong': ({ detail }) => ({
    exit: 'CONFIG',
    what: `The pinned root cannot be used: ${detail}.`,
    next: 'Give the root.json of your repository with --root.',
  }),
  'target-missing': ({ path }) => notBelieved(`${path} is listed but not there`),
  'target-hash-wrong': ({ path }) => notBelieved(`${path} is not what was signed`),
  'target-too-large': ({ path, lengthBytes, maxBytes }) =>
    notBelieved(`${path} has ${lengthBytes} bytes, more than ${maxBytes}`),
  'target-entry-wrong': ({ path, detail }) => notBelieved(`the entry of ${path} is wrong (${detail})`),
  'manifest-invalid': ({ target, path, problem }) =>
    notBelieved(`${target} is refused at "${path}": ${problem}`),
  'manifest-of-another-model': ({ target, wanted, found }) =>
    notBelieved(`${target} is for ${found}, not for ${wanted}`),
  'index-invalid': ({ target, why }) => notBelieved(`the package index ${target} is refused (${why})`),
  'unknown-model': ({ model }) => ({
    exit: 'NOT_PERMITTED',
    what: `The repository knows nothing about ${model}.`,
    next: 'There is no firmware for this modem here. Unknown means refuse.',
  }),
  'repository-unreachable': ({ url, code }) => unreachable(url, code),
  'repository-busy': ({ url, status }) => ({
    exit: 'TEMPORARY',
    what: `The repository ${url} is busy (HTTP status ${status}).`,
    next: `Try again later. ${KEPT}`,
  }),
  'repository-refused': ({ url, status, title }) => ({
    exit: 'UNAVAILABLE',
    what: `The repository refused ${url} with HTTP status ${status}${title === null ? '' : `: ${title}`}.`,
    next: TELL_OPERATOR,
  }),
  'answer-unreadable': ({ url, problem }) => ({
    exit: 'DATA',
    what: `The answer of ${url} cannot be read: ${problem}.`,
    next: 'Check that this address is a cistern repository and no login page stands before it.',
  }),
  'address-refused': ({ url, why }) =>
    REDIRECTED.has(why)
      ? {
          exit: 'UNAVAILABLE',
          what: `Something on the way answers with a redirect to ${url}, which is not followed: ${why.replaceAll('-', ' ')}.`,
          next: LOG_IN,
        }
      : {
          exit: 'CONFIG',
          what: `The address ${url} is refused: ${why.replaceAll('-', ' ')}.`,
          next: 'Give an https address with --repository.',
        },
  'clock-in-the-past': ({ nowMs, notBeforeMs, because }) => ({
    exit: 'TEMPORARY',
    what: `This device's clock says ${day(nowMs)}, but the ${because === 'build' ? 'updater was built' : 'repository was signed'} on ${day(notBeforeMs)}.`,
    next: 'Set the clock (ntpd), then try again: with a wrong clock old metadata would pass as fresh. The date of a server counts over https alone.',
  }),
  'state-unusable': ({ directory, code }) => ({
    exit: 'CANTCREAT',
    what: `The state directory ${directory} cannot be used (${code}).`,
    next: 'Make room or give another place with --state.',
  }),
  'chunk-refused': ({ id, status }) => ({
    exit: 'UNAVAILABLE',
    what: `The repository refused chunk ${id.slice(0, 12)} with HTTP status ${status}.`,
    next: TELL_OPERATOR,
  }),
  'chunk-encoded': ({ url, encoding }) => ({
    exit: 'UNAVAILABLE',
    what: `The answer of ${url} was changed on its way (Content-Encoding: ${encoding}), though that was not accepted.`,
    next: 'A proxy between here and the repository does it: use https, or another uplink.',
  }),
  'chunk-is-a-page': ({ url }) => ({
    exit: 'UNAVAILABLE',
    what: `A web page came from ${url}, where a part of the package should be.`,
    next: LOG_IN,
  }),
  'chunk-too-large': ({ id, maxBytes }) =>
    notBelieved(`chunk ${id.slice(0, 12)} has more than ${maxBytes} bytes`),
  'byte-budget-spent': ({ fetchedBytes, budgetBytes }) => ({
    exit: 'UNAVAILABLE',
    what: `This release has cost ${megabytes(fetchedBytes)} over all runs, and may cost ${megabytes(budgetBytes)}. The line is too bad, or it was fetched whole before and something else kept it from the modem.`,
    next: 'Mend what ended the runs before this one, take another uplink or a mirror (--mirror), stage on a disk (--stage DIRECTORY) so that nothing is fetched twice, or allow more in all with --max-bytes.',
  }),
  'fetch-too-slow': ({ fetchedBytes, afterMs }) => ({
    exit: 'UNAVAILABLE',
    what: `The package had not come after ${Math.round(afterMs / 3_600_000)} hours (${megabytes(fetchedBytes)} fetched).`,
    next: 'Take another uplink or a mirror (--mirror), or stage on a disk (--stage DIRECTORY): the next run goes on from there.',
  }),
  'wanted-version-unreadable': ({ text }) => ({
    exit: 'USAGE',
    what: `"${text}" is not a firmware version.`,
    next: 'Write it in full, like EC25EUGAR08A03M4G_01.200.01.200.',
  }),
  'release-not-published': ({ version, published }) => ({
    exit: 'UNAVAILABLE',
    what: `${version} is not published here for this modem.`,
    next:
      published.length === 0
        ? 'Nothing is published for it yet.'
        : `Published: ${published.slice(0, 10).join(', ')}.`,
  }),
  'release-does-not-fit': ({ installed, version, verdict, because }) => ({
    exit: 'NOT_PERMITTED',
    what: `${version} on ${installed}: ${verdict}. ${because.map(({ sentence }) => sentence).join(' ')}`,
    next: 'Run cistern check to see what fits.',
  }),
  'release-needs-hops': ({ installed, version, hops }) => ({
    exit: 'NOT_PERMITTED',
    what: `${version} fits ${installed}, but not in one step: ${hops.join(', then ')}.`,
    next: `Run cistern update --version ${hops[0]}, and then cistern update --version ${hops[1]}; without --version each run takes the next step.`,
  }),
  'release-held-back': ({ version, because, why }) => ({
    exit: 'NOT_PERMITTED',
    what: `${version} is ${because.replaceAll('-', ' ')}${why === '' ? '' : `: ${why}`}.`,
    next: 'Wait for another release; run cistern check to see what fits.',
  }),
  'config-unreadable': ({ path, why }) => ({
    exit: 'CONFIG',
    what: `${path} cannot be used: ${why}.`,
    next: 'Correct it or give another with --config or --root.',
  }),
  'mirror-refused': ({ mirror, why }) => ({
    exit: 'CONFIG',
    what: `The mirror ${mirror} is refused: ${why.replaceAll('-', ' ')}.`,
    next: MIRROR_INSTEAD[why] ?? 'Name a directory, or an address of https.',
  }),
  'interface-not-usable': ({ name, known }) => ({
    exit: 'CONFIG',
    what: `The network interface ${name} has no address to download from.`,
    next: `Bring it up, or name one of ${known.join(', ')} with --interface.`,
  }),
  'interface-not-the-way': ({ name, address, device }) => ({
    exit: 'CONFIG',
    what:
      device === null
        ? `Nobody says whether packets to ${address} would leave through ${name} (ip route get has no answer).`
        : `Packets to ${address} would leave through ${device}, not through ${name}.`,
    next: `Give ${name} a route there and a rule for its address (ip rule), as multi-WAN setups do, or leave out --interface.`,
  }),
  'proxy-not-usable': ({ variable }) => ({
    exit: 'CONFIG',
    what: `What the variable ${variable} of the environment names is no address of a proxy.`,
    next: `Write it as http://192.0.2.1:3128, or leave ${variable} out.`,
  }),
  'setting-missing': ({ name, flag, variable }) => ({
    exit: 'CONFIG',
    what: `The setting "${name}" is missing.`,
    next: `Give ${flag}, set ${variable}, or write "${name}" into /etc/cistern/config.json.`,
  }),
} satisfies Partial<Explainers>;

/** Of a request for the rest of a chunk: the repository was reached. */
const RANGE_SPOILED = /^(wrong-range|range-refused-\d{3})$/;
const SOMETHING_ON_THE_WAY = `A proxy or a cache on the way does that: take another uplink or a mirror (--mirror), then run the same command again. ${KEPT}`;

function unreachable(url: string, code: string) {
  const status = /^proxy-(\d{3})$/.exec(code)?.[1];
  const exit = 'UNAVAILABLE';
  if (status === undefined && RANGE_SPOILED.test(code)) {
    const what = `The answers of ${url} are not those that were asked for (${code.replaceAll('-', ' ')}).`;
    return { exit, what, next: SOMETHING_ON_THE_WAY } as const;
  }
  if (status === undefined)
    return {
      exit,
      what: `The repository ${url} could not be reached (${code}).`,
      next: CHECK_UPLINK,
    } as const;
  return {
    exit,
    what: `The proxy that the environment names lets nothing through to ${url} (HTTP status ${status}).`,
    next:
      status === '407'
        ? 'It wants a name and a password: https_proxy=http://NAME:PASSWORD@PROXY:PORT.'
        : 'Ask whoever runs that proxy, or take another uplink (no_proxy leaves the proxy out).',
  } as const;
}

function notBelieved(why: string) {
  return { exit: 'DATA', what: `The repository is not believed: ${why}.`, next: NOT_BELIEVED } as const;
}

function day(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
}
