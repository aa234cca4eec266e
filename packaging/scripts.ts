/** Maintainer scripts (Debian policy 6): POSIX sh; DPKG_ROOT is empty on a running system. */

/** systemd reads the units anew; nothing is enabled: an operator does that, with cistern schedule install. */
export const DEB_POSTINST = `#!/bin/sh
set -e
if [ "$1" = configure ] && [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
fi
`;

/** What \`cistern schedule install\` wrote goes with the program that it would start; settings stay until purge. */
export const DEB_PRERM = `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -e "$DPKG_ROOT/etc/cistern/schedule.json" ]; then
	node "$DPKG_ROOT/usr/lib/cistern/cistern.mjs" schedule remove --root-directory "\${DPKG_ROOT:-/}" ||
		echo "cistern: the schedule could not be taken away; see /etc/cistern/schedule.json" >&2
fi
`;

export const DEB_POSTRM = `#!/bin/sh
set -e
if [ "$1" = purge ]; then
	rm -rf "$DPKG_ROOT/etc/cistern" "$DPKG_ROOT/var/lib/cistern"
fi
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
fi
`;

/** opkg gives the root of an image in IPKG_INSTROOT. */
export const IPK_PRERM = `#!/bin/sh
[ -e "$IPKG_INSTROOT/etc/cistern/schedule.json" ] || exit 0
node "$IPKG_INSTROOT/usr/lib/cistern/cistern.mjs" schedule remove --root-directory "\${IPKG_INSTROOT:-/}" ||
	echo "cistern: the schedule could not be taken away; see /etc/cistern/schedule.json" >&2
exit 0
`;
