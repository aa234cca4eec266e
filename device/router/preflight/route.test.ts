import { describe, expect, it } from 'vitest';
import { routeOfIp, routeOfTable, routeOfText } from './route.ts';

const TABLE = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
wwan0	00000000	0100000A	0003	0	0	20	00000000	0	0	0
eth0	00000000	0101A8C0	0003	0	0	10	00000000	0	0	0
eth0	0001A8C0	00000000	0001	0	0	10	00FFFFFF	0	0	0
wwan0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
lo	000300C0	00000000	0201	0	0	0	00FFFFFF	0	0	0
tun0	000400C0	00000000	0000	0	0	0	00FFFFFF	0	0	0
`;
const BIG = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask
wwan0	C0000200	00000000	0001	0	0	0	FFFFFF00
`;

describe('the interface towards an address', () => {
  it.each([
    ['192.168.1.7', 'eth0'],
    ['192.0.2.9', 'wwan0'],
    ['203.0.113.1', 'eth0'],
    ['192.0.3.1', 'eth0'],
    ['192.0.4.1', 'eth0'],
    ['2001:db8::1', null],
    ['300.1.1.1', null],
  ])('%s is %s, by the kernel’s table: the longest mask, then the smallest metric', (address, device) => {
    expect(routeOfTable(TABLE, address, { isBigEndian: false })).toBe(device);
  });

  it('is read from the table of a big-endian router too', () => {
    expect(routeOfTable(BIG, '192.0.2.9', { isBigEndian: true })).toBe('wwan0');
    expect(routeOfTable(BIG, '192.0.2.9', { isBigEndian: false })).toBeNull();
  });

  it.each([
    ['[{"dst":"192.0.2.1","gateway":"10.0.0.1","dev":"wwan0","flags":[]}]', 'wwan0'],
    ['[]', null],
    ['BusyBox v1.36 multi-call binary', null],
  ])('is taken from iproute2: %s', (stdout, device) => {
    expect(routeOfIp(stdout)).toBe(device);
  });

  it.each([
    ['192.0.2.1 via 10.0.0.1 dev wwan0  src 10.0.0.2 \n    cache', 'wwan0'],
    ['RTNETLINK answers: Network is unreachable', null],
  ])('is taken from its plain words: %j', (stdout, device) => {
    expect(routeOfText(stdout)).toBe(device);
  });
});
