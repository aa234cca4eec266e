/** Registered, and no Internet: what the owner of the original accident had while roaming. */
import { type Condition, ifFacts, isRegistered, step } from '../condition.ts';
import { isForData, type ModemFacts } from '../facts.ts';
import { allowRoaming, isRoamingOff, roamingSetting } from '../roaming-setting.ts';

const registered = (test: (facts: ModemFacts) => boolean) =>
  ifFacts((facts) => isRegistered(facts) && test(facts));
const LOOK = step('Then look again.', 'cistern doctor');

/** The context that carries data, of those that are not for IMS or emergency: an active one, and one with an APN. */
function dataContext({ contexts, activeContexts }: ModemFacts) {
  const forData = contexts?.filter(isForData) ?? [];
  const active = forData.filter(({ cid }) => activeContexts?.includes(cid));
  const eligible = active.length > 0 ? active : forData;
  return eligible.find(({ apn }) => apn !== '') ?? eligible[0];
}

export const dataConditions: readonly Condition[] = [
  {
    id: 'roaming-off',
    level: 'data',
    severity: 'blocks',
    firmware: 'not-likely',
    holds: registered((facts) => facts.registration === 'roaming' && isRoamingOff(facts)),
    says: ({ facts }) =>
      `The modem is registered abroad, and roaming is switched off in the modem itself (${roamingSetting(facts)}): it connects and carries no data. This is a setting, not a fault of its firmware.`,
    next: ({ facts }) => [
      step('Allow roaming.', allowRoaming(facts)),
      step('Allow it in the router as well: most have a switch of their own that denies data while roaming.'),
      LOOK,
    ],
    source: 'field 1b.1; QCFG "roamservice"',
  },
  {
    id: 'apn-empty',
    level: 'data',
    severity: 'blocks',
    firmware: 'not-likely',
    // Attached without one, many networks give their own, and an address with it.
    holds: registered(
      (facts) =>
        facts.contexts !== null && facts.hasAddress !== true && (dataContext(facts)?.apn ?? '') === '',
    ),
    says: ({ facts }) => {
      const cid = facts === null ? undefined : dataContext(facts)?.cid;
      const where = cid === undefined ? '' : ` in context ${cid}`;
      return `No APN is set${where}: the network does not know which service is wanted. Updates and resets empty it.`;
    },
    next: [
      step('Set the APN of the operator in the router, or in the modem.', 'AT+CGDCONT=1,"IPV4V6","APN"'),
      step('Abroad, ask the operator whether roaming wants another one.'),
      LOOK,
    ],
    source: 'field 1b.8, 1b.21, 2e.8',
  },
  {
    id: 'mbn-none',
    level: 'data',
    severity: 'limits',
    firmware: 'possible',
    holds: registered(({ mbnSelected, isMbnAutomatic }) => mbnSelected === '' && isMbnAutomatic === false),
    says: 'No operator profile (MBN) is selected, and the modem does not choose one by itself. Updates leave that behind, and then there is no data.',
    next: [
      step('Let it choose.', 'AT+QMBNCFG="AutoSel",1'),
      step('It counts after a restart of the modem.', 'AT+CFUN=1,1'),
      LOOK,
    ],
    source: 'field 1b.21, 2e.8',
  },
  {
    id: 'data-refused-abroad',
    level: 'data',
    severity: 'blocks',
    firmware: 'not-likely',
    holds: registered(
      (facts) => facts.registration === 'roaming' && facts.isAttached === false && !isRoamingOff(facts),
    ),
    says: 'The modem is registered abroad, may roam, and the network gives it no data: that is decided by the subscription.',
    next: [
      step(
        'Ask the operator whether the subscription has data roaming in this country, and with which networks.',
      ),
      step('Try another network.', 'AT+COPS=?'),
    ],
    source: 'field 1b.1',
  },
  {
    id: 'data-refused-at-home',
    level: 'data',
    severity: 'blocks',
    firmware: 'not-likely',
    holds: registered(({ registration, isAttached }) => registration === 'home' && isAttached === false),
    says: 'The modem is registered at home and not attached for data.',
    next: [
      step('Ask for it.', 'AT+CGATT=1'),
      step('If that is refused: the APN is wrong, or the subscription has no data (left).'),
      LOOK,
    ],
    source: 'TS 27.007 10.1.9',
  },
  {
    id: 'ipv6-only',
    level: 'data',
    severity: 'limits',
    firmware: 'possible',
    holds: registered((facts) => dataContext(facts)?.type === 'IPV6'),
    says: 'The data context is for IPv6 alone. Some releases set that for some operators; a router or network without IPv6 then has no Internet.',
    next: [step('Ask for both.', 'AT+CGDCONT=1,"IPV4V6","APN"'), LOOK],
    source: 'field 2e.8',
  },
  {
    id: 'no-data-session',
    level: 'router',
    severity: 'limits',
    firmware: 'not-likely',
    holds: registered(
      ({ isAttached, activeContexts, hasAddress }) =>
        isAttached === true && (activeContexts?.length === 0 || hasAddress === false),
    ),
    says: 'The modem has all it needs, and nobody has opened a data session: that is the task of the router.',
    next: [
      step(
        'See that the interface of the modem is up in the router, with the right device and protocol (QMI, MBIM, ECM).',
      ),
      step('Read the log of its connection manager (logread, journalctl).'),
    ],
    source: 'field 1b.15',
  },
  {
    id: 'modem-is-well-abroad',
    level: 'router',
    severity: 'note',
    firmware: 'not-likely',
    holds: registered(({ registration }) => registration === 'roaming'),
    says: 'The modem is registered abroad and has data as far as it can tell. If there is no Internet, the subscription or the router holds it back.',
    next: [
      step('See that the router allows data while roaming, and routes over this interface.'),
      step('Ask the operator whether data roaming is booked and not used up.'),
    ],
    source: 'field 1b.1',
  },
  {
    id: 'modem-is-well',
    level: 'router',
    severity: 'note',
    firmware: 'not-likely',
    holds: registered(({ registration }) => registration === 'home'),
    says: 'The modem is registered at home and has data as far as it can tell. If there is no Internet, look behind it.',
    next: [
      step(
        'See routes, firewall and DNS of the router; ask another program over this interface.',
        'ping -I wwan0 9.9.9.9',
      ),
    ],
    source: 'field 1b.10',
  },
];
